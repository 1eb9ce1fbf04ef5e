import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isAbandoned, workFolderName } from './work-folders.ts';

it('a work folder is abandoned once its process is gone, or another one has its number', async () => {
  const mine = workFolderName();
  expect([isAbandoned(mine), workFolderName() === mine]).toEqual([false, false]);
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const its = mine.replace(`-${process.pid}-`, `-${child.pid}-`);
  // It began at another time than the process of that name.
  expect(isAbandoned(its)).toBe(process.platform === 'linux');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAbandoned(its)).toBe(true);
});

it('of folders of other machines and containers, and of other names, nothing is known', () => {
  const elsewhere = workFolderName().replace(/^[0-9a-f]{12}-\d+/, '0123456789ab-999999');
  expect([elsewhere, 'films', '../films', ''].map(isAbandoned)).toEqual([false, false, false, false]);
});
