import type { Database } from '../../../db/database.ts';
import { ControlError, notFound } from '../../control-error.ts';
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

/** Names of files inside the bundle. */
export type BundlePictures = { readonly thumbnail: string | null; readonly preview: string | null };

export type Refusal = { readonly code: string; readonly message: string };

const LEASE_SECONDS = 20;
const MAX_ATTEMPTS = 2;
const MAX_UNDER_WAY_PER_PROJECT = 10;

/** Takes the oldest job that is due, or that a dead server left behind. */
const CLAIM = `
  update avatar_jobs as job
  set state = 'running', attempt = attempt + 1, attempts_left = attempts_left - 1, progress = 0, step = '',
    due_at = now() + interval '${LEASE_SECONDS} seconds'
  from avatars as avatar
  where avatar.id = job.avatar_id and job.avatar_id in (
    select avatar_id from avatar_jobs
    where state in ('waiting', 'running') and due_at <= now()
    order by ordinal limit 1 for update skip locked)
  returning job.avatar_id as "avatarId", job.attempt, job.attempts_left as "attemptsLeft", job.file, job.url,
    avatar.name as "displayName", avatar.bundle_name as "bundleName"`;

const OF_ATTEMPT = `avatar_id = $1 and attempt = $2 and state = 'running'`;

/** An avatar whose job was never written, because the server stopped between the two. */
const FAIL_FORGOTTEN = `
  update avatars set state = 'failed', updated_at = now(),
    state_detail = 'The server stopped before the making began. Delete this avatar and make it again.'
  where state = 'making' and updated_at < now() - interval '1 minute'
    and not exists (select from avatar_jobs where avatar_id = avatars.id)`;

/** The jobs as rows: any number of servers may share them; of each attempt at most one outcome counts. */
export class AvatarJobs {
  readonly #pool: Database['pool'];

  constructor({ pool }: Pick<Database, 'pool'>) {
    this.#pool = pool;
  }

  /** Takes the upload out of its list: from now on its file belongs to the job. */
  async add(avatarId: string, projectId: string, picture: AvatarPicture): Promise<void> {
    await this.#requireRoom(projectId);
    if (picture.kind === 'url') {
      await this.#pool.query('insert into avatar_jobs (avatar_id, url, attempts_left) values ($1, $2, $3)', [
        ...[avatarId, picture.url, MAX_ATTEMPTS],
      ]);
      return;
    }
    const { rowCount } = await this.#pool.query(
      `with upload as (delete from uploads where id = $1 and project_id = $2 returning file)
       insert into avatar_jobs (avatar_id, file, attempts_left) select $3::text, file, $4::smallint from upload`,
      [picture.uploadId, projectId, avatarId, MAX_ATTEMPTS],
    );
    if (rowCount !== 1) throw notFound('upload');
  }

  /** Makes a failed avatar once more, from what it was made from before. */
  async again(avatarId: string, projectId: string): Promise<void> {
    await this.#requireRoom(projectId);
    const { rowCount } = await this.#pool.query(
      `with job as (
         update avatar_jobs set state = 'waiting', attempts_left = $2, progress = 0, step = '', due_at = now(),
           error_code = null, error = null
         where avatar_id = $1 and state = 'failed' returning avatar_id)
       update avatars set state = 'making', state_detail = null, updated_at = now()
       from job where id = job.avatar_id and avatars.state = 'failed'`,
      [avatarId, MAX_ATTEMPTS],
    );
    if (rowCount !== 1) {
      throw new ControlError('conflict', 'This avatar cannot be tried again. Delete it and make it anew.');
    }
  }

  /** The avatar is about to be deleted. Returns the job's file, which is no longer needed. */
  async remove(avatarId: string): Promise<string | null> {
    const { rows } = await this.#pool.query<{ file: string | null }>(
      'delete from avatar_jobs where avatar_id = $1 returning file',
      [avatarId],
    );
    return rows[0]?.file ?? null;
  }

  async claim(): Promise<ClaimedJob | null> {
    const { rows } = await this.#pool.query<ClaimedJob>(CLAIM);
    return rows[0] ?? null;
  }

  async failForgotten(): Promise<void> {
    await this.#pool.query(FAIL_FORGOTTEN);
  }

  /** Says how far an attempt is and renews its lease. False: it counts no more, stop it. */
  async report({ avatarId, attempt }: ClaimedJob, progress: number, step: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update avatar_jobs set progress = greatest(progress, $3::real), step = $4,
         due_at = now() + interval '${LEASE_SECONDS} seconds'
       where ${OF_ATTEMPT}`,
      [avatarId, attempt, progress, step],
    );
    return rowCount === 1;
  }

  /** The file that was fetched from the job's address. */
  async keepFile({ avatarId, attempt }: ClaimedJob, file: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(`update avatar_jobs set file = $3 where ${OF_ATTEMPT}`, [
      ...[avatarId, attempt, file],
    ]);
    return rowCount === 1;
  }

  /** The avatar is ready and its job gone; returns the job's file. Null: the attempt counts no more. */
  async succeed(
    { avatarId, attempt, bundleName }: ClaimedJob,
    { thumbnail, preview }: BundlePictures,
  ): Promise<string | null> {
    const { rows } = await this.#pool.query<{ file: string | null }>(
      `with job as (delete from avatar_jobs where ${OF_ATTEMPT} returning avatar_id, file)
       update avatars set state = 'ready', state_detail = null, bundle_name = $3, thumbnail = $4, preview = $5,
              updated_at = now()
       from job where id = job.avatar_id returning job.file`,
      [avatarId, attempt, bundleName, thumbnail, preview],
    );
    return rows[0]?.file ?? null;
  }

  async fail({ avatarId, attempt }: ClaimedJob, { code, message }: Refusal): Promise<void> {
    await this.#pool.query(
      `with job as (
         update avatar_jobs set state = 'failed', error_code = $3, error = $4 where ${OF_ATTEMPT} returning avatar_id)
       update avatars set state = 'failed', state_detail = $4, updated_at = now() from job where id = job.avatar_id`,
      [avatarId, attempt, code, message],
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

  async #requireRoom(projectId: string): Promise<void> {
    const { rows } = await this.#pool.query<{ full: boolean }>(
      `select count(*) >= $2 as full from avatar_jobs join avatars on avatars.id = avatar_id
       where project_id = $1 and avatar_jobs.state in ('waiting', 'running')`,
      [projectId, MAX_UNDER_WAY_PER_PROJECT],
    );
    if (rows[0]?.full === true) {
      throw new ControlError('conflict', `${MAX_UNDER_WAY_PER_PROJECT} avatars are being made already. Wait for one.`);
    }
  }
}
