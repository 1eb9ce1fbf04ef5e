import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

const MODULE = JSON.stringify(new URL('./process-group.ts', import.meta.url).href);

function run(script: string) {
  const argv = ['--input-type=module', '--eval', `import * as group from ${MODULE};\n${script}`];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'pipe'] });
  return { child, exited: once(child, 'exit') };
}

it('goes on when nobody reads any more what it prints', async () => {
  const { child, exited } = run(`
    group.outliveReaders();
    process.stdin.once('data', () => {
      const timer = setInterval(() => {
        process.stdout.write('to nobody');
        process.stderr.write('to nobody');
      }, 10);
      setTimeout(() => process.exit(7), 500);
    });
    console.log('ready');`);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdin.write('go on\n');
  expect(await exited).toEqual([7, null]);
});

it('does not end with the terminal of those who started it', async () => {
  const { child, exited } = run(`
    group.leaveEndToParent();
    process.stdin.once('data', () => process.exit(7));
    console.log('ready');`);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  child.kill('SIGHUP');
  child.stdin.write('end\n');
  expect(await exited).toEqual([7, null]);
});
