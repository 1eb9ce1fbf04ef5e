import { closeSync, openSync, readSync } from 'node:fs';
import { mkdir, open, readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createPicture, type Picture, pictureByteLength } from '../core/picture.ts';

/** Changes whenever the same bundle would give other pictures, so that older files are not taken for them. */
const RENDERER_VERSION = 3;

export type LoopKey = {
  readonly avatarId: string;
  readonly bundleHash: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameCount: number;
  /** An earlier frame that frame `index` repeats. */
  readonly repeats?: (index: number) => number | undefined;
};

/**
 * Frames of a life loop in a file: raw I420 pictures one after the other, read by offset. The operating system's page
 * cache holds them once for all processes.
 */
export type LoopStore = { read(index: number, out: Picture): void; close(): void };

/**
 * Opens the loop of `key` below `cachePath`, rendering it first when it is not there. It is written under a temporary
 * name and renamed, so a reader never sees half a file; two processes that render at once both end up with a whole one.
 */
export async function openLoopStore(
  cachePath: string,
  key: LoopKey,
  render: (index: number, out: Picture) => void | Promise<void>,
): Promise<LoopStore> {
  await mkdir(cachePath, { recursive: true });
  const family = `${key.avatarId}-${key.widthPx}x${key.heightPx}-`;
  const name = `${family}${key.bundleHash.slice(0, 24)}-r${RENDERER_VERSION}.i420`;
  const path = join(cachePath, name);
  const frameBytes = pictureByteLength(key.widthPx, key.heightPx);
  if ((await fileSize(path)) !== frameBytes * key.frameCount) {
    await writeLoop(path, key, render);
    await removeOthers(cachePath, family, name);
  }
  // Whoever makes room on the disk removes first what was opened longest ago.
  await utimes(path, new Date(), new Date()).catch(() => {});
  return readerOf(path, frameBytes, key.frameCount);
}

function readerOf(path: string, frameBytes: number, frameCount: number): LoopStore {
  let descriptor: number | undefined = openSync(path, 'r');
  return {
    read(index, out) {
      if (descriptor === undefined) throw new Error('The face is closed.');
      const start = (((Math.floor(index) % frameCount) + frameCount) % frameCount) * frameBytes;
      const count = readSync(descriptor, out.data, 0, frameBytes, start);
      if (count !== frameBytes) throw new Error(`${path}: cut short while in use.`);
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

async function writeLoop(
  path: string,
  key: LoopKey,
  render: (index: number, out: Picture) => void | Promise<void>,
): Promise<void> {
  const temporary = `${path}.${process.pid}-${Math.random().toString(36).slice(2, 10)}.tmp`;
  const picture = createPicture(key.widthPx, key.heightPx);
  const file = await open(temporary, 'wx+');
  try {
    for (let index = 0; index < key.frameCount; index++) {
      const earlier = key.repeats?.(index);
      if (earlier === undefined) await render(index, picture);
      else await file.read(picture.data, 0, picture.data.length, earlier * picture.data.length);
      await file.writeFile(picture.data);
      await nextTurn();
    }
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

async function fileSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return -1;
  }
}

/** Loops of the same avatar and size made from an older bundle are of no further use. Open readers keep theirs. */
async function removeOthers(cachePath: string, family: string, keep: string): Promise<void> {
  for (const name of await readdir(cachePath)) {
    if (name.startsWith(family) && name.endsWith('.i420') && name !== keep) {
      await unlink(join(cachePath, name)).catch(() => {});
    }
  }
}
