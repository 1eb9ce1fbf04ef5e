import { readdir, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { CONVERSATION_STATUS, conversations } from '../../db/schema.ts';
import type { BlobOwner, BlobStore, ReadableFile } from '../../files/blob-store.ts';
import { findFile } from '../../files/folder-store.ts';
import { sweepStore } from '../../files/sweep-store.ts';
import { isPublicId } from '../ids.ts';
import type { ControlLogger } from '../logger.ts';
import type { MasterKeys } from '../secrets/master-key.ts';
import { createSignedLinks, type SignedLinks } from '../secrets/signed-links.ts';

export const FILM_ENDINGS = ['.webm', '.mp4'] as const;
/** A film is written to every second; what has not been for so long is whole, and the record of its talk is on disk. */
const SETTLED_AFTER_MS = 60_000;

/** A talk on record; `status` as in `CONVERSATION_STATUS`. */
export type RecordedTalk = {
  readonly sessionId: string;
  readonly status: number;
  readonly recordingFile: string | null;
};

export type Film = { readonly name: string; readonly file: ReadableFile };

export type RecordingsOptions = {
  /** Where the media plane of this node writes films, named by their session. */
  readonly folder: string;
  readonly store: BlobStore;
  readonly masterKeys: MasterKeys;
  readonly db: Pick<Database, 'orm' | 'pool'>;
  readonly logger: ControlLogger;
};

/**
 * The films of recorded calls. The media plane writes them to this node's disk; when the call has ended they go into the store, where
 * every node finds them. Who holds a link may watch until it expires; links are signed with a key derived from the master key.
 */
export class Recordings {
  readonly folder: string;
  readonly #links: SignedLinks;
  readonly #options: RecordingsOptions;
  readonly #stop = new AbortController();
  /** Films go into the store, and out of it, one after the other. */
  #keeping: Promise<void> = Promise.resolve();
  #removing: Promise<void> = Promise.resolve();
  /** Talks whose films are to leave the store. */
  readonly #leaving = new Set<string>();

  constructor(options: RecordingsOptions) {
    this.folder = options.folder;
    this.#options = options;
    this.#links = createSignedLinks(options.masterKeys, 'visavis recording links');
  }

  /** Path and query under which the film of an ended call is served for six hours; null when there is none. */
  async link({ sessionId, status, recordingFile }: RecordedTalk): Promise<string | null> {
    if (status === CONVERSATION_STATUS.active) return null;
    if (recordingFile === null && (await this.#findHere(sessionId)) === null) return null;
    return `/recordings/${sessionId}?${this.#links.queryFor(sessionId)}`;
  }

  /** Null when the link is none of ours, has expired, or its film is gone. */
  async open(sessionId: string, expires: string, signature: string): Promise<Film | null> {
    if (!this.#links.opens(sessionId, expires, signature)) return null;
    const talk = await this.#findTalk(sessionId);
    if (talk === null || talk.status === CONVERSATION_STATUS.active) return null;
    const stored = talk.recordingFile === null ? null : await this.#findStored(sessionId, talk.recordingFile);
    return stored ?? this.#findHere(sessionId);
  }

  /** `keep`, without waiting for it. What cannot be kept now waits on this disk for the next sweep. */
  keepSoon(sessionId: string): void {
    this.#keeping = this.#keeping.then(() => this.#keepOrWarn(sessionId));
  }

  /** One film that cannot be stored holds no other up. */
  async #keepOrWarn(sessionId: string): Promise<void> {
    try {
      await this.keep(sessionId);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const fields = { sessionId, error: String(error) };
      this.#options.logger.warn(fields, 'A film waits on this disk: it could not be stored');
    }
  }

  /** What is on its way into the store goes there after the next start. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('The server ends.'));
    await this.settled();
  }

  /** What is on its way into the store and out of it has come to its end. */
  async settled(): Promise<void> {
    await Promise.all([this.#keeping, this.#removing]);
  }

  /**
   * Moves the film of a call that has ended from this disk into the store. May be ended at any moment and done again: the film is
   * removed here after its talk says where it is. A talk that was deleted meanwhile leaves none.
   */
  async keep(sessionId: string): Promise<void> {
    const here = await this.#findHere(sessionId);
    if (here === null) return;
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const owner = ownerOf(sessionId);
    const { sha256, bytes } = await this.#options.store.putFile(owner, join(this.folder, here.name), { signal });
    const [row] = await this.#options.db.orm
      .update(conversations)
      .set({ recordingFile: `${sha256}${extname(here.name)}`, recordingBytes: bytes })
      .where(eq(conversations.id, sessionId))
      .returning({ id: conversations.id });
    if (row === undefined) await this.#options.store.deleteAllOf(owner, { signal });
    await this.#removeHere(sessionId);
  }

  /**
   * The talk is deleted already: no link opens its film any more. It leaves this disk at once and the store soon after, which
   * nobody waits for; what the store cannot delete now goes with the next sweep.
   */
  async remove(sessionId: string): Promise<void> {
    if (!isPublicId(sessionId)) return;
    await this.#removeHere(sessionId);
    this.#leaving.add(sessionId);
    this.#removing = this.#removing.then(() => this.#removeStored());
  }

  /** A store that fails is not asked for each of many. */
  async #removeStored(): Promise<void> {
    const { signal } = this.#stop;
    try {
      for (const sessionId of this.#leaving) {
        await this.#options.store.deleteAllOf(ownerOf(sessionId), { signal });
        this.#leaving.delete(sessionId);
      }
    } catch (error) {
      const fields = { films: this.#leaving.size, error: String(error) };
      this.#leaving.clear();
      if (!signal.aborted) this.#options.logger.warn(fields, 'Films could not be deleted; it is tried again');
    }
  }

  /** Deletes films whose talk is no longer on record, and moves what a stop left on this disk into the store; says how many were deleted. */
  async sweep(nowMs = Date.now()): Promise<number> {
    return (await this.#sweepHere(nowMs)) + (await this.#sweepStore(nowMs));
  }

  async #sweepHere(nowMs: number): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.folder).catch(() => [])) {
      const sessionId = name.slice(0, -extname(name).length);
      if (!isPublicId(sessionId)) continue;
      const talk = await this.#findTalk(sessionId);
      const file = await stat(join(this.folder, name)).catch(() => null);
      if (file === null || nowMs - file.mtimeMs < SETTLED_AFTER_MS) continue;
      if (talk === null) {
        await this.remove(sessionId);
        removed += 1;
      } else if (talk.status !== CONVERSATION_STATUS.active) await this.#keepOrWarn(sessionId);
    }
    return removed;
  }

  #sweepStore(nowMs: number): Promise<number> {
    const kept = async (keys: readonly BlobOwner[]) => {
      const owned = await this.#talksAmong(keys.map(({ owner }) => owner));
      return ({ owner }: BlobOwner) => owned.has(owner);
    };
    return sweepStore(this.#options.store, 'recordings', kept, { nowMs, signal: this.#stop.signal });
  }

  async #talksAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.#options.db.pool.query<{ id: string }>(
      'select id from conversations where id = any($1::text[])',
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async #findHere(sessionId: string): Promise<Film | null> {
    if (!isPublicId(sessionId)) return null;
    for (const ending of FILM_ENDINGS) {
      const name = sessionId + ending;
      const file = await findFile(join(this.folder, name));
      if (file !== null && file.bytes > 0) return { name, file };
    }
    return null;
  }

  async #findStored(sessionId: string, recordingFile: string): Promise<Film | null> {
    const ending = extname(recordingFile);
    const sha256 = recordingFile.slice(0, -ending.length);
    const file = await this.#options.store.find({ ...ownerOf(sessionId), sha256 });
    return file === null ? null : { name: sessionId + ending, file };
  }

  async #removeHere(sessionId: string): Promise<void> {
    await Promise.all(FILM_ENDINGS.map((ending) => rm(join(this.folder, sessionId + ending), { force: true })));
  }

  async #findTalk(sessionId: string): Promise<Omit<RecordedTalk, 'sessionId'> | null> {
    if (!isPublicId(sessionId)) return null;
    const [row] = await this.#options.db.orm
      .select({ status: conversations.status, recordingFile: conversations.recordingFile })
      .from(conversations)
      .where(eq(conversations.id, sessionId));
    return row ?? null;
  }
}

function ownerOf(sessionId: string): BlobOwner {
  return { area: 'recordings', owner: sessionId };
}
