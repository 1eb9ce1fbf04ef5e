import type { Database } from '../../db/database.ts';
import type { DeliveryAttempt } from '../../db/usage-schema.ts';
import type { Room } from './delivery-lanes.ts';

/** Deliveries of a project that wait; when there are more, the oldest are given up. */
const MAX_WAITING_PER_PROJECT = 5_000;
const MAX_WAITING_BYTES_PER_PROJECT = 50_000_000;
/** What was settled is kept for 30 days, and of a project no more than this, the newest. */
const MAX_SETTLED_PER_PROJECT = 10_000;
const MAX_SETTLED_BYTES_PER_PROJECT = 100_000_000;

/**
 * Takes what is due of a project whose turn it is, oldest first. `$4`: it is the first look of this turn. What runs then
 * was begun by a turn that is over, since a project has one at a time: its worker died.
 */
const CLAIM = `
  with claimed as (
    update webhook_deliveries set state = 'running', attempt = attempt + 1
    where id in (
      select id from webhook_deliveries
      where project_id = $1 and (webhook_id is null or webhook_id <> all($3::text[]))
        and (state = 'waiting' and due_at <= now() or state = 'running' and $4)
      order by due_at, ordinal limit $2 for update skip locked)
    returning id, event, body, attempt, webhook_id, project_id, url)
  select claimed.id, event, body, attempt, webhook_id as "webhookId", claimed.project_id as "projectId",
    coalesce(claimed.url, hook.url) as url,
    coalesce(hook.secret_encrypted, secret.secret_encrypted) as "secretEncrypted",
    coalesce(hook.encryption_key_id, secret.encryption_key_id) as "encryptionKeyId"
  from claimed left join webhooks as hook on hook.id = webhook_id
    left join callback_secrets as secret on webhook_id is null and secret.project_id = claimed.project_id`;

/** Only projects with something to deliver are looked at, each by its own stretch of the index. */
const WAITING = `
  with recursive active (project_id) as (
    (select project_id from webhook_deliveries where state in ('waiting', 'running') order by project_id limit 1)
    union all
    select (select project_id from webhook_deliveries
            where state in ('waiting', 'running') and project_id > active.project_id order by project_id limit 1)
    from active where active.project_id is not null
  )
  select project_id as "projectId" from active where exists (
    select from webhook_deliveries as delivery where delivery.project_id = active.project_id
      and (state = 'waiting' and due_at <= now() or state = 'running'))`;

const NEXT_DUE = `
  select extract(epoch from min(due_at) - now())::float8 * 1000 as "afterMs" from webhook_deliveries
  where project_id = $1 and state = 'waiting'`;

const OF_ATTEMPT = `id = $1 and attempt = $2 and state = 'running'`;

/** Of a worker that took too long nothing is taken: another attempt has a higher number by then. */
const SETTLE = `
  update webhook_deliveries set
    state = $3, attempts = attempts || $4::jsonb, due_at = now() + $5::int * interval '1 second',
    delivered_at = case when $3 = 'delivered' then now() end
  where ${OF_ATTEMPT}`;

const PUT_BACK = `
  update webhook_deliveries set state = 'waiting', attempt = attempt - 1, due_at = now() + interval '1 second'
  where ${OF_ATTEMPT}`;

/** Sizes as they are stored: reading the texts for it would cost more than posting them. */
const DROP_OLDEST = `
  update webhook_deliveries set state = 'failed', attempts = attempts || $4::jsonb
  where state = 'waiting' and id in (
    select id from (
      select id, row_number() over newest as number, sum(pg_column_size(body) + pg_column_size(attempts)) over newest as bytes
      from webhook_deliveries where project_id = $1 and state in ('waiting', 'running')
      window newest as (order by ordinal desc)) as queue
    where number > $2 or bytes > $3)
  returning id`;

const SWEEP_OLD = `
  delete from webhook_deliveries
  where state in ('delivered', 'failed') and created_at < now() - interval '30 days'`;

const SWEEP_MANY = `
  delete from webhook_deliveries where id in (
    select id from (
      select id, row_number() over newest as number, sum(pg_column_size(body) + pg_column_size(attempts)) over newest as bytes
      from webhook_deliveries where state in ('delivered', 'failed')
      window newest as (partition by project_id order by ordinal desc)) as settled
    where number > ${MAX_SETTLED_PER_PROJECT} or bytes > ${MAX_SETTLED_BYTES_PER_PROJECT})`;

export type Claimed = {
  readonly id: string;
  readonly event: string;
  readonly body: string;
  readonly attempt: number;
  /** Null: it goes to an address that the order of a film named. */
  readonly webhookId: string | null;
  readonly projectId: string;
  readonly url: string;
  readonly secretEncrypted: Buffer;
  readonly encryptionKeyId: string;
};

export type Settled = {
  readonly state: 'delivered' | 'failed' | 'waiting';
  readonly entry: DeliveryAttempt;
  readonly retryAfterSeconds: number;
};

/** The rows are the truth: what is to be delivered, when, and which attempt counts. Whose turn it is, others say. */
export class DeliveryQueue {
  readonly #pool: Database['pool'];

  constructor({ pool }: Pick<Database, 'pool'>) {
    this.#pool = pool;
  }

  async claim(projectId: string, { places, blockedWebhooks }: Room, isFirst: boolean): Promise<Claimed[]> {
    const { rows } = await this.#pool.query<Claimed>(CLAIM, [projectId, places, blockedWebhooks, isFirst]);
    return rows;
  }

  /** Projects with something due. */
  async waiting(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ projectId: string }>(WAITING);
    return rows.map(({ projectId }) => projectId);
  }

  /** Milliseconds until something of the project is due, not negative; null: nothing waits. */
  async nextDueMs(projectId: string): Promise<number | null> {
    const { rows } = await this.#pool.query<{ afterMs: number | null }>(NEXT_DUE, [projectId]);
    const afterMs = rows[0]?.afterMs ?? null;
    return afterMs === null ? null : Math.max(0, afterMs);
  }

  async settle({ id, attempt }: Claimed, { state, entry, retryAfterSeconds }: Settled): Promise<void> {
    await this.#pool.query(SETTLE, [id, attempt, state, JSON.stringify([entry]), retryAfterSeconds]);
  }

  /** The attempt was not made and does not count. */
  async putBack({ id, attempt }: Claimed): Promise<void> {
    await this.#pool.query(PUT_BACK, [id, attempt]);
  }

  /** Gives up the oldest of what waits too long a queue; says how many. */
  async dropOldest(projectId: string): Promise<number> {
    const error = `Given up unsent: ${MAX_WAITING_PER_PROJECT.toLocaleString('en')} newer deliveries of this project wait.`;
    const entry = {
      at: new Date().toISOString(),
      status: null,
      error,
      fault: 'given-up',
      durationMs: 0,
    } satisfies DeliveryAttempt;
    const { rowCount } = await this.#pool.query(DROP_OLDEST, [
      projectId,
      MAX_WAITING_PER_PROJECT,
      MAX_WAITING_BYTES_PER_PROJECT,
      JSON.stringify([entry]),
    ]);
    return rowCount ?? 0;
  }

  async sweep(): Promise<void> {
    await this.#pool.query(SWEEP_OLD);
    await this.#pool.query(SWEEP_MANY);
  }
}
