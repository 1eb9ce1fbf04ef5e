import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BundleWriter } from './bundle-writer.ts';

let folder: string;
let writer: BundleWriter;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-writer-'));
  writer = new BundleWriter(join(folder, 'bundle'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const image = (side: number) => ({ width: side, height: side, data: new Uint8Array(side * side * 4).fill(200) });

test('discarding waits for images that are still being written, and leaves nothing', async () => {
  for (const name of ['a', 'b', 'c']) await writer.putImage(`mouth/${name}.webp`, image(2_000));
  await writer.discard();
  // Longer than the encoding of one takes: whatever was not waited for has made the folder again by then.
  await delay(500);
  expect(await readdir(folder)).toEqual([]);
});

test('what fails while an image is written is thrown by a later call', async () => {
  // A file lies where the folder has to be.
  await writeFile(join(folder, 'file'), '');
  const writer = new BundleWriter(join(folder, 'file', 'bundle'));
  const putting = async () => {
    for (let i = 0; i < 5; i++) await writer.putImage(`${i}.webp`, image(16));
  };
  await expect(putting()).rejects.toThrow(/EEXIST|ENOTDIR/);
  await rm(join(folder, 'file'));
  await writer.discard();
});
