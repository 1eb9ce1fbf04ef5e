import type { Database } from '../../db/database.ts';
import type { DeliveryAttempt } from '../../db/usage-schema.ts';
import type { Lane, Room } from './delivery-lanes.ts';

/** Longer than an attempt can take; a delivery whose worker died is tried again after it. */
const LEASE_SECONDS = 60;
/** Deliveries of a project that wait; when there are more, the oldest are given up. */
const MAX_WAITING_PER_PROJECT = 5_000;
const MAX_WAITING_BYTES_PER_PROJECT = 50_000_000;
/** What was settled is kept for 30 days, and of a project no more than this, the newest. */
const MAX_SETTLED_PER_PROJECT = 10_000;
const MAX_SETTLED_BYTES_PER_PROJECT = 100_000_000;

/**
 * Takes what is due, and what a dead worker left behind, in rounds among projects: the first of each, then the second of
 * each. Only projects with something to deliver are looked at (`active`), each by its own stretch of the index.
 */
const CLAIM = `
  with recursive active (project_id) as (
    (select project_id from webhook_deliveries where state in ('waiting', 'running') order by project_id limit 1)
    union all
    select (select project_id from webhook_deliveries
            where state in ('waiting', 'running') and project_id > active.project_id order by project_id limit 1)
    from active where active.project_id is not null
  ), chosen as (
    select due.id from active
    left join unnest($1::text[], $2::int[]) as part (project_id, places) on part.project_id = active.project_id
    cross join lateral (
      select id, row_number() over (order by due_at, ordinal) as turn, due_at, ordinal from (
        select id, due_at, ordinal from webhook_deliveries
        where project_id = active.project_id and state in ('waiting', 'running') and due_at <= now()
          and webhook_id <> all($5::text[])
        order by due_at, ordinal limit coalesce(part.places, $3::int)) as first) as due
    where (active.project_id = any($6::text[])) = $7
    order by due.turn, due.due_at, due.ordinal limit $4
  )
  update webhook_deliveries as delivery
  set state = 'running', attempt = attempt + 1, due_at = now() + interval '${LEASE_SECONDS} seconds'
  from webhooks as hook
  where hook.id = delivery.webhook_id and delivery.id in (
    select id from webhook_deliveries
    where id in (select id from chosen) and state in ('waiting', 'running') and due_at <= now()
    for update skip locked)
  returning delivery.id, delivery.event, delivery.body, delivery.attempt, hook.id as "webhookId",
    hook.project_id as "projectId", hook.url, hook.secret_encrypted as "secretEncrypted",
    hook.encryption_key_id as "encryptionKeyId"`;

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
  readonly webhookId: string;
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

/** The rows as jobs, shared by any number of nodes: state, attempt and lease. */
export class DeliveryQueue {
  readonly #pool: Database['pool'];

  constructor({ pool }: Pick<Database, 'pool'>) {
    this.#pool = pool;
  }

  /** `slowProjects` have the lane `slow`, all others `quick`. */
  async claim(lane: Lane, room: Room, slowProjects: readonly string[]): Promise<Claimed[]> {
    const { rows } = await this.#pool.query<Claimed>(CLAIM, [
      [...room.partial.keys()],
      [...room.partial.values()],
      room.perProject,
      room.places,
      room.blockedWebhooks,
      slowProjects,
      lane === 'slow',
    ]);
    return rows;
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
      ...[projectId, MAX_WAITING_PER_PROJECT, MAX_WAITING_BYTES_PER_PROJECT, JSON.stringify([entry])],
    ]);
    return rowCount ?? 0;
  }

  async sweep(): Promise<void> {
    await this.#pool.query(SWEEP_OLD);
    await this.#pool.query(SWEEP_MANY);
  }
}
