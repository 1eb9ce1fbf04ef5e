import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const COMMAND = join(import.meta.dirname, 'cli.ts');

function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...argv], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const commands = [
  ...['server', 'face make', 'face speak', 'user list', 'user reset-password', 'user make-operator'],
  ...['user make-member', 'database repair'],
];

it('one command line has all commands, names them all, and hands each its own help', async () => {
  const [help, none, unknown, server, face, setting] = await Promise.all([
    run('--help'),
    run(),
    run('paint'),
    run('server', '--help'),
    run('face', '--help'),
    run('server', '--colour', 'red'),
  ]);
  expect([help.code, none.code, unknown.code, server.code, face.code, setting.code]).toEqual([0, 2, 2, 0, 0, 2]);
  expect(commands.filter((command) => !help.stdout.includes(`\n  ${command}`))).toEqual([]);
  expect(unknown.stdout).toBe(help.stdout);
  expect(server.stdout).toContain('--data-dir');
  expect(face.stdout).toContain('--no-acting');
  expect(setting.stderr).toContain('--colour is no setting');
}, 120_000);
