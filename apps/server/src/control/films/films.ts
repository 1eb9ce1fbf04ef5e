import { errorEntry, FILM_DAYS, type FilmFormat } from '@visavis/protocol';
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Database, Orm } from '../../db/database.ts';
import { type FilmSound, films } from '../../db/film-schema.ts';
import { wallets } from '../../db/usage-schema.ts';
import type { BlobKey, BlobStore, ReadableFile } from '../../files/blob-store.ts';
import { sweepStore } from '../../files/sweep-store.ts';
import { ControlError, notFound } from '../control-error.ts';
import type { DiskWatch } from '../disk/disk-watch.ts';
import { TURN_OF_PROJECT } from '../fairness/turn-of-project.ts';
import { isPublicId, newPublicId } from '../ids.ts';
import type { ControlLogger } from '../logger.ts';
import { requireFileRoom } from '../quotas/project-usage.ts';
import { alone, numberOf, type Quotas } from '../quotas/quotas.ts';
import type { SignedLinks } from '../secrets/signed-links.ts';
import type { FilmCallbacks } from './film-callbacks.ts';
import { filmPath, formatOf } from './film-format.ts';
import type { FilmJobs } from './film-jobs.ts';
import { digestOf, type FilmOrder, sourcesOf } from './film-order.ts';
import { inOnePart } from './film-previews.ts';
import { FILM_COLUMNS, type Film } from './film-rows.ts';
import { type FindUpload, requireUploads } from './source-files.ts';

export type FilmStanding = Film & {
  /** Waiting films that are made before this one, as people take turns, and itself; 0: it does not wait. */
  readonly queuePosition: number;
  /** Until it is done, by how quickly it went on so far; null: not known as yet. */
  readonly secondsLeft: number | null;
};

export type FilmsOptions = {
  readonly db: Pick<Database, 'orm' | 'pool'>;
  readonly jobs: FilmJobs;
  /** Files that were sent to links of this server. Left out: there are none. */
  readonly findUpload?: FindUpload | undefined;
  readonly callbacks: Pick<FilmCallbacks, 'prepare' | 'secret'>;
  readonly blobs: BlobStore;
  readonly links: SignedLinks;
  readonly quotas: Pick<Quotas, 'fileMbPerProject'>;
  readonly disk: Pick<DiskWatch, 'requireRoom'>;
  /** Films cost something. */
  readonly isCharging: boolean;
  readonly logger: ControlLogger;
  /** Something of this turn is to be made. */
  readonly onQueued: (turn: string) => void;
  /** A film that may be under way on this node counts no more. */
  readonly onCancelled: (filmId: string) => void;
};

const MAX_ATTEMPTS = 3;
/** Films of a project that wait or are made. */
const MAX_FILMS_UNDER_WAY = 50;
const RETRY_AFTER_SECONDS = 30;

/** Films that projects order. A film is its project's alone; who holds a link to it may watch it until the link expires. */
export class Films {
  readonly #options: FilmsOptions;
  readonly #orm: Database['orm'];
  readonly #stop = new AbortController();
  /** Files on their way out of the store, which nobody waits for. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: FilmsOptions) {
    this.#options = options;
    this.#orm = options.db.orm;
  }

  /** Resolves when the order is durable. Throws `ControlError` where it is not taken. */
  async order(order: FilmOrder): Promise<Film> {
    const { disk, blobs, callbacks, findUpload: find } = this.#options;
    disk.requireRoom();
    const digest = digestOf(order);
    const known = await this.#orderedBefore(order, digest);
    if (known !== null) return known;
    if (find !== undefined) await requireUploads(sourcesOf(order), { find, projectId: order.projectId });
    if (order.callback !== undefined) await callbacks.prepare(order.projectId, order.callback);
    const id = newPublicId();
    const owner = { area: 'films', owner: id } as const;
    const { sound } = order;
    const stored =
      sound.kind === 'data' ? await blobs.put(owner, inOnePart(sound.bytes), { maxBytes: sound.bytes.length }) : null;
    try {
      const film = await this.#insert(order, id, digest, stored);
      await this.#announce(id);
      return film;
    } catch (error) {
      if (stored !== null) this.#deleteFiles(id);
      // Two equal orders at once: the other one was first.
      const meanwhile = await this.#orderedBefore(order, digest);
      if (meanwhile !== null) return meanwhile;
      throw error;
    }
  }

