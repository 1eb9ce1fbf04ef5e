import { LIMITS } from '@visavis/protocol';
import type { SourceKind } from '@visavis/protocol/file-kind';
import { and, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { Database, Orm } from '../../db/database.ts';
import { uploadLinks } from '../../db/making-schema.ts';
import { type BlobKey, type BlobStore, BlobStoreError, type ReadableFile } from '../../files/blob-store.ts';
import { sweepStore } from '../../files/sweep-store.ts';
import { addressGroup } from '../accounts/attempt-limiter.ts';
import { IMPATIENT, PATIENT, type PaceRule } from '../avatars/making/pace.ts';
import { ControlError, notFound, refusal } from '../control-error.ts';
import { type DiskWatch, diskFull } from '../disk/disk-watch.ts';
import type { OnBound } from '../fairness/bounds.ts';
import { FairPlaces } from '../fairness/fair-places.ts';
import { isPublicId, newPublicId } from '../ids.ts';
import type { ControlLogger } from '../logger.ts';
import { requireFileRoom } from '../quotas/project-usage.ts';
import { alone, type Quotas, quotaReached } from '../quotas/quotas.ts';
import { LinkFiles, ownerOf, type LinkRow as Row } from './link-files.ts';
import { LinkLocks } from './link-locks.ts';
import { requireSize } from './sources.ts';

export type UploadLink = Pick<Row, 'projectId' | 'name' | 'kind' | 'format' | 'expiresAt'> & {
  readonly uploadId: string;
  readonly state: 'open' | 'ready';
  /** Of the whole file; null: nobody has said. */
  readonly bytes: number | null;
  /** So much is here. */
  readonly received: number;
};

/** A file that came over a link, whole. */
export type StoredUpload = SourceKind & {
  readonly uploadId: string;
  readonly name: string;
  readonly sha256: string;
  readonly file: ReadableFile;
};

export type SendOptions = {
  readonly pace: () => PaceRule;
  readonly signal?: AbortSignal;
  /** Somebody else wants to go on: what is on its way to the store is given up. Left out: `signal`. */
  readonly isAwaited?: AbortSignal;
};

export type UploadLinksOptions = {
  readonly db: Pick<Database, 'orm' | 'pool'>;
  readonly store: BlobStore;
  /** Where pieces lie until they are in the store; best on the disk of a store that is a folder. */
  readonly folder: string;
  /** So many bytes of a file that comes in are in the store before the rest is there. Left out: 64 MiB. */
  readonly pieceBytes?: number;
  readonly disk: Pick<DiskWatch, 'requireRoom' | 'onLow'>;
  readonly quotas: Pick<Quotas, 'fileMbPerProject'>;
  readonly logger: ControlLogger;
  readonly onBound?: OnBound;
};

/** Files that come in at once, as with those that avatars are made from. */
const AT_ONCE = { inAll: 32, perProject: 4, perAddress: 16 } as const;
const WAITING = { inAll: 64, perProject: 8 } as const;
const WAIT_LIMIT_MS = 30_000;
const LIFETIME_MS = 24 * 3_600_000;
/** A file that was used is kept for so long after that, to be used again. */
const KEPT_AFTER_USE_MS = 7 * 24 * 3_600_000;
/** A part that belongs to no link; a link may be on its way. */
const ORPHAN_AFTER_MS = 3_600_000;

const OWN_ADDRESS = /^\/uploads\/([0-9a-f]{32})$/;

/**
 * Links to which clips, pictures and sound are sent, in one piece or in many, and which films then name as their source.
 * Whoever knows a link may send its file, and nothing else; only the project that got it may use the file.
 */
export class UploadLinks {
  readonly locks = new LinkLocks();
  readonly #options: UploadLinksOptions;
  readonly #files: LinkFiles;
  readonly #places: FairPlaces;
  readonly #stop = new AbortController();

  constructor(options: UploadLinksOptions) {
    this.#options = options;
    this.#files = new LinkFiles(options);
    this.#places = new FairPlaces({
      what: 'upload links',
      atOnce: AT_ONCE.inAll,
      atOncePerTenant: AT_ONCE.perProject,
      waiting: WAITING.inAll,
      waitingPerTenant: WAITING.perProject,
      waitLimitMs: WAIT_LIMIT_MS,
      reasons: { own: 'sending-already', full: 'many-sending' },
      ...(options.onBound === undefined ? {} : { onBound: options.onBound }),
    });
  }

  /** `bytes`: of the file, if that is known already. Callers have checked the project. */
  async create(
    projectId: string,
    { name = '', bytes = null }: { name?: string; bytes?: number | null },
  ): Promise<UploadLink> {
    const { db, disk, quotas } = this.#options;
    disk.requireRoom();
    if (bytes !== null) requireSize(bytes);
    const values = { id: newPublicId(), projectId, name, sizeBytes: bytes };
    const [row] = await alone(db, { what: 'project', id: projectId }, async (transaction) => {
      await requireFewLinks(transaction, projectId);
      await requireFileRoom(transaction, projectId, bytes ?? 0, quotas);
      const expiresAt = new Date(Date.now() + LIFETIME_MS);
      return transaction
        .insert(uploadLinks)
        .values({ ...values, expiresAt })
        .returning();
    });
    return this.#toLink(row as Row);
  }

  /** Null: there is no such link, or it has expired. */
  async find(uploadId: string): Promise<UploadLink | null> {
    const row = await this.#find(uploadId);
    return row === null || row.expiresAt <= new Date() ? null : this.#toLink(row);
  }

  /** As `find`, for who goes on with its file: what of it lies on this disk is for every node first. The caller has its lock. */
  async findSettled(uploadId: string): Promise<UploadLink | null> {
    const row = await this.#find(uploadId);
    if (row !== null && row.sha256 === null && row.sizeBytes !== (await this.#files.receivedOf(row))) {
      // Where another node was quicker, its piece counts.
      await this.#files.handOver(row, this.#stop.signal).catch((error: unknown) => {
        if (!(error instanceof ControlError)) throw error;
      });
    }
    return this.find(uploadId);
  }

  /** @throws ControlError `not-found`, also for links of others. */
  async get(projectId: string, uploadId: string): Promise<UploadLink> {
    const link = await this.find(uploadId);
    if (link?.projectId !== projectId) throw notFound('upload');
    return link;
  }

  /**
   * The file of a link, for members of its project to look at; null while it is not whole.
   * @throws ControlError `not-found`, also for links of others.
   */
  async open(projectId: string, uploadId: string): Promise<Pick<StoredUpload, 'format' | 'file'> | null> {
    await this.get(projectId, uploadId);
    const row = await this.#find(uploadId);
    if (row?.sha256 == null || row.format === null) return null;
    const file = await this.#options.store.find({ ...ownerOf(uploadId), sha256: row.sha256 });
    return file === null ? null : { format: row.format, file };
  }

  /** The link and its file. */
  async remove(projectId: string, uploadId: string): Promise<void> {
    await this.get(projectId, uploadId);
    await this.locks.run(uploadId, () => this.#remove(uploadId));
  }

  /** A link whose file is not there. The caller has its lock. */
  async removeOpen(uploadId: string): Promise<void> {
    await this.#requireOpen(uploadId);
    await this.#remove(uploadId);
  }

  /** In fair turn among projects; who sends too slowly loses the place, sooner while others wait. */
  async inTurn<Result>(
    { projectId, address }: { projectId: string; address: string },
    work: (pace: () => PaceRule) => Promise<Result>,
  ): Promise<Result> {
    const shares = [{ key: `address ${addressGroup(address)}`, atOnce: AT_ONCE.perAddress }];
    return this.#places.run({ key: `project ${projectId}`, shares }, (place) =>
      work(() => (place.isContested() ? IMPATIENT : PATIENT)),
    );
  }

  /** The whole file at once; what came of it before is forgotten. `announced`: what its sender says of the length. */
  async receive(
    uploadId: string,
    body: AsyncIterable<Buffer>,
    { announced, pace }: { announced: number | null; pace: () => PaceRule },
  ): Promise<UploadLink> {
    await this.locks.run(uploadId, async (signal) => {
      const row = await this.#requireOpen(uploadId);
      const sizeBytes = row.sizeBytes ?? announced;
      if (sizeBytes === null) throw refusal('length-required', 'length-unsaid');
      if (announced !== null) requireSame(sizeBytes, announced);
      if (row.sizeBytes === null) await this.declare(uploadId, sizeBytes);
      await this.#append({ ...row, sizeBytes }, body, 0, { pace, signal });
    });
    await this.finish(uploadId);
    const link = await this.find(uploadId);
    if (link === null) throw refusal('not-found', 'link-gone');
    return link;
  }

  /** The length of the file is known now. The caller has the link's lock. */
  async declare(uploadId: string, sizeBytes: number): Promise<void> {
    requireSize(sizeBytes);
    const { projectId } = await this.#requireOpen(uploadId);
    const { db, quotas } = this.#options;
    await alone(db, { what: 'project', id: projectId }, async (transaction) => {
      // Another node may have been told already.
      const [known] = await transaction.select().from(uploadLinks).where(eq(uploadLinks.id, uploadId));
      if (known === undefined) throw refusal('not-found', 'link-gone');
      if (known.sizeBytes !== null) return requireSame(known.sizeBytes, sizeBytes);
      await requireFileRoom(transaction, projectId, sizeBytes, quotas);
      await transaction.update(uploadLinks).set({ sizeBytes }).where(eq(uploadLinks.id, uploadId));
    });
  }

  /** A piece of the file; says how much of it is there then. The caller has the link's lock. */
  async append(uploadId: string, body: AsyncIterable<Buffer>, offset: number, options: SendOptions): Promise<number> {
    return this.#append(await this.#requireOpen(uploadId), body, offset, options);
  }

  async #append(row: Row, body: AsyncIterable<Buffer>, offset: number, options: SendOptions): Promise<number> {
    const { pace, signal, isAwaited = signal } = options;
    const { sizeBytes, expiresAt } = row;
    if (sizeBytes === null) throw refusal('length-required', 'length-unsaid');
    this.#options.disk.requireRoom();
    const limit = new AbortController();
    const expire = () => limit.abort(refusal('not-found', 'link-gone'));
    const timer = setTimeout(expire, Math.min(expiresAt.getTime() - Date.now(), 2 ** 31 - 1));
    const stopListening = this.#options.disk.onLow(() => limit.abort(diskFull()));
    const endedBy = (...signals: readonly (AbortSignal | undefined)[]) =>
      AbortSignal.any([this.#stop.signal, ...signals.filter((given) => given !== undefined)]);
    const sending = { offset, pace, signal: endedBy(limit.signal, signal), storing: endedBy(isAwaited) };
    try {
      return await this.#files.append({ ...row, sizeBytes }, body, sending);
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  }

  /**
   * What is here whole goes into the store. May be done again, whatever ended it before.
   * @throws ControlError `overloaded` while the store fails: the file stays here until it does not.
   */
  async finish(uploadId: string): Promise<void> {
    // Asked first: whoever is sending is not disturbed.
    if ((await this.#findWhole(uploadId)) === null) return;
    await this.locks.run(uploadId, async () => {
      const row = await this.#findWhole(uploadId);
      if (row === null) return;
      const { signal } = this.#stop;
      const { kind, format, sha256 } = await this.#files.keep(row, signal).catch((error: unknown) => {
        if (!(error instanceof BlobStoreError)) throw error;
        this.#options.logger.warn({ uploadId, error: error.message }, 'An uploaded file waits: it was not stored');
        throw refusal('overloaded', 'link-waits', { retryAfterSeconds: 10 });
      });
      await this.#options.db.orm
        .update(uploadLinks)
        .set({ kind, format, sha256, pieces: [] })
        .where(and(eq(uploadLinks.id, uploadId), isNull(uploadLinks.sha256)));
      // The link may be gone, or have got another file over another node, which counts then.
      const stored = await this.#find(uploadId);
      const owner = ownerOf(uploadId);
      if (stored === null) await this.#options.store.deleteAllOf(owner, { signal });
      else if (stored.sha256 !== sha256) await this.#options.store.delete({ ...owner, sha256 }, { signal });
      await this.#files.clear(row, stored?.sha256 ?? null);
    });
  }

  /**
   * The file behind a link of this server or an id of an upload, without the network; it is kept for a week from then on. Null: this is no
   * address of an upload here.
   * @throws ControlError `not-found` for links of other projects and expired ones, `conflict` where the file is not whole.
   */
  async resolveUpload(urlOrId: string, projectId: string): Promise<StoredUpload | null> {
    const uploadId = isPublicId(urlOrId) ? urlOrId : idOfAddress(urlOrId);
    if (uploadId === null) return null;
    const known = await this.#find(uploadId);
    if (known === null && uploadId !== urlOrId) return null;
    if (known?.projectId !== projectId || known.expiresAt <= new Date()) throw refusal('not-found', 'link-gone');
    if (known.sha256 === null) await this.finish(uploadId);
    const row = await this.#keep(uploadId);
    if (row === undefined) throw refusal('conflict', 'link-open');
    const { sha256, kind, format, name } = row as Row & { sha256: string; kind: SourceKind['kind']; format: string };
    const file = await this.#options.store.find({ ...ownerOf(uploadId), sha256 });
    if (file === null) throw refusal('not-found', 'link-gone');
    return { uploadId, name, kind, format, sha256, file };
  }

  async #keep(uploadId: string): Promise<Row | undefined> {
    const keptUntil = new Date(Date.now() + KEPT_AFTER_USE_MS);
    const [row] = await this.#options.db.orm
      .update(uploadLinks)
      .set({ expiresAt: sql`greatest(${uploadLinks.expiresAt}, ${keptUntil.toISOString()}::timestamptz)` })
      .where(and(eq(uploadLinks.id, uploadId), sql`${uploadLinks.sha256} is not null`))
      .returning();
    return row;
  }

  /** Removes what has expired and what belongs to nothing, and stores what a stop kept from it. */
  async sweep(nowMs = Date.now()): Promise<void> {
    const { db, store } = this.#options;
    const { signal } = this.#stop;
    await db.orm.delete(uploadLinks).where(lte(uploadLinks.expiresAt, new Date(nowMs)));
    for (const part of await this.#files.here(nowMs)) await this.#sweepPart(part);
    const kept = async (keys: readonly BlobKey[]) => {
      const { rows } = await db.pool.query<{ id: string; sha256: string | null }>(
        'select id, sha256 from upload_links where id = any($1::text[])',
        [keys.map(({ owner }) => owner)],
      );
      const names = new Map(rows.map(({ id, sha256 }) => [id, sha256]));
      // Of a link that is open all may be needed yet: pieces, and a file that is not written down.
      return ({ owner, sha256 }: BlobKey) => names.has(owner) && (names.get(owner) ?? sha256) === sha256;
    };
    await sweepStore(store, 'uploads', kept, { nowMs, signal });
  }

  async #sweepPart({ part, uploadId, ageMs }: { part: string; uploadId: string; ageMs: number }): Promise<void> {
    if (!isPublicId(uploadId)) return;
    const row = await this.#find(uploadId);
    if (row === null || !this.#files.isCurrent(row, part)) {
      if (ageMs > ORPHAN_AFTER_MS) await this.#files.removePart(part);
      return;
    }
    await this.finish(uploadId).catch((error: unknown) => {
      this.#options.logger.warn({ uploadId, error: String(error) }, 'An uploaded file waits: it was not stored');
    });
  }

  /** What comes in is broken off; its senders go on after the next start. Idempotent. */
  close(): void {
    this.#stop.abort(new Error('The server ends.'));
  }

  async #remove(uploadId: string): Promise<void> {
    const [row] = await this.#options.db.orm.delete(uploadLinks).where(eq(uploadLinks.id, uploadId)).returning();
    if (row !== undefined) await this.#files.clear(row, null);
    await this.#options.store.deleteAllOf(ownerOf(uploadId), { signal: this.#stop.signal }).catch((error: unknown) => {
      // The housekeeping does it later.
      if (!(error instanceof BlobStoreError)) throw error;
    });
  }

  async #find(uploadId: string): Promise<Row | null> {
    if (!isPublicId(uploadId)) return null;
    const [row] = await this.#options.db.orm.select().from(uploadLinks).where(eq(uploadLinks.id, uploadId));
    return row ?? null;
  }

  /** A link whose file is here whole, and not in the store yet. */
  async #findWhole(uploadId: string): Promise<(Row & { readonly sizeBytes: number }) | null> {
    const row = await this.#find(uploadId);
    if (row === null || row.sha256 !== null || row.sizeBytes === null) return null;
    const { sizeBytes } = row;
    return sizeBytes === (await this.#files.receivedOf(row)) ? { ...row, sizeBytes } : null;
  }

  async #requireOpen(uploadId: string): Promise<Row> {
    const row = await this.#find(uploadId);
    if (row === null || row.expiresAt <= new Date()) throw refusal('not-found', 'link-gone');
    if (row.sha256 !== null) throw refusal('conflict', 'link-done');
    return row;
  }

  async #toLink(row: Row): Promise<UploadLink> {
    const { id: uploadId, projectId, name, kind, format, expiresAt, sizeBytes: bytes } = row;
    const isReady = row.sha256 !== null;
    const received = isReady ? (bytes ?? 0) : await this.#files.receivedOf(row);
    const state = isReady ? 'ready' : 'open';
    return { uploadId, projectId, name, kind, format, expiresAt, state, bytes, received };
  }
}

function requireSame(expected: number, given: number): void {
  if (given !== expected) throw refusal('bad-request', 'length-differs', { values: { expected, given } });
}

async function requireFewLinks(orm: Orm, projectId: string): Promise<void> {
  const { openUploadLinks, uploadLinks: most } = LIMITS.counts;
  const inForce = and(eq(uploadLinks.projectId, projectId), gt(uploadLinks.expiresAt, new Date()));
  if ((await orm.$count(uploadLinks, and(inForce, isNull(uploadLinks.sha256)))) >= openUploadLinks) {
    throw quotaReached('open-links-full', openUploadLinks);
  }
  if ((await orm.$count(uploadLinks, inForce)) >= most) throw quotaReached('links-full', most);
}

function idOfAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, pathname } = new URL(text);
  return protocol === 'http:' || protocol === 'https:' ? (OWN_ADDRESS.exec(pathname)?.[1] ?? null) : null;
}
