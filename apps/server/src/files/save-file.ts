import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ReadableFile } from './blob-store.ts';

/** Copies it to a new file of this machine, which the caller removes. */
export async function saveFile(file: ReadableFile, path: string, signal?: AbortSignal): Promise<void> {
  await pipeline(file.read({ signal }), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
}
