import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { maintain } from './cli/maintenance.ts';
import { runCommandLine } from './cli/run-command-line.ts';
import { type Config, loadConfig } from './config.ts';
import { seedDemo } from './control/demo/seed-demo.ts';
import { openDatabase } from './db/database.ts';
import { newDataDir } from './db/testing/embedded-folder.ts';
import { readVersion } from './version.ts';

const COMMAND = join(import.meta.dirname, 'cli.ts');
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

type Told = { readonly code: number | undefined; readonly stdout: string; readonly stderr: string };

/** As a shell starts it. `readsOutput` false: whoever reads what it prints goes away at once. */
async function start(argv: readonly string[], readsOutput = true): Promise<Told> {
  const child = spawn(process.execPath, [COMMAND, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  if (!readsOutput) child.stdout.destroy();
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  const [stdout, stderr] = await Promise.all([readsOutput ? text(child.stdout) : '', text(child.stderr)]);
  return { code: await exited, stdout, stderr };
}

/** The same in this process. */
async function run(...argv: string[]): Promise<Told> {
  const told: { stdout: string[]; stderr: string[] } = { stdout: [], stderr: [] };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((line) => void told.stdout.push(String(line))),
    vi.spyOn(console, 'error').mockImplementation((line) => void told.stderr.push(String(line))),
  ];
  try {
    const code = await runCommandLine(argv);
    return { code, stdout: told.stdout.join('\n'), stderr: told.stderr.join('\n') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const COMMANDS = [
  'start',
  'doctor',
  'face make',
  'face speak',
  'film',
  'models list',
  'models pull',
  'models add',
  'models runtime',
  'models verify',
  'models remove',
  'user list',
  'user reset-password',
  'user make-operator',
  'user make-member',
  'keys list',
  'keys create',
  'keys reset',
  'keys delete',
  'database repair',
  'database copy',
];

describe('the command line', () => {
  it('names all commands, and tells of each by --help, without doing it', async () => {
    const help = await run('--help');
    expect(COMMANDS.filter((command) => !help.stdout.includes(`\n  ${command}`))).toEqual([]);
    expect(await run('help')).toEqual(help);
    for (const command of COMMANDS) {
      const told = await run(...command.split(' '), '--help');
      expect([command, told.code ?? 0]).toEqual([command, 0]);
      expect(told.stdout).toMatch(/^Usage:/);
    }
    expect((await run('start', '--help')).stdout).toContain('--data-dir');
    expect((await run('help', 'keys')).stdout).toBe((await run('keys', '-h')).stdout);
  });

  it('tells its version wherever it is asked', async () => {
    const version = { code: 0, stdout: readVersion(), stderr: '' };
    for (const argv of [['--version'], ['-v'], ['user', '--version'], ['keys', 'list', '--version']]) {
      expect(await run(...argv)).toEqual(version);
    }
  });

  it.each([
    [['usr'], '“visavis usr” is no command: did you mean “visavis user”?'],
    [['paint'], '“visavis paint” is no command: visavis --help lists what there is.'],
    [['keys', 'crate'], '“visavis keys crate” is no command: did you mean “visavis keys create”?'],
    [['user'], '“visavis user” does nothing by itself: visavis user --help says what it can do.'],
    [['user', 'list', 'all'], '“visavis user list” takes no further words: visavis user list --help says more.'],
    [['keys', 'reset'], '“visavis keys reset” takes KEY: visavis keys reset --help says more.'],
    [['keys', 'create', 'Desk', '--calls', 'ten'], expect.stringMatching(/^--calls does not fit: /)],
    [['keys', 'create', 'Desk', '--origins', 'example.org'], expect.stringMatching(/^--origins does not fit: /)],
    [['user', 'list', '--colour=red'], '--colour is no setting. --help lists them.'],
    [['database', 'copy', '--from', './data'], expect.stringContaining('takes --from PLACE and --to PLACE')],
  ])('refuses %j in a sentence, with exit code 2', async (argv, sentence) => {
    expect(await run(...argv)).toEqual({ code: 2, stdout: '', stderr: sentence });
  });

  it('as a program: exit codes come through, and whoever reads may go away', async () => {
    const [unknown, setting, unread] = await Promise.all([
      start(['usr']),
      start(['--colour', 'red']),
      start(['--help'], false),
    ]);
    expect([unknown.code, setting.code, unread]).toEqual([2, 2, { code: 0, stdout: '', stderr: '' }]);
    expect(setting.stderr).toContain('--colour is no setting');
  });
});

describe('on the data of a server', () => {
  let dataDir: string;
  let config: Config;
  const on = (...argv: string[]): Promise<Told> => run(...argv, '--data-dir', dataDir);

  beforeAll(async () => {
    dataDir = await newDataDir();
    const loaded = loadConfig(['--data-dir', dataDir], {});
    if (loaded.kind !== 'config') throw new Error(loaded.text);
    config = loaded.config;
    const db = await openDatabase({ dataDir, logger: quiet });
    await seedDemo({ db, box: null, avatarsDir: config.avatarsDir, logger: quiet });
    await db.close();
    const client = { ipAddress: '127.0.0.1', userAgent: 'test', cookie: undefined };
    const mia = { email: 'mia@example.org', name: 'Mia', password: 'a quiet harbour at dawn' };
    await maintain(config, ({ accounts }) => accounts.register(client, mia));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('users are listed, get a new password, and become operators or members', async () => {
    expect(await on('user', 'list')).toEqual({ code: 0, stdout: 'mia@example.org\toperator\tMia', stderr: '' });
    expect((await on('user', 'make-member', 'mia@example.org')).stdout).toBe('mia@example.org is member now.');
    expect((await on('user', 'make-operator', 'mia@example.org')).stdout).toBe('mia@example.org is operator now.');
    const reset = await on('user', 'reset-password', 'mia@example.org');
    expect(reset.stdout).toMatch(/^The new password of mia@example\.org is \w{20}\n/);
    expect(await on('user', 'reset-password', 'leo@example.org')).toMatchObject({ code: 1, stdout: '' });
  });

  it('keys are made, listed, replaced and withdrawn; a new one stands alone on standard output', async () => {
    const made = await on('keys', 'create', 'Front desk', '--project', 'Demo', '--origins', 'https://example.org');
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sk_navtalk_\w{32}$/) });
    expect(made.stderr).toBe('A key of the project Demo:');
    const listed = (await on('keys', 'list', '--project', 'Demo')).stdout.split('\n').map((line) => line.split('\t'));
    expect(listed.map(([, , name, project, state]) => [name, project, state])).toEqual([
      ['Demo', 'Demo', 'in force, on the first page'],
      ['Front desk', 'Demo', 'in force'],
    ]);
    const id = listed[1]?.[0] ?? '';
    expect(JSON.stringify(listed)).not.toContain(made.stdout);

    expect((await on('keys', 'delete', 'sk_')).stderr).toMatch(/^Several keys begin with “sk_”/);
    const reset = await on('keys', 'reset', made.stdout);
    expect(reset).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sk_navtalk_\w{32}$/) });
    const old = await on('keys', 'delete', made.stdout);
    expect(old).toMatchObject({ code: 1, stdout: '' });
    expect(old.stderr).not.toContain(made.stdout);
    expect((await on('keys', 'delete', id)).stdout).toBe(
      'The key “Front desk” of the project Demo is refused from now on.',
    );
    expect(await on('keys', 'delete', id)).toMatchObject({ code: 1 });
    expect((await on('keys', 'create', 'Other', '--project', 'Harbour')).stderr).toMatch(
      /^No project is “Harbour”: there are Demo \(/,
    );
  });

  it('a running server is named in one sentence that says what to do, and is left alone', async () => {
    const server = await openDatabase({ dataDir, logger: quiet });
    try {
      for (const argv of [
        ['user', 'list'],
        ['keys', 'list'],
        ['database', 'repair'],
      ]) {
        const { code, stdout, stderr } = await on(...argv);
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toMatch(/^A running server \(process \d+ on .+\) has the embedded database in .+: stop it, run/);
      }
      expect((await server.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      expect((await on('doctor', '--port', '0', '--stun-port', '0')).stdout).toContain('A server runs on this folder');
    } finally {
      await server.close();
    }
  });

  it('the doctor tells what would keep a server from starting, and changes nothing', async () => {
    const port = 21_300 + Math.floor(Math.random() * 1000);
    const other = createServer().listen(port, '127.0.0.1');
    try {
      const place = ['--host', '127.0.0.1', '--stun-port', '0'];
      const well = await on('doctor', ...place, '--port', '0');
      expect([well.code, well.stdout]).toEqual([0, expect.stringContaining('Nobody uses the embedded database.')]);
      const taken = await on('doctor', ...place, '--port', String(port));
      expect(taken.code).toBe(1);
      expect(taken.stdout).toMatch(new RegExp(`^BAD {3}Port ${port} is taken\\. .+ --port \\d+$`, 'm'));
      const database = ['--database-url', 'postgres://nobody@127.0.0.1:9/none'];
      const unanswered = await on('doctor', ...place, '--port', '0', ...database);
      expect([unanswered.code, unanswered.stdout]).toEqual([1, expect.stringMatching(/^BAD .+no server answers/m)]);
    } finally {
      other.close();
    }
  });
});

describe('visavis models', () => {
  it('lists what there is, and takes no name that leads elsewhere or that nobody knows', async () => {
    const folder = await newDataDir();
    const listed = await run('models', 'list', '--data-dir', folder);
    expect(listed.stdout).toMatch(/^smart-turn-v3\.2\tturn-end\t8\.7 MB\tBSD-2-Clause\t–\t/m);
    for (const name of ['../../etc', '/etc/passwd', 'smart-turn-v3.2/..', '']) {
      expect(await run('models', 'remove', name, '--data-dir', folder)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`There is no model “${name}”`),
      });
    }
    expect((await run('models', 'pull', 'smart-turn-v3', '--data-dir', folder)).stderr).toBe(
      'There is no model “smart-turn-v3”: did you mean “smart-turn-v3.2”?',
    );
    expect((await run('models', 'add', folder, '--data-dir', folder)).code).toBe(2);
    expect((await run('models', 'verify', '--data-dir', folder)).code).toBe(0);
    expect((await run('models', 'remove', 'smart-turn-v3.2', '--data-dir', folder)).stderr).toBe(
      'smart-turn-v3.2 is not here.',
    );
  });
});