  /** The order is durable: whatever cannot be said here, its row says a little later. */
  async #announce(filmId: string): Promise<void> {
    try {
      const turn = await this.#options.jobs.turnOf(filmId);
      if (turn !== null) this.#options.onQueued(turn);
    } catch (error) {
      this.#options.logger.warn(
        { filmId, error: String(error) },
        'A film that was ordered waits to be found by its row',
      );
    }
  }

  async get(projectId: string, filmId: string): Promise<Film> {
    const film = await this.#find(projectId, filmId);
    if (film === null) throw notFound('film');
    return film;
  }

  /** With its place in the queue and how long it may take. */
  async standing(projectId: string, filmId: string): Promise<FilmStanding> {
    return this.#standingOf(await this.get(projectId, filmId));
  }

  /** Newest first. `before`: the ordinal of a film. */
  async list(projectId: string, { limit, before }: { limit: number; before?: number | undefined }) {
    const older = before === undefined ? undefined : lt(films.ordinal, before);
    const rows = await this.#orm
      .select(FILM_COLUMNS)
      .from(films)
      .where(and(eq(films.projectId, projectId), older))
      .orderBy(desc(films.ordinal))
      .limit(limit + 1);
    const listed = await Promise.all(rows.slice(0, limit).map((film) => this.#standingOf(film)));
    return { films: listed, hasMore: rows.length > limit };
  }

  /** One that is over stays as it is. */
  async cancel(projectId: string, filmId: string): Promise<Film> {
    await this.get(projectId, filmId);
    if (await this.#options.jobs.cancel(projectId, filmId)) {
      this.#options.onCancelled(filmId);
      this.#deleteFiles(filmId);
    }
    return this.get(projectId, filmId);
  }

  /** With its file; links to it open nothing any more. */
  async remove(projectId: string, filmId: string): Promise<void> {
    await this.get(projectId, filmId);
    // Who waits for a message gets one of every end.
    await this.#options.jobs.cancel(projectId, filmId);
    await this.#orm.delete(films).where(and(eq(films.id, filmId), eq(films.projectId, projectId)));
    this.#options.onCancelled(filmId);
    this.#deleteFiles(filmId);
  }

  /** What signs the messages about films of this project. */
  callbackSecret(projectId: string): Promise<string> {
    return this.#options.callbacks.secret(projectId);
  }

  /** Path and query under which a film that is done is served for six hours; null when there is none. */
  link(film: Pick<Film, 'filmId' | 'state' | 'request'>): string | null {
    return film.state === 'done' ? filmPath(this.#options.links, film) : null;
  }

  /** Path and query of the picture that was drawn last, for some minutes and while the film is made; null when there is none. */
  previewLink({ filmId, previewFile }: Pick<Film, 'filmId' | 'previewFile'>): string | null {
    if (previewFile === null) return null;
    // The same for as long as the picture is: pages load it once.
    const query = this.#options.links.briefQueryFor(previewIdOf(filmId));
    return `/films/${filmId}.jpg?v=${previewFile.slice(0, 8)}&${query}`;
  }

  /** Null when the link is none of ours, has expired, or there is no such picture any more. */
  async openPreview(filmId: string, expires: string, signature: string): Promise<ReadableFile | null> {
    if (!isPublicId(filmId) || !this.#options.links.opens(previewIdOf(filmId), expires, signature)) return null;
    const [row] = await this.#orm.select({ sha256: films.previewFile }).from(films).where(eq(films.id, filmId));
    return this.#fileOf(filmId, row?.sha256 ?? null);
  }

  /** Null when the link is none of ours, has expired, or the film is gone. */
  async open(
    filmId: string,
    expires: string,
    signature: string,
  ): Promise<{ file: ReadableFile; format: FilmFormat } | null> {
    if (!isPublicId(filmId) || !this.#options.links.opens(filmId, expires, signature)) return null;
    const { resultFile: sha256, request } = films;
    const [row] = await this.#orm.select({ sha256, request }).from(films).where(eq(films.id, filmId));
    const file = row === undefined ? null : await this.#fileOf(filmId, row.sha256);
    return row === undefined || file === null ? null : { file, format: formatOf(row.request) };
  }

  async #fileOf(filmId: string, sha256: string | null): Promise<ReadableFile | null> {
    return sha256 === null ? null : this.#options.blobs.find({ area: 'films', owner: filmId, sha256 });
  }

  /** Forgets films that were kept long enough, and deletes files that belong to none. */
  async sweep(nowMs = Date.now()): Promise<void> {
    await this.#orm.execute(sql`
      delete from films where state in ('done', 'failed', 'cancelled')
        and created_at < now() - ${FILM_DAYS} * interval '1 day'`);
    const kept = async (keys: readonly BlobKey[]) => {
      const { rows } = await this.#options.db.pool.query<{ id: string; isOver: boolean; files: string[] }>(
        `select id, state not in ('waiting', 'running') as "isOver",
           array_remove(array[result_file, sound_file, preview_file], null) as files from films where id = any($1::text[])`,
        [keys.map(({ owner }) => owner)],
      );
      const known = new Map(rows.map(({ id, ...film }) => [id, film]));
      // What an attempt left that counts no more may be what the next one is about to write down.
      return ({ owner, sha256 }: BlobKey) => {
        const film = known.get(owner);
        return film !== undefined && (!film.isOver || film.files.includes(sha256));
      };
    };
    await sweepStore(this.#options.blobs, 'films', kept, { nowMs, signal: this.#stop.signal });
  }

  /** What is on its way out of the store goes with the next sweep. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('The server ends.'));
    await Promise.all(this.#leaving);
  }

  async #insert(order: FilmOrder, id: string, digest: string, stored: { sha256: string; bytes: number } | null) {
    const { projectId, licenceId, picture, options, idempotencyKey, callback } = order;
    const sound: FilmSound = order.sound.kind === 'data' ? { kind: 'data' } : order.sound;
    return alone(this.#options.db, { what: 'project', id: projectId }, async (transaction) => {
      const underWay = await numberOf(
        transaction,
        sql`select count(*) from films where project_id = ${projectId} and state in ('waiting', 'running')`,
      );
      if (underWay >= MAX_FILMS_UNDER_WAY) throw tooManyUnderWay();
      await this.#requirePoints(transaction, projectId);
      await requireFileRoom(transaction, projectId, stored?.bytes ?? 0, this.#options.quotas);
      const [row] = await transaction
        .insert(films)
        .values({
          turn: sql`(select ${sql.raw(TURN_OF_PROJECT)} from projects where id = ${projectId})`,
          id,
          projectId,
          licenceId,
          request: { picture, sound, options },
          attemptsLeft: MAX_ATTEMPTS,
          ...(callback === undefined ? {} : { callback }),
          ...(stored === null ? {} : { soundFile: stored.sha256, soundBytes: stored.bytes }),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey, orderDigest: digest }),
        })
        .returning(FILM_COLUMNS);
      return row as Film;
    });
  }

  /** What is ordered is paid for when it is done: who has nothing left orders nothing. */
  async #requirePoints(orm: Orm, projectId: string): Promise<void> {
    if (!this.#options.isCharging) return;
    const [wallet] = await orm.select().from(wallets).where(eq(wallets.projectId, projectId));
    if (wallet === undefined || wallet.isUnlimited || wallet.balance > 0) return;
    throw new ControlError('forbidden', errorEntry('insufficient-balance').message);
  }

  /** The film of an earlier order under the same key. */
  async #orderedBefore({ projectId, idempotencyKey }: FilmOrder, digest: string): Promise<Film | null> {
    if (idempotencyKey === undefined) return null;
    const [row] = await this.#orm
      .select({ ...FILM_COLUMNS, orderDigest: films.orderDigest })
      .from(films)
      .where(and(eq(films.projectId, projectId), eq(films.idempotencyKey, idempotencyKey)));
    if (row === undefined) return null;
    const { orderDigest, ...film } = row;
    if (orderDigest !== digest) {
      throw new ControlError(
        'conflict',
        'Another film was ordered under this idempotency key. Use a new key for each film.',
      );
    }
    return film;
  }

  async #find(projectId: string, filmId: string): Promise<Film | null> {
    if (!isPublicId(filmId)) return null;
    const [row] = await this.#orm
      .select(FILM_COLUMNS)
      .from(films)
      .where(and(eq(films.id, filmId), eq(films.projectId, projectId)));
    return row ?? null;
  }

  async #standingOf(film: Film): Promise<FilmStanding> {
    return { ...film, queuePosition: await this.#queuePosition(film), secondsLeft: secondsLeft(film) };
  }

  async #queuePosition({ state, ordinal }: Film): Promise<number> {
    if (state !== 'waiting') return 0;
    return this.#options.jobs.placeOf(ordinal);
  }

  /** What the store cannot delete now goes with the next sweep. */
  #deleteFiles(filmId: string): void {
    const { blobs, logger } = this.#options;
    const { signal } = this.#stop;
    const work = blobs
      .deleteAllOf({ area: 'films', owner: filmId }, { signal })
      .catch((error: unknown) => {
        if (!signal.aborted)
          logger.warn({ filmId, error: String(error) }, 'A film could not be deleted; it is tried again');
      })
      .finally(() => this.#leaving.delete(work));
    this.#leaving.add(work);
  }
}

/** What a link to the picture of a film is signed for: it opens no film. */
function previewIdOf(filmId: string): string {
  return `${filmId}/preview`;
}

function tooManyUnderWay(): ControlError {
  const sentence = `${MAX_FILMS_UNDER_WAY} films of this project wait or are being made, as many as may. Order more when some are done.`;
  return new ControlError('too-many-attempts', sentence, RETRY_AFTER_SECONDS);
}

/** By how quickly it went on since its files were there, which took as long as their senders took. */
function secondsLeft({ state, workedSince, progress }: Film, nowMs = Date.now()): number | null {
  if (state !== 'running' || workedSince === null || progress < 0.05) return null;
  const elapsedS = Math.max(0, nowMs - workedSince.getTime()) / 1000;
  return Math.ceil((elapsedS * (1 - progress)) / progress);
}
