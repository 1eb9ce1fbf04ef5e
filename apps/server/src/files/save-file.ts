import { createWriteStream } from 'node:fs';
import { link } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ReadableFile } from './blob-store.ts';

/**
 * Gives it a new place on this machine, which the caller removes and nobody writes to: a second name where it lies on the same
 * disk, which takes no room, else a copy.
 */
export async function saveFile(file: ReadableFile, path: string, signal?: AbortSignal): Promise<void> {
  if (file.path !== undefined && (await isLinked(file.path, path))) return;
  await pipeline(file.read({ signal }), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
}

/** False: another disk, or one that knows no second names. */
async function isLinked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    () => false,
  );
}
