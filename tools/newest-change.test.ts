import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { isStale, newestChangeMs } from './newest-change.ts';

const folder = mkdtempSync(join(tmpdir(), 'visavis-newest-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, changedAtS: number): string {
  const path = join(folder, name);
  writeFileSync(path, name);
  utimesSync(path, changedAtS, changedAtS);
  return path;
}

it('a folder is as new as the newest thing in it; links that lead nowhere, to themselves or in circles count as nothing', () => {
  mkdirSync(join(folder, 'source/inner'), { recursive: true });
  const output = write('output', 2000);
  write('source/a', 1000);
  write('source/inner/b', 3000);
  // As editors leave them while a file is open.
  symlinkSync('somebody@nowhere.1234', join(folder, 'source/.#a'));
  symlinkSync('itself', join(folder, 'source/inner/itself'));
  symlinkSync('..', join(folder, 'source/inner/up'));
  for (const name of ['source/inner', 'source']) utimesSync(join(folder, name), 1000, 1000);
  expect(newestChangeMs(join(folder, 'source'))).toBe(3_000_000);
  expect(isStale(output, [join(folder, 'source')])).toBe(true);
  write('source/inner/b', 1500);
  for (const name of ['source/inner', 'source']) utimesSync(join(folder, name), 1000, 1000);
  expect(isStale(output, [join(folder, 'source'), join(folder, 'nothing')])).toBe(false);
  expect(isStale(join(folder, 'nothing'), [])).toBe(true);
  expect(newestChangeMs(join(folder, 'source/.#a'))).toBe(0);
});
