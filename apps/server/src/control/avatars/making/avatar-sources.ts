import { readdir, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Database } from '../../../db/database.ts';
import { errorMessage } from '../../../error-message.ts';
import { type BlobKey, type BlobStore, BlobStoreError } from '../../../files/blob-store.ts';
import { findFile } from '../../../files/folder-store.ts';
import { saveFile } from '../../../files/save-file.ts';
import { sweepStore } from '../../../files/sweep-store.ts';
import { refusal } from '../../control-error.ts';
import { isPublicId, newPublicId } from '../../ids.ts';
import type { ControlLogger } from '../../logger.ts';
import { isOlderThan } from '../../older-than.ts';

export type AvatarSourcesOptions = {
  readonly db: Pick<Database, 'pool'>;
  readonly store: BlobStore;
  /** Where files come in; of older servers they stayed here, and rows have their names without a slash. */
  readonly folder: string;
  readonly logger: ControlLogger;
};

/** As rows name them: whose blob, which, and how a file of it ends. */
const STORED = /^([0-9a-f]{32})\/([0-9a-f]{64})\.[a-z0-9]{1,5}$/;
/** A file that comes in takes less. */
const ARRIVED_HOURS = 24;
const RETRY_AFTER_SECONDS = 10;

/** The pictures and clips that avatars are made from, in the store of files: every node makes avatars of them. */
export class AvatarSources {
  readonly #options: AvatarSourcesOptions;
  readonly #stop = new AbortController();
  #removing: Promise<void> = Promise.resolve();

  constructor(options: AvatarSourcesOptions) {
    this.#options = options;
  }

  /**
   * Moves a file that came in from its folder into the store; gives the name that rows have for it.
   * @throws BlobStoreError
   */
  async keep(file: string, signal?: AbortSignal): Promise<string> {
    const path = join(this.#options.folder, basename(file));
    const { owner, sha256 } = await this.#options.store.putFile({ area: 'sources', owner: newPublicId() }, path, {
      signal: this.#endingWith(signal),
    });
    await rm(path, { force: true });
    return `${owner}/${sha256}${extname(file)}`;
  }

  /** As `keep`, for people who wait. Nothing is left where it fails. */
  async keepAtOnce(file: string): Promise<string> {
    try {
      return await this.keep(file);
    } catch (error) {
      await rm(join(this.#options.folder, basename(file)), { force: true });
      if (!(error instanceof BlobStoreError)) throw error;
      this.#options.logger.warn({ error: error.message }, 'A file was not stored');
      throw refusal('overloaded', 'store-silent', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
  }

  /**
   * A file of this machine with its bytes, in a folder of the caller's; null: they are gone.
   * @throws BlobStoreError
   */
  async copyTo(folder: string, source: string, signal: AbortSignal): Promise<string | null> {
    const key = keyOf(source);
    const found =
      key === null
        ? await findFile(join(this.#options.folder, basename(source)))
        : await this.#options.store.find(key, { signal });
    if (found === null) return null;
    const path = join(folder, `source${extname(source)}`);
    await saveFile(found, path, signal);
    return path;
  }

  /** Nothing names it any more. Nobody waits for the store; what it cannot delete now goes with the next sweep. */
  async remove(source: string | null): Promise<void> {
    if (source === null) return;
    const key = keyOf(source);
    if (key === null) await rm(join(this.#options.folder, basename(source)), { force: true });
    else this.#removing = this.#removing.then(() => this.#removeStored(key));
  }

  async #removeStored(key: BlobKey): Promise<void> {
    const { signal } = this.#stop;
    try {
      await this.#options.store.delete(key, { signal });
    } catch (error) {
      if (!signal.aborted) this.#options.logger.warn({ error: errorMessage(error) }, 'A file waits to be deleted');
    }
  }

  /** Removes what no row names, here and in the store, and moves files of older servers into it. */
  async sweep(nowMs = Date.now()): Promise<void> {
    const { folder, store } = this.#options;
    for (const file of await readdir(folder).catch(() => [])) await this.#sweepHere(file);
    const kept = async () => {
      const named = await this.#named();
      return ({ owner, sha256 }: BlobKey) => named.has(`${owner}/${sha256}`);
    };
    await sweepStore(store, 'sources', kept, { nowMs, signal: this.#stop.signal });
  }

  /** What is on its way out of the store has come to its end; the next start goes on. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('The server ends.'));
    await this.#removing;
  }

  async #sweepHere(file: string): Promise<void> {
    const path = join(this.#options.folder, file);
    if (await this.#isNamed(file)) await this.#moveIn(file);
    // Younger ones may be coming in.
    else if (await isOlderThan(path, ARRIVED_HOURS)) await rm(path, { recursive: true, force: true });
  }

  /** May be ended at any moment, and be done by several at once: its row names one place of it or the other. */
  async #moveIn(file: string): Promise<void> {
    const { folder, store, db } = this.#options;
    const path = join(folder, file);
    const { signal } = this.#stop;
    const owner = { area: 'sources', owner: newPublicId() } as const;
    const { sha256 } = await store.putFile(owner, path, { signal });
    const name = `${owner.owner}/${sha256}${extname(file)}`;
    // From the list of uploads it goes to a job, never back.
    for (const table of ['uploads', 'avatar_jobs']) {
      const { rowCount } = await db.pool.query(`update ${table} set file = $2 where file = $1`, [file, name]);
      if (rowCount === 0) continue;
      await rm(path, { force: true });
      return;
    }
    await store.deleteAllOf(owner, { signal });
  }

  async #isNamed(file: string): Promise<boolean> {
    const { rows } = await this.#options.db.pool.query(
      'select 1 from uploads where file = $1 union all select 1 from avatar_jobs where file = $1',
      [file],
    );
    return rows.length > 0;
  }

  /** Without endings. */
  async #named(): Promise<ReadonlySet<string>> {
    const { rows } = await this.#options.db.pool.query<{ file: string }>(
      'select file from uploads union select file from avatar_jobs where file is not null',
    );
    return new Set(rows.map(({ file }) => file.slice(0, -extname(file).length)));
  }

  #endingWith(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
  }
}

function keyOf(source: string): BlobKey | null {
  const [, owner = '', sha256 = ''] = STORED.exec(source) ?? [];
  return isPublicId(owner) ? { area: 'sources', owner, sha256 } : null;
}
