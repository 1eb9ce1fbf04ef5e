import { readdir, rm, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Database } from '../../../db/database.ts';
import { errorMessage } from '../../../error-message.ts';
import { type BlobKey, type BlobStore, BlobStoreError } from '../../../files/blob-store.ts';
import { findFile } from '../../../files/folder-store.ts';
import type { StoredBundle } from '../../../files/stored-bundle.ts';
import { sweepStore } from '../../../files/sweep-store.ts';
import { newPublicId } from '../../ids.ts';
import type { ControlLogger } from '../../logger.ts';
import { isOlderThan } from '../../older-than.ts';
import type { AvatarPicturePlace } from '../avatar-catalogue.ts';
import { type BundleCache, BundleLostError } from './bundle-cache.ts';
import { type PutBundle, type PutBundleOptions, putBundle } from './put-bundle.ts';

export type AvatarBundlesOptions = {
  readonly db: Pick<Database, 'pool'>;
  readonly store: BlobStore;
  readonly cache: BundleCache;
  /** Where bundles lie that older servers made on this disk. */
  readonly madeFolder: string;
  readonly isDiskLow: () => boolean;
  readonly logger: ControlLogger;
};

/** Where the bundle of an avatar is. */
export type BundlePlace = {
  /** On this machine: of a built-in avatar, or of one that an older server made here. */
  readonly bundlePath: string;
  /** In the store; null: it is not there. */
  readonly storedBundle: StoredBundle | null;
};

export type OpenedBundle =
  | { readonly kind: 'open'; readonly path: string }
  /** `away`: another try may succeed. */
  | { readonly kind: 'away' | 'lost' };

type Made = { readonly name: string; readonly thumbnail: string | null; readonly preview: string | null };

/** Still pictures have some tens of kilobytes. */
const MAX_PICTURE_BYTES = 5_000_000;
/** Names that bundles got that older servers made here, and the folders in which they grew. */
const MADE = /^[0-9a-f]{32}(\.partial-[0-9a-f-]+)?$/;

/** The faces of the avatars that were made here: in the store, and where they are needed on this machine. */
export class AvatarBundles {
  readonly #options: AvatarBundlesOptions;
  readonly #stop = new AbortController();

  constructor(options: AvatarBundlesOptions) {
    this.#options = options;
  }

