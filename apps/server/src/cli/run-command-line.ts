import { errorMessage } from '../error-message.ts';
import { readVersion } from '../version.ts';
import { asksForHelp, type Command, columns, EXIT, UsageError, unknownCommand } from './command.ts';
import { databaseCommand } from './database-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { faceCommand } from './face-command.ts';
import { filmCommand } from './film-command.ts';
import { keysCommand } from './keys-command.ts';
import { modelsCommand } from './models-command.ts';
import { startCommand } from './start-command.ts';
import { userCommand } from './user-command.ts';

/** What `visavis` can do, in the order of its help. */
const COMMANDS: readonly Command[] = [
  startCommand,
  doctorCommand,
  faceCommand,
  filmCommand,
  modelsCommand,
  userCommand,
  keysCommand,
  databaseCommand,
];

const HELP = `Usage: visavis [command] …    (npx visavis …, where it is installed in a folder)

${columns(
  COMMANDS.flatMap((command) => command.lines),
  40,
)}

visavis <command> --help says more of one, visavis --version which release this is.
Exit codes: 0 done, 1 failed, 2 wrong arguments or settings; those of faces and films are in their help.`;

/** Resolves to the exit code; undefined where the command sets its own. What went wrong has been said, in one sentence. */
export async function runCommandLine(argv: readonly string[]): Promise<number | undefined> {
  try {
    return await run(argv);
  } catch (error) {
    console.error(errorMessage(error));
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function run(argv: readonly string[]): Promise<number | undefined> {
  const [word = '', ...rest] = argv;
  if (argv.includes('--version') || word === '-v') {
    console.log(readVersion());
    return EXIT.done;
  }
  if (word === 'help' || asksForHelp([word])) {
    const [topic, ...more] = rest;
    if (topic !== undefined) return await find(topic).run([...more, '--help']);
    console.log(HELP);
    return EXIT.done;
  }
  // Without a command, settings may follow at once.
  if (word === '' || word.startsWith('-')) return await startCommand.run(argv);
  return await find(word).run(rest);
}

function find(word: string): Command {
  const found = COMMANDS.find(({ name, aliases = [] }) => name === word || aliases.includes(word));
  if (found !== undefined) return found;
  throw unknownCommand(
    'visavis',
    word,
    COMMANDS.map(({ name }) => name),
  );
}
