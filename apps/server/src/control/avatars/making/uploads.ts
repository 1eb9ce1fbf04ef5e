import { mkdir } from 'node:fs/promises';
import { LIMITS } from '@visavis/protocol';
import { eq, sql } from 'drizzle-orm';
import type { Database, Orm } from '../../../db/database.ts';
import { uploads } from '../../../db/making-schema.ts';
import { addressGroup } from '../../accounts/attempt-limiter.ts';
import { type ControlError, refusal } from '../../control-error.ts';
import { type DiskWatch, diskFull } from '../../disk/disk-watch.ts';
import type { OnBound } from '../../fairness/bounds.ts';
import { FairPlaces, type Place } from '../../fairness/fair-places.ts';
import { newPublicId } from '../../ids.ts';
import { requireFileRoom } from '../../quotas/project-usage.ts';
import { alone, type Quotas, quotaReached } from '../../quotas/quotas.ts';
import type { AvatarSources } from './avatar-sources.ts';
import { IMPATIENT, PATIENT } from './pace.ts';
import { type ReceivedFile, receiveFile, tooLarge } from './receive-file.ts';

export type Upload = Pick<ReceivedFile, 'kind' | 'sizeBytes'> & { readonly uploadId: string };

/** Who sends a file, and for whom. */
export type Sender = { readonly projectId: string; readonly userId: string; readonly address: string };

/** Files that come in at once: a place costs a socket and 64 kB, so there are many, and nobody has most of them. */
const AT_ONCE = { inAll: 32, perUser: 4, perProject: 4, perAddress: 16 } as const;
const WAITING = { inAll: 64, perUser: 8 } as const;
const WAIT_LIMIT_MS = 30_000;
const MAX_UNUSED_PER_PROJECT = 20;
const KEPT_HOURS = 24;
/** A file that takes longer to come in is given up. */
const TIME_LIMIT_MS = 30 * 60_000;

function tookTooLong(): ControlError {
  const minutes = TIME_LIMIT_MS / 60_000;
  return refusal('bad-request', 'file-late', { values: { minutes } });
}

export type UploadsOptions = {
  readonly db: Pick<Database, 'orm'>;
  /** Where files come in; whole ones go to the store. */
  readonly folder: string;
  readonly sources: AvatarSources;
  readonly disk: Pick<DiskWatch, 'requireRoom' | 'onLow'>;
  readonly quotas: Pick<Quotas, 'fileMbPerProject'>;
  readonly onBound?: OnBound;
};

/** Pictures and videos that users sent, until an avatar is made from them or a day has passed. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #places: FairPlaces;

  constructor(options: UploadsOptions) {
    this.#options = options;
    this.#places = new FairPlaces({
      what: 'uploads',
      atOnce: AT_ONCE.inAll,
      atOncePerTenant: AT_ONCE.perUser,
      waiting: WAITING.inAll,
      waitingPerTenant: WAITING.perUser,
      waitLimitMs: WAIT_LIMIT_MS,
      reasons: { own: 'sending-already', full: 'many-sending' },
      ...(options.onBound === undefined ? {} : { onBound: options.onBound }),
    });
  }

  /**
   * `announcedBytes`: what the sender says of the length. Callers have checked the project. Waits for a place, which comes
   * in fair turn among users; who sends too slowly loses it, sooner while others wait.
   */
  async receive(sender: Sender, body: AsyncIterable<Buffer>, announcedBytes = 0): Promise<Upload> {
    if (announcedBytes > LIMITS.bytes.video) throw tooLarge();
    this.#options.disk.requireRoom();
    // Asked before the file comes in, and again when it is there.
    await this.#requireRoom(this.#options.db.orm, sender.projectId, announcedBytes);
    const shares = [
      { key: `project ${sender.projectId}`, atOnce: AT_ONCE.perProject },
      { key: `address ${addressGroup(sender.address)}`, atOnce: AT_ONCE.perAddress },
    ];
    return this.#places.run({ key: `user ${sender.userId}`, shares }, (place) =>
      this.#receive(sender.projectId, body, place),
    );
  }

  async #receive(projectId: string, body: AsyncIterable<Buffer>, place: Place): Promise<Upload> {
    const { db, folder, sources, disk } = this.#options;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(tookTooLong()), TIME_LIMIT_MS);
    const stopListening = disk.onLow(() => limit.abort(diskFull()));
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const pace = () => (place.isContested() ? IMPATIENT : PATIENT);
      const received = await receiveFile(body, folder, { signal: limit.signal, pace });
      const file = await sources.keepAtOnce(received.file);
      const id = newPublicId();
      try {
        await alone(db, { what: 'project', id: projectId }, async (transaction) => {
          await this.#requireRoom(transaction, projectId, received.sizeBytes);
          await transaction.insert(uploads).values({ ...received, file, id, projectId });
        });
      } catch (error) {
        await sources.remove(file);
        throw error;
      }
      return { uploadId: id, kind: received.kind, sizeBytes: received.sizeBytes };
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  }

  async #requireRoom(orm: Orm, projectId: string, bytes: number): Promise<void> {
    if ((await orm.$count(uploads, eq(uploads.projectId, projectId))) >= MAX_UNUSED_PER_PROJECT) {
      throw quotaReached('uploads-full', MAX_UNUSED_PER_PROJECT);
    }
    await requireFileRoom(orm, projectId, bytes, this.#options.quotas);
  }

  /** Removes files that nobody used within a day, and those that belong to nothing. */
  async sweep(nowMs = Date.now()): Promise<void> {
    const old = sql`${uploads.createdAt} < now() - ${KEPT_HOURS} * interval '1 hour'`;
    await this.#options.db.orm.delete(uploads).where(old);
    await this.#options.sources.sweep(nowMs);
  }
}
