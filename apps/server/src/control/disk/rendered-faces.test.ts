import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweepRenderedFaces } from './rendered-faces.ts';

const KEPT = 'a'.repeat(32);
const DELETED = 'b'.repeat(32);
const usedBundles = async () => new Set([KEPT]);
const logger = { debug() {}, info() {}, warn() {}, error() {} };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-faces-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(name: string, ageHours: number): Promise<void> {
  await writeFile(join(folder, name), Buffer.alloc(1000));
  const at = new Date(Date.now() - ageHours * 3_600_000);
  await utimes(join(folder, name), at, at);
}

test('the loops that were opened last are kept, up to their bytes, and what was left unfinished goes', async () => {
  for (const [name, ageHours] of [
    ['a', 5],
    ['b', 1],
    ['c', 9],
    ['d', 3],
  ] as const)
    await put(`${name}.i420`, ageHours);
  await put('e.i420.1-x.tmp', 2);
  await put('f.i420.1-x.tmp', 0);
  await put('other', 99);
  const options = { folder, maxBytes: 2_500, isDiskLow: () => false, usedBundles, logger };
  expect(await sweepRenderedFaces(options)).toBe(3_000);
  expect((await readdir(folder)).sort()).toEqual(['b.i420', 'd.i420', 'f.i420.1-x.tmp', 'other']);
  expect(await sweepRenderedFaces(options)).toBe(0);
});

test('on a disk that is nearly full only those of the last hour are kept', async () => {
  await put('a.i420', 2);
  await put('b.i420', 0.5);
  await sweepRenderedFaces({ folder, maxBytes: 1e9, isDiskLow: () => true, usedBundles, logger });
  expect(await readdir(folder)).toEqual(['b.i420']);
});

test('a folder that is not there has nothing to remove', async () => {
  expect(
    await sweepRenderedFaces({ folder: join(folder, 'none'), maxBytes: 0, isDiskLow: () => true, usedBundles, logger }),
  ).toBe(0);
});

test('loops of avatars that were deleted go at once, those of others and of built-in figures stay', async () => {
  const names = [KEPT, DELETED, 'iris'].map((bundle) => `${bundle}-512x512-${'0'.repeat(24)}-r2.i420`);
  for (const name of names) await put(name, 0);
  const options = { folder, maxBytes: 1e9, isDiskLow: () => false, usedBundles, logger };
  expect(await sweepRenderedFaces(options)).toBe(1_000);
  expect((await readdir(folder)).sort()).toEqual([names[0], names[2]]);
});