  /** The folder of an avatar's bundle on this machine. */
  async open({ bundlePath, storedBundle }: BundlePlace): Promise<OpenedBundle> {
    if (storedBundle === null) return { kind: 'open', path: bundlePath };
    try {
      return { kind: 'open', path: await this.#options.cache.open(storedBundle) };
    } catch (error) {
      const { owner } = storedBundle;
      this.#options.logger.warn({ owner, error: errorMessage(error) }, 'The bundle of an avatar was not fetched');
      return { kind: error instanceof BundleLostError ? 'lost' : 'away' };
    }
  }

  /** @throws BlobStoreError */
  put(folder: string, facts: Omit<PutBundleOptions, 'signal'>, signal: AbortSignal): Promise<PutBundle> {
    return putBundle(this.#options.store, folder, { ...facts, signal: AbortSignal.any([signal, this.#stop.signal]) });
  }

  /** A row has what `put` gave: its folder need not be fetched on this machine. */
  async adopt(folder: string, { bundle, files }: PutBundle): Promise<void> {
    // What cannot be taken is fetched like any other.
    await this.#options.cache.adopt(folder, bundle, files).catch(() => {});
  }

  /** A still picture; null: it is gone. */
  async readPicture({ name, key, folder }: AvatarPicturePlace): Promise<Buffer | null> {
    const path = join(folder, name);
    const file = key === null ? await findFile(path) : await this.#options.store.find(key);
    if (file === null || file.bytes > MAX_PICTURE_BYTES) return null;
    const parts: Uint8Array[] = [];
    for await (const part of file.read()) parts.push(part);
    return Buffer.concat(parts);
  }

  /** Moves what older servers made into the store, and removes what no avatar has, from the store and from this disk. */
  async sweep(nowMs = Date.now()): Promise<void> {
    const { cache, store, isDiskLow } = this.#options;
    await cache.sweep(() => this.#used('index'), isDiskLow);
    await this.#moveIn();
    await this.#sweepMade();
    const kept = async () => {
      const used = await this.#used('owner');
      return ({ owner }: BlobKey) => used.has(owner);
    };
    await sweepStore(store, 'avatars', kept, { nowMs, signal: this.#stop.signal });
  }

  /** What is on its way is broken off; the next start goes on. Idempotent. */
  close(): void {
    this.#stop.abort(new Error('The server ends.'));
    this.#options.cache.close();
  }

  /** One bundle that cannot be moved holds no other up; a store that does not answer is asked once. */
  async #moveIn(): Promise<void> {
    const { db, madeFolder, logger } = this.#options;
    const here = new Set(await readdir(madeFolder).catch(() => []));
    if (here.size === 0) return;
    const { rows } = await db.pool.query<Made>(
      `select distinct on (bundle_name) bundle_name as name, thumbnail, preview from avatars
       where bundle_source = 'made' and stored_bundle is null and state = 'ready' and bundle_name = any($1::text[])`,
      [[...here]],
    );
    for (const made of rows) {
      try {
        await this.#moveOne(made);
      } catch (error) {
        if (error instanceof BlobStoreError || this.#stop.signal.aborted) throw error;
        logger.warn(
          { bundle: made.name, error: errorMessage(error) },
          'A bundle stays on this disk: it cannot be read',
        );
      }
    }
  }

  /**
   * May be ended at any moment, and be done by several at once: rows get the bundle of one of them, whole, and its folder is removed here
   * by a later sweep.
   */
  async #moveOne({ name, thumbnail, preview }: Made): Promise<void> {
    const { db, store, madeFolder } = this.#options;
    const { signal } = this.#stop;
    const folder = join(madeFolder, basename(name));
    const { bundle } = await putBundle(store, folder, { owner: newPublicId(), thumbnail, preview, signal });
    // Who has just asked where it lies has an hour to open it.
    const now = new Date();
    await utimes(folder, now, now);
    const { rowCount } = await db.pool.query(
      `update avatars set stored_bundle = $2 where bundle_name = $1 and bundle_source = 'made' and stored_bundle is null`,
      [name, JSON.stringify(bundle)],
    );
    if (rowCount === 0) await store.deleteAllOf({ area: 'avatars', owner: bundle.owner }, { signal });
  }

  /** Folders whose avatars are in the store, or gone. */
  async #sweepMade(): Promise<void> {
    const { db, madeFolder } = this.#options;
    for (const name of await readdir(madeFolder).catch(() => [])) {
      const path = join(madeFolder, name);
      if (!MADE.test(name) || !(await isOlderThan(path, 1))) continue;
      const { rows } = await db.pool.query(
        `select 1 from avatars where bundle_source = 'made' and stored_bundle is null and bundle_name = $1 limit 1`,
        [name],
      );
      if (rows.length === 0) await rm(path, { recursive: true, force: true });
    }
  }

  async #used(field: 'owner' | 'index'): Promise<ReadonlySet<string>> {
    const { rows } = await this.#options.db.pool.query<{ value: string }>(
      `select distinct stored_bundle ->> $1 as value from avatars where stored_bundle is not null`,
      [field],
    );
    return new Set(rows.map(({ value }) => value));
  }
}

/** Of the bundles that were made here, those that an avatar has; a copy has that of its original. */
export async function namesOfMadeBundles({ pool }: Pick<Database, 'pool'>): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ name: string }>(
    `select distinct bundle_name as name from avatars where bundle_source = 'made'`,
  );
  return new Set(rows.map(({ name }) => name));
}
