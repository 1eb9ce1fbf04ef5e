import { type AvatarNotice, MAKING_PROBLEMS, type MakingFailure, type SentenceValues } from '@visavis/protocol';
import { sql } from 'drizzle-orm';
import type { Database, Orm } from '../../../db/database.ts';
import type { StoredBundle } from '../../../files/stored-bundle.ts';
import { notFound, refusal } from '../../control-error.ts';
import { TURN_OF_PROJECT } from '../../fairness/turn-of-project.ts';
import { alone, numberOf, quotaReached } from '../../quotas/quotas.ts';
import type { AvatarPicture } from '../own-avatars.ts';

export type ClaimedJob = {
  readonly avatarId: string;
  /** Fencing token: what is written under an older one is refused. */
  readonly attempt: number;
  /** Attempts that may begin after this one; negative: this one must not begin. */
  readonly attemptsLeft: number;
  readonly file: string | null;
  readonly url: string | null;
  readonly displayName: string;
  readonly bundleName: string;
};

export type BundleFacts = {
  /** Names of files inside the bundle. */
  readonly thumbnail: string | null;
  readonly preview: string | null;
  /** What its owner is told about how it was made. */
  readonly notice: AvatarNotice | null;
};

export type Refusal = {
  /** A problem of the making, or a refusal of its file; its sentence has the values. */
  readonly code: string;
  readonly message: string;
  readonly values?: SentenceValues | undefined;
};

const MAX_ATTEMPTS = 2;
const MAX_UNDER_WAY_PER_PROJECT = 10;
/** Files of avatars that failed are kept so long for another try, and so many of a project, the newest. */
const FAILED_KEPT_HOURS = 24;
const MAX_FAILED_FILES_PER_PROJECT = 10;

const UNDER_WAY = `avatar_jobs as due where due.state in ('waiting', 'running')`;

const turnOfProject = (projectId: string) =>
  sql`(select ${sql.raw(TURN_OF_PROJECT)} from projects where id = ${projectId})`;

/**
 * Takes the oldest job of a turn that is due. What runs was begun by an earlier turn, since there is one at a time: its
 * server died, and that attempt counts.
 */
const CLAIM = `
  update avatar_jobs as job
  set state = 'running', attempt = attempt + 1, attempts_left = attempts_left - 1, progress = 0, step = '', due_at = now()
  from avatars as avatar
  where avatar.id = job.avatar_id and job.avatar_id = (
    select due.avatar_id from ${UNDER_WAY} and due.due_at <= now() and due.turn = $1
    order by due.ordinal limit 1 for update of due skip locked)
  returning job.avatar_id as "avatarId", job.attempt, job.attempts_left as "attemptsLeft", job.file, job.url,
    avatar.name as "displayName", avatar.bundle_name as "bundleName"`;

const WAITING = `select distinct due.turn from ${UNDER_WAY} and due.due_at <= now()`;

const NEXT_DUE = `
  select extract(epoch from min(due.due_at) - now())::float8 * 1000 as "afterMs"
  from ${UNDER_WAY} and due.turn = $1`;

/** Files of failed attempts that have waited for another try for too long, or of which a project has too many. */
const EXPIRE = `
  with expired as (
    select avatar_id, file from (
      select job.avatar_id, job.file, job.failed_at,
        row_number() over (partition by avatars.project_id order by job.failed_at desc, job.ordinal desc) as number
      from avatar_jobs as job join avatars on avatars.id = job.avatar_id
      where job.state = 'failed' and job.file is not null) as kept
    where failed_at < now() - interval '${FAILED_KEPT_HOURS} hours' or number > ${MAX_FAILED_FILES_PER_PROJECT}
  ), fetchable as (
    update avatar_jobs as job set file = null, file_bytes = 0 from expired
    where job.avatar_id = expired.avatar_id and job.state = 'failed' and job.url is not null returning expired.file
  ), gone as (
    delete from avatar_jobs as job using expired
    where job.avatar_id = expired.avatar_id and job.state = 'failed' and job.url is null returning expired.file
  )
  select file from fetchable union all select file from gone`;

const OF_ATTEMPT = `avatar_id = $1 and attempt = $2 and state = 'running'`;

/** An avatar whose job was never written, because the server stopped between the two. */
const FAIL_FORGOTTEN = `
  update avatars set state = 'failed', updated_at = now(), state_detail = $1, failure = '{"reason":"never-begun"}'
  where state = 'making' and updated_at < now() - interval '1 minute'
    and not exists (select from avatar_jobs where avatar_id = avatars.id)`;

/** The jobs as rows: any number of servers may share them; of each attempt at most one outcome counts. Whose turn it is, others say. */
export class AvatarJobs {
  readonly #db: Pick<Database, 'orm' | 'pool'>;
  readonly #pool: Database['pool'];

