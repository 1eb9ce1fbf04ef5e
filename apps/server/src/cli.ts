#!/usr/bin/env node
// The command line for everything: `npx visavis server`, `npx visavis face make photo.jpg -o folder`, `npx visavis user list`. With the
// embedded database the server must be stopped while users are looked after.
import { randomInt } from 'node:crypto';
import { type Config, type ConfigResult, loadConfig } from './config.ts';
import { errorMessage } from './error-message.ts';
import { keepFilesPrivate } from './private-files.ts';

const USAGE = `Usage: npx visavis <command>, or npm run visavis -- <command>

  server [settings]              runs the server until it is told to stop; --help lists its settings
                                 (npm start does the same, and builds the pages before)
  face make PHOTO|CLIP -o FOLDER makes an avatar from a photo or a clip of one person
  face speak BUNDLE AUDIO -o FILE.mp4
                                 lets an avatar speak a recording; face --help lists the options of both

With the settings of the server, like --data-dir ./data, and with the embedded database while the server is stopped:

  user list                      who may log in
  user reset-password <email>    sets a new password, shows it once, and logs the user out everywhere
  user make-operator <email>     lets a user look after the server
  user make-member <email>       takes that back
  database repair                mends a damaged embedded database as far as it can be, after copying it aside`;

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/** Without characters that look alike. */
const PASSWORD_ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function newPassword(): string {
  return Array.from({ length: 20 }, () => PASSWORD_ALPHABET[randomInt(PASSWORD_ALPHABET.length)]).join('');
}

async function repair({ dataDir, databaseUrl }: Config): Promise<number> {
  if (databaseUrl !== undefined) {
    console.error('The database is a PostgreSQL server (DATABASE_URL): it is mended with its own tools.');
    return 2;
  }
  const { repairDatabase } = await import('./db/repair-database.ts');
  for (const sentence of await repairDatabase(dataDir, QUIET)) console.log(sentence);
  return 0;
}

/** Returns the exit code; undefined where the command has set its own. */
async function run(argv: readonly string[]): Promise<number | undefined> {
  const [command, ...rest] = argv;
  // Parts are loaded when they are wanted: each is large.
  if (command === 'server') return void (await (await import('./main.ts')).main(rest));
  if (command === 'face') return await (await import('@visavis/face/command')).runFaceCommand(argv);
  return await operate(argv);
}

/** Looks after users and the database. */
async function operate(argv: readonly string[]): Promise<number> {
  keepFilesPrivate();
  const settingsAt = argv.findIndex((argument) => argument.startsWith('--'));
  const words = settingsAt < 0 ? argv : argv.slice(0, settingsAt);
  const loaded: ConfigResult = loadConfig(settingsAt < 0 ? [] : argv.slice(settingsAt));
  if (loaded.kind === 'faults') {
    console.error(loaded.text);
    return 2;
  }
  const [topic, action, email] = words;
  if (loaded.kind === 'config' && topic === 'database' && action === 'repair') return await repair(loaded.config);
  const needsEmail = action !== 'list';
  if (loaded.kind === 'help' || topic !== 'user' || action === undefined || (needsEmail && email === undefined)) {
    console.log(USAGE);
    return loaded.kind === 'help' ? 0 : 2;
  }
  const { createMaintenanceAccounts } = await import('./roles/maintenance-accounts.ts');
  const { accounts, close } = await createMaintenanceAccounts(loaded.config);
  try {
    switch (action) {
      case 'list':
        for (const user of await accounts.listUsers()) console.log(`${user.email}\t${user.role}\t${user.name}`);
        return 0;
      case 'reset-password': {
        const password = newPassword();
        await accounts.setPassword(email ?? '', password);
        console.log(`The new password of ${email} is ${password}\nChange it after logging in.`);
        return 0;
      }
      case 'make-operator':
      case 'make-member': {
        const user = await accounts.setRole(email ?? '', action === 'make-operator' ? 'operator' : 'member');
        console.log(`${user.email} is ${user.role} now.`);
        return 0;
      }
      default:
        console.log(USAGE);
        return 2;
    }
  } finally {
    await close();
  }
}

try {
  const code = await run(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  console.error(errorMessage(error));
  process.exitCode = 1;
}
