import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPicture, type Picture, pictureByteLength } from '../core/picture.ts';
import { type LoopKey, openLoopStore } from './loop-store.ts';

const FRAME_BYTES = pictureByteLength(64, 64);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-loops-'));
});
afterAll(() => rm(folder, { recursive: true }));

function keyOf(bundleHash: string): LoopKey {
  // Every other frame is the one before again.
  return {
    avatarId: 'mia',
    bundleHash,
    widthPx: 64,
    heightPx: 64,
    frameCount: 6,
    repeats: (index) => (index % 2 === 1 ? index - 1 : undefined),
  };
}

it('a loop is rendered once, anew when its file is cut short, and half files are left by nobody', async () => {
  const cache = join(folder, 'cache');
  const rendered: number[] = [];
  const draw = (index: number, out: Picture): void => {
    rendered.push(index);
    out.data.fill(index + 1);
  };
  const firstBytes = async (hash: string): Promise<number[]> => {
    const store = await openLoopStore(cache, keyOf(hash), draw);
    const out = createPicture(64, 64);
    const bytes = Array.from({ length: 8 }, (_unused, index) => {
      store.read(index - 1, out);
      return out.data[0] as number;
    });
    store.close();
    store.close();
    expect(() => store.read(0, out)).toThrow('closed');
    return bytes;
  };
  const loopFile = async (): Promise<string> => {
    const names = await readdir(cache);
    expect(names).toHaveLength(1);
    return join(cache, names[0] as string);
  };
  expect(await firstBytes('one')).toEqual([5, 1, 1, 3, 3, 5, 5, 1]);
  expect(rendered).toEqual([0, 2, 4]);
  const path = await loopFile();
  const first = await stat(path);
  expect(first.size).toBe(6 * FRAME_BYTES);
  await firstBytes('one');
  expect((await stat(path)).ino).toBe(first.ino);
  await truncate(path, 1000);
  expect(await Promise.all([firstBytes('one'), firstBytes('one')])).toEqual(Array(2).fill([5, 1, 1, 3, 3, 5, 5, 1]));
  expect((await stat(await loopFile())).size).toBe(first.size);
  await firstBytes('two');
  expect(await loopFile()).not.toBe(path);
});

it('a loop that cannot be rendered leaves no file', async () => {
  const cache = join(folder, 'failed');
  await expect(
    openLoopStore(cache, keyOf('one'), () => {
      throw new Error('no such film');
    }),
  ).rejects.toThrow('no such film');
  expect(await readdir(cache)).toEqual([]);
});