  constructor(db: Pick<Database, 'orm' | 'pool'>) {
    this.#db = db;
    this.#pool = db.pool;
  }

  /** Takes the upload out of its list: from now on its file belongs to the job. */
  async add(avatarId: string, projectId: string, picture: AvatarPicture): Promise<void> {
    await alone(this.#db, { what: 'project', id: projectId }, async (transaction) => {
      await requireRoom(transaction, projectId);
      const { rowCount } = await transaction.execute(
        picture.kind === 'url'
          ? sql`insert into avatar_jobs (avatar_id, turn, url, attempts_left)
                values (${avatarId}, ${turnOfProject(projectId)}, ${picture.url}, ${MAX_ATTEMPTS})`
          : sql`with upload as (
                  delete from uploads where id = ${picture.uploadId} and project_id = ${projectId}
                  returning file, size_bytes)
                insert into avatar_jobs (avatar_id, turn, file, file_bytes, attempts_left)
                select ${avatarId}::text, ${turnOfProject(projectId)}, file, size_bytes, ${MAX_ATTEMPTS}::smallint from upload`,
      );
      if (rowCount !== 1) throw notFound('upload');
    });
  }

  /** Makes a failed avatar once more, from what it was made from before. One in the bin stays there. */
  async again(avatarId: string, projectId: string): Promise<void> {
    await alone(this.#db, { what: 'project', id: projectId }, async (transaction) => {
      await requireRoom(transaction, projectId);
      const { rowCount } = await transaction.execute(sql`
        with job as (
          update avatar_jobs set state = 'waiting', attempts_left = ${MAX_ATTEMPTS}, progress = 0, step = '',
            due_at = now(), error_code = null, error = null, failed_at = null
          where avatar_id = ${avatarId} and state = 'failed' returning avatar_id)
        update avatars set state = 'making', state_detail = null, failure = null, updated_at = now()
        from job where id = job.avatar_id and avatars.state = 'failed' and binned_at is null`);
      if (rowCount === 1) return;
      throw refusal('conflict', 'file-gone', { values: { hours: FAILED_KEPT_HOURS } });
    });
  }

  /** Makes a failed avatar from another upload. Returns the file of the former one, which is no longer needed. */
  async againFrom(avatarId: string, projectId: string, uploadId: string): Promise<string | null> {
    return alone(this.#db, { what: 'project', id: projectId }, async (transaction) => {
      await requireRoom(transaction, projectId);
      const upload = await transaction.execute(
        sql`delete from uploads where id = ${uploadId} and project_id = ${projectId} returning file, size_bytes`,
      );
      const [sent] = upload.rows;
      if (sent === undefined) throw notFound('upload');
      const former = await transaction.execute(sql`select file from avatar_jobs where avatar_id = ${avatarId}`);
      const { rowCount } = await transaction.execute(sql`
        with job as (
          insert into avatar_jobs (avatar_id, turn, file, file_bytes, attempts_left)
          values (${avatarId}, ${turnOfProject(projectId)}, ${sent.file}, ${sent.size_bytes}, ${MAX_ATTEMPTS}::smallint)
          on conflict (avatar_id) do update set file = excluded.file, file_bytes = excluded.file_bytes, url = null,
            picture = null, state = 'waiting', attempts_left = excluded.attempts_left, progress = 0, step = '',
            due_at = now(), error_code = null, error = null, failed_at = null
          where avatar_jobs.state = 'failed' returning avatar_id)
        update avatars set state = 'making', state_detail = null, failure = null, updated_at = now()
        from job where id = job.avatar_id and project_id = ${projectId} and avatars.state = 'failed' and binned_at is null`);
      if (rowCount !== 1) throw refusal('conflict', 'only-failed-again');
      return typeof former.rows[0]?.file === 'string' ? former.rows[0].file : null;
    });
  }

  /** What is seen in the job's file. */
  async keepPicture({ avatarId, attempt }: ClaimedJob, webp: Uint8Array): Promise<void> {
    await this.#pool.query(`update avatar_jobs set picture = $3 where ${OF_ATTEMPT}`, [
      avatarId,
      attempt,
      Buffer.from(webp),
    ]);
  }

  async picture(avatarId: string): Promise<Buffer | null> {
    const { rows } = await this.#pool.query<{ picture: Uint8Array | null }>(
      'select picture from avatar_jobs where avatar_id = $1',
      [avatarId],
    );
    const picture = rows[0]?.picture ?? null;
    return picture === null ? null : Buffer.from(picture);
  }

  /** The avatar is about to be deleted. Returns the job's file, which is no longer needed. */
  async remove(avatarId: string): Promise<string | null> {
    const { rows } = await this.#pool.query<{ file: string | null }>(
      'delete from avatar_jobs where avatar_id = $1 returning file',
      [avatarId],
    );
    return rows[0]?.file ?? null;
  }

  /** Whose turn it is to have the avatar made. */
  async turnOf(avatarId: string): Promise<string | null> {
    const { rows } = await this.#pool.query<{ turn: string }>('select turn from avatar_jobs where avatar_id = $1', [
      avatarId,
    ]);
    return rows[0]?.turn ?? null;
  }

  /** Turns with something due. */
  async waiting(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ turn: string }>(WAITING);
    return rows.map(({ turn }) => turn);
  }

  /** Milliseconds until something of this turn is due, not negative; null: nothing waits. */
  async nextDueMs(turn: string): Promise<number | null> {
    const { rows } = await this.#pool.query<{ afterMs: number | null }>(NEXT_DUE, [turn]);
    const afterMs = rows[0]?.afterMs ?? null;
    return afterMs === null ? null : Math.max(0, afterMs);
  }

  async claim(turn: string): Promise<ClaimedJob | null> {
    const { rows } = await this.#pool.query<ClaimedJob>(CLAIM, [turn]);
    return rows[0] ?? null;
  }

  async failForgotten(): Promise<void> {
    await this.#pool.query(FAIL_FORGOTTEN, [MAKING_PROBLEMS['never-begun']]);
  }

  /** Says how far an attempt is. False: it counts no more, stop it. */
  async report({ avatarId, attempt }: ClaimedJob, progress: number, step: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update avatar_jobs set progress = greatest(progress, $3::real), step = $4 where ${OF_ATTEMPT}`,
      [avatarId, attempt, progress, step],
    );
    return rowCount === 1;
  }

  /** The file that was fetched from the job's address. */
  async keepFile({ avatarId, attempt }: ClaimedJob, file: string, bytes: number): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update avatar_jobs set file = $3, file_bytes = $4 where ${OF_ATTEMPT}`,
      [avatarId, attempt, file, bytes],
    );
    return rowCount === 1;
  }

  /** The avatar is ready and its job gone; returns the job's file. Null: the attempt counts no more. */
  async succeed(
    { avatarId, attempt, bundleName }: ClaimedJob,
    { thumbnail, preview, notice }: BundleFacts,
    { bundle, bytes }: { readonly bundle: StoredBundle; readonly bytes: number },
  ): Promise<string | null> {
    const { rows } = await this.#pool.query<{ file: string | null }>(
      `with job as (delete from avatar_jobs where ${OF_ATTEMPT} returning avatar_id, file)
       update avatars set state = 'ready', state_detail = null, failure = null, bundle_name = $3, thumbnail = $4, preview = $5,
              bundle_bytes = $6, notice = $7, stored_bundle = $8, updated_at = now()
       from job where id = job.avatar_id returning job.file`,
      [avatarId, attempt, bundleName, thumbnail, preview, bytes, notice, JSON.stringify(bundle)],
    );
    return rows[0]?.file ?? null;
  }

  async fail({ avatarId, attempt }: ClaimedJob, { code, message, values }: Refusal): Promise<void> {
    await this.#pool.query(
      `with job as (
         update avatar_jobs set state = 'failed', error_code = $3, error = $4, failed_at = now() where ${OF_ATTEMPT} returning avatar_id)
       update avatars set state = 'failed', state_detail = $4, failure = $5::jsonb, updated_at = now()
       from job where id = job.avatar_id`,
      [avatarId, attempt, code, message, JSON.stringify({ reason: code, values } satisfies MakingFailure)],
    );
  }

  /** Gives an attempt that broke off back; `isCounted` false: it was not the job's fault. */
  async putBack({ avatarId, attempt }: ClaimedJob, afterMs: number, isCounted: boolean): Promise<void> {
    await this.#pool.query(
      `update avatar_jobs set state = 'waiting', attempts_left = attempts_left + $3, step = '',
         due_at = now() + $4 * interval '1 millisecond'
       where ${OF_ATTEMPT}`,
      [avatarId, attempt, isCounted ? 0 : 1, afterMs],
    );
  }

  /** Forgets files of failed avatars that were kept long enough; returns their names, which nothing uses any more. */
  async expireFailed(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ file: string }>(EXPIRE);
    return rows.map(({ file }) => file);
  }
}

async function requireRoom(orm: Orm, projectId: string): Promise<void> {
  const underWay = await numberOf(
    orm,
    sql`select count(*) from avatar_jobs join avatars on avatars.id = avatar_id
        where project_id = ${projectId} and avatar_jobs.state in ('waiting', 'running')`,
  );
  if (underWay < MAX_UNDER_WAY_PER_PROJECT) return;
  throw quotaReached('making-full', MAX_UNDER_WAY_PER_PROJECT);
}
