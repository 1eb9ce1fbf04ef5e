import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const WATCHED = fileURLToPath(new URL('./testing/watched-process.ts', import.meta.url));
/** Looks after which a watch that would end has ended. */
const LOOKS = 10;

let folder: string;
let report: string;
/** Leads a group of its own, in which all the others are. */
let starter: ChildProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-watch-'));
  report = join(folder, 'report');
  const start = `"${process.execPath}" "${WATCHED}" "${report}"`;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'site', scripts: { start } }));
});
afterEach(() => {
  signalGroup('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const lines = (): string[] => (existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n') : []);
const looks = (): number => lines().filter((line) => line === 'looks').length;
const until = (read: () => unknown, expected: unknown) =>
  expect.poll(read, { timeout: 60_000, interval: 50 }).toBe(expected);

function signalGroup(signal: NodeJS.Signals): void {
  try {
    process.kill(-(starter.pid ?? 0), signal);
  } catch {
    // All of it has ended.
  }
}

/** A shell that starts `npm start` behind itself and waits. Resolves when the process is watched; gives npm's id. */
async function start(shell: 'sh' | 'bash', environment: Record<string, string> = {}): Promise<number> {
  const env = { ...process.env, ...environment };
  const behind = `env ${Object.entries(environment)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')} npm start --script-shell=${shell} & echo $!; wait`;
  starter = spawn('bash', ['-c', behind], { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  let printed = '';
  starter.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await until(() => looks() > 3, true);
  return Number(printed.split('\n', 1)[0]);
}

async function expectGoingOn(): Promise<void> {
  const before = looks();
  await until(() => looks() > before + LOOKS || lines().includes('gone'), true);
  expect(lines()).not.toContain('gone');
}

// Some shells run a last command in their own place, some stay before it.
describe.each(['sh', 'bash'] as const)('a process that npm started by %s', (shell) => {
  it('goes on when who started npm leaves, and ends with npm', async () => {
    const npm = await start(shell);
    starter.kill('SIGKILL');
    await expectGoingOn();
    process.kill(npm, 'SIGKILL');
    await until(() => lines().at(-1), 'gone');
  });

  it('ends when the terminal is closed', async () => {
    await start(shell);
    signalGroup('SIGHUP');
    await until(() => /^(hung up|gone)$/.test(lines().at(-1) ?? ''), true);
  });

  it('goes on when the terminal is closed after nohup', async () => {
    await start(shell, { _: '/usr/bin/nohup' });
    signalGroup('SIGHUP');
    await until(() => lines().includes('goes on'), true);
    await expectGoingOn();
    process.kill(Number(lines()[0]?.split(' ')[1]), 'SIGKILL');
  });
});
