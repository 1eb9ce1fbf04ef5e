import type { Database } from '../../db/database.ts';
import type { FilmRequest } from '../../db/film-schema.ts';
import { retryDeadlocks } from '../../db/retry-deadlocks.ts';
import { TURN_OF_PROJECT } from '../fairness/turn-of-project.ts';
import { writeUses } from '../usage/ledger.ts';
import { priceOfSpan } from '../usage/points.ts';
import { chargedMsOf, lengthMsOf } from './film-length.ts';

export type ClaimedFilm = {
  readonly filmId: string;
  readonly projectId: string;
  readonly licenceId: string;
  /** Fencing token: what is written under an older one is refused. */
  readonly attempt: number;
  /** Attempts that may begin after this one; negative: this one must not begin. */
  readonly attemptsLeft: number;
  readonly request: FilmRequest;
  /** SHA-256 of the sound that came with the order. */
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

/** So many films of one person are made at once, on however many machines. */
const LANES = 4;

/** Films are made in turn among people; each has some lanes, in which one film is made after the other. */
const TURN = `${TURN_OF_PROJECT} || '/' || (due.ordinal % ${LANES})`;

const UNDER_WAY = `films as due join projects on projects.id = due.project_id where due.state in ('waiting', 'running')`;

/**
 * Takes the oldest film of a turn that is due. What runs was begun by an earlier turn, since there is one at a time: its
 * server died, and that attempt counts.
 */
const CLAIM = `
  update films as film
  set state = 'running', attempt = attempt + 1, attempts_left = attempts_left - 1, progress = 0, step = 'starting',
    due_at = now(), started_at = now()
  where film.id = (
    select due.id from ${UNDER_WAY} and due.due_at <= now() and ${TURN} = $1
    order by due.ordinal limit 1 for update of due skip locked)
  returning film.id as "filmId", film.project_id as "projectId", film.licence_id as "licenceId", film.attempt,
    film.attempts_left as "attemptsLeft", film.request, film.sound_file as "soundFile"`;

const OF_ATTEMPT = `id = $1 and attempt = $2 and state = 'running'`;
const OVER = `step = '', finished_at = now(), sound_file = null, sound_bytes = 0`;

/** Films as rows: any number of servers may share them; of each attempt at most one outcome counts. Whose turn it is, others say. */
export class FilmJobs {
  readonly #pool: Database['pool'];
  readonly #pointsPerMinute: number;

  /** `pointsPerMinute`: price of a minute of film. */
  constructor({ pool }: Pick<Database, 'pool'>, { pointsPerMinute }: { readonly pointsPerMinute: number }) {
    this.#pool = pool;
    this.#pointsPerMinute = pointsPerMinute;
  }

  /** Whose turn it is to have the film made. */
  async turnOf(filmId: string): Promise<string | null> {
    const { rows } = await this.#pool.query<{ turn: string }>(
      `select ${TURN} as turn from films as due join projects on projects.id = due.project_id where due.id = $1`,
      [filmId],
    );
    return rows[0]?.turn ?? null;
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
      `update films set progress = greatest(progress, $3::real), step = $4 where ${OF_ATTEMPT}`,
      [filmId, attempt, progress, step],
    );
    return rowCount === 1;
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
    const client = await this.#pool.connect();
    let isWritten = false;
    try {
      await client.query('begin');
      const { rowCount } = await client.query(
        `update films set state = 'done', progress = 1, result_file = $3, result_bytes = $4, duration_ms = $5, width_px = $6,
           height_px = $7, error = null, error_code = null, ${OVER} where ${OF_ATTEMPT}`,
        [filmId, attempt, sha256, bytes, lengthMsOf(durationMs), widthPx, heightPx],
      );
      if (rowCount === 1) {
        const avatarId = request.picture.kind === 'avatar' ? request.picture.avatarId : '';
        const price = priceOfSpan(this.#pointsPerMinute, 0, chargedMs);
        const use = { projectId, licenceId, avatarId, sourceId: filmId, seq: 0, durationMs: chargedMs, price };
        await writeUses(client, [{ kind: 'generation', ...use }]);
        await client.query(
          `update films set charged = coalesce((select -amount from ledger_entries where source_id = $1 and seq = 0), 0)
           where id = $1`,
          [filmId],
        );
      }
      await client.query('commit');
      isWritten = rowCount === 1;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    } finally {
      client.release();
    }
    return isWritten;
  }

  async fail({ filmId, attempt }: ClaimedFilm, { code, message }: FilmRefusal): Promise<void> {
    await this.#pool.query(
      `update films set state = 'failed', error_code = $3, error = $4, ${OVER} where ${OF_ATTEMPT}`,
      [filmId, attempt, code, message],
    );
  }

  /** Gives an attempt that broke off back; `isCounted` false: it was not the film's fault. */
  async putBack({ filmId, attempt }: ClaimedFilm, afterMs: number, isCounted: boolean): Promise<void> {
    await this.#pool.query(
      `update films set state = 'waiting', attempts_left = attempts_left + $3, step = '',
         due_at = now() + $4 * interval '1 millisecond'
       where ${OF_ATTEMPT}`,
      [filmId, attempt, isCounted ? 0 : 1, afterMs],
    );
  }
}
