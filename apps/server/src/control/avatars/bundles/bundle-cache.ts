import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlobStore, BlobStoreError, type ReadableFile } from '../../../files/blob-store.ts';
import { saveFile } from '../../../files/save-file.ts';
import { hashFile } from '../../../files/spool.ts';
import type { StoredBundle } from '../../../files/stored-bundle.ts';
import { isOlderThan } from '../../older-than.ts';
import { type BundleFiles, MAX_INDEX_BYTES, readIfThere, readIndex, writeIndex } from './bundle-index.ts';

export type BundleCacheOptions = {
  readonly store: BlobStore;
  readonly folder: string;
  readonly maxBytes: number;
};

/** The store answers, and has the bundle no more, or another in its place. */
export class BundleLostError extends Error {}

type Cached = { readonly name: string; readonly bytes: number; readonly usedAtMs: number };

const INDEX = '.index.json';
/** What comes in; it gets its name when it is whole. */
const PARTIAL = '.partial';
const PARTIAL_HOURS = 1;
const NAME = /^[0-9a-f]{64}$/;
const FETCH_LIMIT_MS = 60_000;
const FETCHED_AT_ONCE = 6;
const ATTEMPTS = 3;
/** What was opened so lately may be in a call or film that is just beginning. */
const IN_USE_MS = 60 * 60_000;

/**
 * Bundles out of the store as folders of this machine, named by their content: each is fetched once, and what is not opened for
 * longest makes room. Several processes may share the folder. Where the store is a folder of the same disk, files have a second
 * name here and take no room.
 */
export class BundleCache {
  readonly #options: BundleCacheOptions;
  readonly #opening = new Map<string, Promise<string>>();
  /** By bundle: what its files looked like when their bytes were right. */
  readonly #sound = new Map<string, string>();
  readonly #stop = new AbortController();

  constructor(options: BundleCacheOptions) {
    this.#options = options;
  }

  /**
   * The folder of a bundle, every file of which is what it was made as. Several who want the same wait for one fetching.
   * @throws BlobStoreError, BundleLostError
   */
  open(bundle: StoredBundle): Promise<string> {
    const { index } = bundle;
    const known = this.#opening.get(index);
    if (known !== undefined) return known;
    const opening = this.#open(bundle).finally(() => this.#opening.delete(index));
    this.#opening.set(index, opening);
    return opening;
  }

  /** Takes the folder of a bundle that was just stored: it need not be fetched. */
  async adopt(folder: string, { index }: StoredBundle, files: BundleFiles): Promise<void> {
    await writeFile(join(folder, INDEX), writeIndex(files), { mode: 0o600 });
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    await rename(folder, join(this.#options.folder, index));
  }

  /** Removes what no avatar has any more, what was left half-fetched, and what is over the limit; `used`: names of indexes. */
  async sweep(used: () => Promise<ReadonlySet<string>>, isDiskLow: () => boolean): Promise<void> {
    const { folder } = this.#options;
    for (const name of await namesIn(join(folder, PARTIAL))) {
      const path = join(folder, PARTIAL, name);
      if (await isOlderThan(path, PARTIAL_HOURS)) await rm(path, { recursive: true, force: true });
    }
    const cached = await this.#cached();
    // Asked after them: what is made meanwhile is not among them.
    const wanted = cached.length === 0 ? new Set<string>() : await used();
    for (const one of cached) {
      if (!wanted.has(one.name) && Date.now() - one.usedAtMs > IN_USE_MS) await this.#removeUnused(one);
    }
    await this.#trim(isDiskLow() ? 0 : this.#options.maxBytes);
  }

  /** Ends what is being fetched. Idempotent. */
  close(): void {
    this.#stop.abort(new Error('The server ends.'));
  }

  async #open(bundle: StoredBundle): Promise<string> {
    const path = join(this.#options.folder, bundle.index);
    for (let attempt = 1; ; attempt += 1) {
      // First, so that nobody makes room of it while its bytes are looked at.
      await touch(path);
      if (await this.#isSound(path, bundle.index)) return path;
      if (attempt > ATTEMPTS) throw new Error(`The folder ${path} cannot be written.`);
      await this.#fetch(bundle, path);
    }
  }

  /** Bytes are looked at once, and again when a file does not look as it did then. */
  async #isSound(path: string, index: string): Promise<boolean> {
    const bytes = await readIfThere(join(path, INDEX));
    const files = bytes === null ? null : readIndex(bytes, index);
    if (files === null) return false;
    const looks = await looksOf(path, files);
    if (looks === null) return false;
    if (this.#sound.get(index) === looks) return true;
    for (const [name, { sha256 }] of Object.entries(files)) {
      // What is gone meanwhile is fetched.
      const found = await hashFile(join(path, name)).catch(() => null);
      if (found?.sha256 !== sha256) return false;
    }
    this.#sound.set(index, looks);
    return true;
  }

  async #fetch(bundle: StoredBundle, path: string): Promise<void> {
    const { folder } = this.#options;
    const partial = join(folder, PARTIAL, randomUUID());
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(FETCH_LIMIT_MS)]);
    await mkdir(partial, { recursive: true, mode: 0o700 });
    try {
      await this.#fetchInto(partial, bundle, signal).catch((error: unknown) => {
        // The time limit is the store's.
        throw signal.aborted ? new BlobStoreError('the bundle did not come in time', { cause: error }) : error;
      });
      const isMoved = await rename(partial, path).then(
        () => true,
        () => false,
      );
      // Another process was quicker, and who has its folder from there reads in it; or what lies there is damaged.
      if (!isMoved && !(await this.#isSound(path, bundle.index))) {
        await this.#remove(bundle.index);
        await rename(partial, path).catch(() => {});
      }
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    await this.#trim(this.#options.maxBytes);
  }

