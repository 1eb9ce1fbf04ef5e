import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const runFile = promisify(execFile);

test('fifty calls leave neither memory nor anything that keeps the process alive', async () => {
  const script = fileURLToPath(new URL('./testing/fifty-peers.ts', import.meta.url));
  // A process that does not end of itself is killed at the limit, and the promise rejects.
  const { stdout } = await runFile(process.execPath, ['--expose-gc', script], { timeout: 50_000 });
  const { warmMiB, endMiB } = JSON.parse(stdout);
  expect(endMiB - warmMiB).toBeLessThan(40);
});
