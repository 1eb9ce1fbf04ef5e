import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type BlobKey,
  type BlobStore,
  keyOfPath,
  keyPath,
  type ListedBlob,
  ownerPath,
  type ReadableFile,
  requireRange,
} from './blob-store.ts';
import { hashFile, spool } from './spool.ts';

/** Files on their way in; they are moved to their place when they are whole. */
const PARTIAL = '.partial';
/** What is older was left by a process that was killed: nothing takes so long to come in. */
const PARTIAL_HOURS = 24;
/** An owner's folder may be removed, as empty, between its making and the move into it. */
const MOVE_ATTEMPTS = 20;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/**
 * Blobs as files: `<root>/<area>/<owner>/<sha256>`. A file is written beside, flushed, and moved to its place: what has
 * its name is whole, also after a power cut. Several servers may share the folder.
 */
export async function openFolderStore(root: string): Promise<BlobStore> {
  const partial = join(root, PARTIAL);
  await mkdir(partial, { recursive: true, mode: 0o700 });
  await removeOldPartials(partial);
  const pathOf = (key: BlobKey): string => join(root, keyPath(key));
  const newPartial = (): string => join(partial, randomUUID());

  return {
    async put(owner, body, options) {
      ownerPath(owner);
      const written = newPartial();
      const { sha256, bytes } = await spool(body, written, options);
      await moveIn(written, pathOf({ ...owner, sha256 }));
      return { ...owner, sha256, bytes };
    },

    async putFile(owner, path, options = {}) {
      ownerPath(owner);
      const { sha256, bytes } = await hashFile(path, options.signal);
      const written = newPartial();
      // A second name costs no room; another disk, or one without them, takes a copy.
      try {
        await link(path, written).catch(() => copyFile(path, written));
        await flush(written);
      } catch (error) {
        await rm(written, { force: true });
        throw error;
      }
      await moveIn(written, pathOf({ ...owner, sha256 }));
      return { ...owner, sha256, bytes };
    },

    find: (key) => findFile(pathOf(key)),

    async delete(key) {
      const path = pathOf(key);
      await rm(path, { force: true });
      await removeIfEmpty(dirname(path));
    },

    async deleteAllOf(owner) {
      await rm(join(root, ownerPath(owner)), { recursive: true, force: true });
    },

    async *list(area) {
      for (const owner of await namesIn(join(root, area))) yield* blobsOf(root, `${area}/${owner}`);
    },

    async close() {},
  };
}

/** A file of this machine as stores give theirs; null when there is none. */
export async function findFile(path: string): Promise<ReadableFile | null> {
  const found = await stat(path).catch(nullIfMissing);
  if (found === null || !found.isFile()) return null;
  const bytes = found.size;
  return {
    bytes,
    path,
    async *read({ range, signal } = {}) {
      const { first, last } = range ?? { first: 0, last: bytes - 1 };
      if (range !== undefined) requireRange(range, bytes);
      if (last < first) return;
      yield* createReadStream(path, { start: first, end: last, ...(signal === undefined ? {} : { signal }) });
    },
  };
}

async function moveIn(written: string, path: string): Promise<void> {
  const folder = dirname(path);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // Which fails, too, where the folder goes in its midst.
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await rename(written, path);
        break;
      } catch (error) {
        if (!isMissing(error) || attempt === MOVE_ATTEMPTS) throw error;
      }
    }
    // Two names of one file stay two when one is moved onto the other.
    await rm(written, { force: true });
    for (const touched of [folder, dirname(folder), dirname(dirname(folder))]) await flush(touched);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
}

/** A file's bytes, or a folder's names, down to the disk. A folder that was removed meanwhile needs it no more. */
async function flush(path: string): Promise<void> {
  const handle = await open(path).catch(nullIfMissing);
  if (handle === null) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* blobsOf(root: string, owner: string): AsyncGenerator<ListedBlob> {
  for (const name of await namesIn(join(root, owner))) {
    const key = keyOfPath(`${owner}/${name}`);
    const found = key === null ? null : await stat(join(root, owner, name)).catch(nullIfMissing);
    // The time of its own bytes may be long ago: it came when its name did.
    if (key !== null && found !== null) yield { ...key, bytes: found.size, writtenAtMs: found.ctimeMs };
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(nullIfMissing)) ?? [];
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && !isMissing(error)) throw error;
  });
}

async function removeOldPartials(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(nullIfMissing);
    if (found !== null && Date.now() - found.mtimeMs > PARTIAL_HOURS * 3_600_000) await rm(path, { force: true });
  }
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}