  async #fetchInto(partial: string, { owner, index }: StoredBundle, signal: AbortSignal): Promise<void> {
    const find = async (sha256: string): Promise<ReadableFile> => {
      const found = await this.#options.store.find({ area: 'avatars', owner, sha256 }, { signal });
      if (found === null) throw new BundleLostError('A file of the bundle is not in the store.');
      return found;
    };
    const listed = await find(index);
    const indexPath = join(partial, INDEX);
    if (listed.bytes <= MAX_INDEX_BYTES) await saveFile(listed, indexPath, signal);
    const files = readIndex((await readIfThere(indexPath)) ?? Buffer.alloc(0), index);
    if (files === null) throw new BundleLostError('The list of files of the bundle is damaged in the store.');
    const waiting = Object.entries(files);
    const fetchNext = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [name, { sha256 }] = next;
        const path = join(partial, name);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await saveFile(await find(sha256), path, signal);
        if ((await hashFile(path, signal)).sha256 !== sha256) {
          throw new BundleLostError('A file of the bundle is damaged in the store.');
        }
      }
    };
    await Promise.all(Array.from({ length: FETCHED_AT_ONCE }, fetchNext));
  }

  async #trim(maxBytes: number): Promise<void> {
    const cached = await this.#cached();
    let kept = cached.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const one of cached.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
      if (kept <= maxBytes || Date.now() - one.usedAtMs < IN_USE_MS) return;
      if (await this.#removeUnused(one)) kept -= one.bytes;
    }
  }

  /** False: somebody has opened it since it was looked at. */
  async #removeUnused({ name, usedAtMs }: Cached): Promise<boolean> {
    const found = await stat(join(this.#options.folder, name)).catch(() => null);
    if (found !== null && found.mtimeMs > usedAtMs) return false;
    await this.#remove(name);
    return true;
  }

  async #cached(): Promise<Cached[]> {
    const names = (await namesIn(this.#options.folder)).filter((name) => NAME.test(name));
    return Promise.all(
      names.map(async (name) => {
        const path = join(this.#options.folder, name);
        const found = await stat(path).catch(() => null);
        return { name, bytes: await roomOf(path), usedAtMs: found?.mtimeMs ?? 0 };
      }),
    );
  }

  async #remove(name: string): Promise<void> {
    this.#sound.delete(name);
    const { folder } = this.#options;
    const gone = join(folder, PARTIAL, randomUUID());
    // At once, so that nobody finds half of it.
    await mkdir(dirname(gone), { recursive: true, mode: 0o700 });
    await rename(join(folder, name), gone).catch(() => {});
    await rm(gone, { recursive: true, force: true });
  }
}

/** Null: a file is missing, or of another length. */
async function looksOf(path: string, files: BundleFiles): Promise<string | null> {
  const looks = await Promise.all(
    Object.entries(files).map(async ([name, { bytes }]) => {
      const found = await stat(join(path, name)).catch(() => null);
      return found?.size === bytes ? `${found.ino} ${found.mtimeMs}` : null;
    }),
  );
  return looks.includes(null) ? null : looks.join();
}

/** Files that the store has under another name, on the same disk, take none. */
async function roomOf(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async ({ parentPath, name }) => {
      const found = await stat(join(parentPath, name)).catch(() => null);
      return found?.isFile() === true && found.nlink === 1 ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What is not there is fetched. */
async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
