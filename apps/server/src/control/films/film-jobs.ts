import type { Database } from '../../db/database.ts';
import type { FilmCallback, FilmRequest } from '../../db/film-schema.ts';
import { retryDeadlocks } from '../../db/retry-deadlocks.ts';
import type { StoredBlob } from '../../files/blob-store.ts';
import { writeUses } from '../usage/ledger.ts';
import { priceOfSpan, toPoints } from '../usage/points.ts';
import { CANCELLED, type FilmCallbacks, type FilmEnd } from './film-callbacks.ts';
import type { NamedFilm } from './film-format.ts';
import { chargedMsOf, lengthMsOf } from './film-length.ts';
import { problem } from './film-problem.ts';

export type ClaimedFilm = {
  readonly filmId: string;
  readonly projectId: string;
  readonly licenceId: string;
  /** Fencing token: what is written under an older one is refused. */
  readonly attempt: number;
  /** Attempts that may begin after this one; negative: this one must not begin. */
  readonly attemptsLeft: number;
  readonly request: FilmRequest;
  /** SHA-256 of the sound that came with the order, or that an attempt had spoken. */
  readonly soundFile: string | null;
};

export type FilmResult = {
  readonly sha256: string;
  readonly bytes: number;
  readonly durationMs: number;
  readonly widthPx: number;
  readonly heightPx: number;
};

export type FilmRefusal = {
  readonly code: string;
  /** A sentence for whoever ordered the film. */
  readonly message: string;
};

type Client = Pick<Database['pool'], 'query'>;

/** So many films of one person are made at once, on however many machines. */
const LANES = 4;

/** Films are made in turn among people; each has some lanes, in which one film is made after the other. */
const TURN = `(due.turn || '/' || (due.ordinal % ${LANES}))`;

const UNDER_WAY = `films as due where due.state in ('waiting', 'running')`;

/**
 * Takes the oldest film of a turn that is due. What runs was begun by an earlier turn, since there is one at a time: its
 * server died, and that attempt counts.
 */
const CLAIM = `
  update films as film
  set state = 'running', attempt = attempt + 1, attempts_left = attempts_left - 1, progress = 0, step = 'starting', duration_ms = 0,
    due_at = now(), started_at = now(), worked_since = null, preview_file = null
  where film.id = (
    select due.id from ${UNDER_WAY} and due.due_at <= now() and ${TURN} = $1
    order by due.ordinal limit 1 for update of due skip locked)
  returning film.id as "filmId", film.project_id as "projectId", film.licence_id as "licenceId", film.attempt,
    film.attempts_left as "attemptsLeft", film.request, film.sound_file as "soundFile"`;

/** Of a film that there is not. */
const NOTHING = { durationMs: 0, charged: 0 } as const;

const OF_ATTEMPT = `id = $1 and attempt = $2 and state = 'running'`;
const OVER = `step = '', finished_at = now(), sound_file = null, sound_bytes = 0, preview_file = null`;
/** Whom an end is told to. */
const TOLD = `returning id as "filmId", project_id as "projectId", callback, request`;

type Told = NamedFilm & { readonly projectId: string; readonly callback: FilmCallback | null };

export type FilmJobsOptions = {
  /** Price of a minute of film. */
  readonly pointsPerMinute: number;
  /** Left out: nobody is told how films ended. */
  readonly callbacks?: FilmCallbacks;
};

/** Films as rows: any number of servers may share them; of each attempt at most one outcome counts. Whose turn it is, others say. */
export class FilmJobs {
  readonly #pool: Database['pool'];
  readonly #pointsPerMinute: number;
  readonly #callbacks: FilmCallbacks | undefined;

  constructor({ pool }: Pick<Database, 'pool'>, { pointsPerMinute, callbacks }: FilmJobsOptions) {
    this.#pool = pool;
    this.#pointsPerMinute = pointsPerMinute;
    this.#callbacks = callbacks;
  }

  /** Whose turn it is to have the film made. */
  async turnOf(filmId: string): Promise<string | null> {
    const { rows } = await this.#pool.query<{ turn: string }>(
      `select ${TURN} as turn from films as due where due.id = $1`,
      [filmId],
    );
    return rows[0]?.turn ?? null;
  }

  /** Of the film with this ordinal among those that wait, where each turn gives one film in its round. */
  async placeOf(ordinal: number): Promise<number> {
    const { rows } = await this.#pool.query<{ place: number }>(
      `with waiting as (
         select due.ordinal, row_number() over (partition by ${TURN} order by due.ordinal) as round
         from films as due where due.state = 'waiting')
       select count(*)::int as place from waiting, waiting as own
       where own.ordinal = $1 and (waiting.round, waiting.ordinal) <= (own.round, own.ordinal)`,
      [ordinal],
    );
    return rows[0]?.place ?? 0;
  }

  /** Turns with something due. */
  async waiting(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ turn: string }>(
      `select distinct ${TURN} as turn from ${UNDER_WAY} and due.due_at <= now()`,
    );
    return rows.map(({ turn }) => turn);
  }

  /** Milliseconds until something of this turn is due, not negative; null: nothing waits. */
  async nextDueMs(turn: string): Promise<number | null> {
    const { rows } = await this.#pool.query<{ afterMs: number | null }>(
      `select extract(epoch from min(due.due_at) - now())::float8 * 1000 as "afterMs" from ${UNDER_WAY} and ${TURN} = $1`,
      [turn],
    );
    const afterMs = rows[0]?.afterMs ?? null;
    return afterMs === null ? null : Math.max(0, afterMs);
  }

  async claim(turn: string): Promise<ClaimedFilm | null> {
    const { rows } = await this.#pool.query<ClaimedFilm>(CLAIM, [turn]);
    return rows[0] ?? null;
  }

  /** Says how far an attempt is. False: it counts no more, stop it. */
  async report({ filmId, attempt }: ClaimedFilm, progress: number, step: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update films set progress = greatest(progress, $3::real), step = $4,
         worked_since = case when $3::real > 0 then coalesce(worked_since, now()) end where ${OF_ATTEMPT}`,
      [filmId, attempt, progress, step],
    );
    return rowCount === 1;
  }

  /** The picture that was drawn last, as long as the attempt counts. */
  async showPreview({ filmId, attempt }: ClaimedFilm, sha256: string): Promise<void> {
    await this.#pool.query(`update films set preview_file = $3 where ${OF_ATTEMPT}`, [filmId, attempt, sha256]);
  }

  /** The sound that was spoken for the film, for all attempts to come: a file of its project until the film is over. */
  async keepSound({ filmId, attempt }: ClaimedFilm, { sha256, bytes }: StoredBlob): Promise<void> {
    await this.#pool.query(`update films set sound_file = $3, sound_bytes = $4 where ${OF_ATTEMPT}`, [
      filmId,
      attempt,
      sha256,
      bytes,
    ]);
  }

  /**
   * The film is done and paid for, both or neither, whatever ends in between: the ledger takes one entry of a film. Begun seconds
   * count whole. False: the attempt counts no more, and nothing is charged.
   */
  succeed(film: ClaimedFilm, result: FilmResult): Promise<boolean> {
    return retryDeadlocks(() => this.#succeed(film, result));
  }

  async #succeed(film: ClaimedFilm, result: FilmResult): Promise<boolean> {
    const { filmId, attempt, projectId, licenceId, request } = film;
    const { sha256, bytes, durationMs, widthPx, heightPx } = result;
    const chargedMs = chargedMsOf(durationMs);
    return this.#end(async (client) => {
      const { rows } = await client.query<Told>(
        `update films set state = 'done', progress = 1, result_file = $3, result_bytes = $4, duration_ms = $5, width_px = $6,
           height_px = $7, error = null, error_code = null, ${OVER} where ${OF_ATTEMPT} ${TOLD}`,
        [filmId, attempt, sha256, bytes, lengthMsOf(durationMs), widthPx, heightPx],
      );
      const [told] = rows;
      if (told === undefined) return null;
      const avatarId = request.picture.kind === 'avatar' ? request.picture.avatarId : '';
      const use = { projectId, licenceId, avatarId, sourceId: filmId, seq: 0, durationMs: chargedMs };
      await writeUses(client, [{ kind: 'generation', ...use, price: this.priceOf(durationMs) }]);
      const { rows: paid } = await client.query<{ charged: number }>(
        `update films set charged = coalesce((select -amount from ledger_entries where source_id = $1 and seq = 0), 0)
         where id = $1 returning charged::float8 as charged`,
        [filmId],
      );
      const charged = paid[0]?.charged ?? 0;
      return { told, end: { state: 'done', durationMs: lengthMsOf(durationMs), charged, failure: null } };
    });
  }

  /**
   * Sets the price of a film apart, once its length is known; 0: it is not known as yet. Null: the balance bears it beside what the
   * project's other films under way will cost. Otherwise why not, and nothing is set apart.
   */
  afford(film: ClaimedFilm, durationMs: number): Promise<FilmRefusal | null> {
    if (this.#pointsPerMinute <= 0) return Promise.resolve(null);
    return retryDeadlocks(() => this.#together((client) => this.#afford(client, film, durationMs)));
  }

  async #afford(client: Client, { filmId, attempt, projectId }: ClaimedFilm, durationMs: number) {
    // Locked: of two films that ask at once, the second sees what is set apart for the first.
    const { rows: wallets } = await client.query<{ balance: number; isUnlimited: boolean }>(
      'select balance::float8 as balance, is_unlimited as "isUnlimited" from wallets where project_id = $1 for update',
      [projectId],
    );
    const [wallet] = wallets;
    const { rows: others } = await client.query<{ lengthMs: number }>(
      `select duration_ms::float8 as "lengthMs" from films where project_id = $1 and state = 'running' and id <> $2`,
      [projectId, filmId],
    );
    const isBounded = wallet !== undefined && !wallet.isUnlimited;
    const left = others.reduce((rest, { lengthMs }) => rest - this.priceOf(lengthMs), wallet?.balance ?? 0);
    const price = this.priceOf(durationMs);
    if (isBounded && left <= 0) return problem('no-points');
    if (isBounded && price > left) {
      const seconds = lengthMsOf(durationMs) / 1000;
      return problem('too-few-points', { seconds, price: toPoints(price), left: toPoints(left) });
    }
    await client.query(`update films set duration_ms = $3 where ${OF_ATTEMPT}`, [
      filmId,
      attempt,
      lengthMsOf(durationMs),
    ]);
    return null;
  }

  /** In thousandths of a point. */
  priceOf(durationMs: number): number {
    return priceOfSpan(this.#pointsPerMinute, 0, chargedMsOf(durationMs));
  }

  /** Thousandths of a point; null: nothing is charged. */
  async left(projectId: string): Promise<number | null> {
    if (this.#pointsPerMinute <= 0) return null;
    const { rows } = await this.#pool.query<{ balance: number; isUnlimited: boolean }>(
      'select balance::float8 as balance, is_unlimited as "isUnlimited" from wallets where project_id = $1',
      [projectId],
    );
    const [wallet] = rows;
    return wallet === undefined || wallet.isUnlimited ? null : wallet.balance;
  }

  /** All that `work` writes, or nothing of it. */
  async #together<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    } finally {
      client.release();
    }
  }

  async fail({ filmId, attempt }: ClaimedFilm, { code, message }: FilmRefusal): Promise<void> {
    const failure = { code, message };
    await this.#end(async (client) => {
      const { rows } = await client.query<Told>(
        `update films set state = 'failed', error_code = $3, error = $4, duration_ms = 0, ${OVER}
         where ${OF_ATTEMPT} ${TOLD}`,
        [filmId, attempt, code, message],
      );
      return rows[0] === undefined ? null : { told: rows[0], end: { state: 'failed', ...NOTHING, failure } };
    });
  }

  /** False: it was over already, or is none of this project. */
  cancel(projectId: string, filmId: string): Promise<boolean> {
    const failure = { code: 'cancelled', message: CANCELLED };
    return this.#end(async (client) => {
      const { rows } = await client.query<Told>(
        `update films set state = 'cancelled', duration_ms = 0, ${OVER}
         where id = $1 and project_id = $2 and state in ('waiting', 'running') ${TOLD}`,
        [filmId, projectId],
      );
      return rows[0] === undefined ? null : { told: rows[0], end: { state: 'cancelled', ...NOTHING, failure } };
    });
  }

  /** A film ends, and whoever is to be told is told, both or neither. `write` gives null where it ended before: false. */
  async #end(write: (client: Client) => Promise<{ told: Told; end: FilmEnd } | null>): Promise<boolean> {
    const told = await this.#together(async (client) => {
      const ended = await write(client);
      if (ended === null) return null;
      const { callback } = ended.told;
      if (callback !== null) await this.#callbacks?.queue(client, { ...ended.told, callback }, ended.end);
      return ended.told;
    });
    if (told?.callback) this.#callbacks?.wake(told.projectId);
    return told !== null;
  }

  /** Gives an attempt that broke off back; `isCounted` false: it was not the film's fault. */
  async putBack({ filmId, attempt }: ClaimedFilm, afterMs: number, isCounted: boolean): Promise<void> {
    await this.#pool.query(
      `update films set state = 'waiting', attempts_left = attempts_left + $3, step = '', duration_ms = 0, preview_file = null,
         due_at = now() + $4 * interval '1 millisecond'
       where ${OF_ATTEMPT}`,
      [filmId, attempt, isCounted ? 0 : 1, afterMs],
    );
  }
}
