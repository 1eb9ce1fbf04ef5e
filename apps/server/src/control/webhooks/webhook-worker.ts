import type { Database } from '../../db/database.ts';
import type { ControlLogger } from '../logger.ts';
import { ForbiddenAddressError, type GuardedFetch } from '../net/guarded-fetch.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { signWebhook } from './webhook-signature.ts';

const TIMEOUT_MS = 15_000;
/** Longer than an attempt can take; a delivery whose worker died is tried again after it. */
const LEASE_SECONDS = 60;
const POLL_INTERVAL_MS = 1_000;
const MAX_AT_ONCE = 10;
/** Wait after each failed attempt; after the last one the delivery has failed. About ten hours in all. */
const RETRY_AFTER_SECONDS = [5, 30, 120, 600, 1800, 7200, 25_200] as const;
const MAX_ERROR_CHARACTERS = 300;

/** Takes what is due, and what a dead worker left behind. */
const CLAIM = `
  update webhook_deliveries as delivery
  set state = 'running', attempt = attempt + 1, due_at = now() + interval '${LEASE_SECONDS} seconds'
  from webhooks as hook
  where hook.id = delivery.webhook_id and delivery.id in (
    select id from webhook_deliveries
    where state in ('waiting', 'running') and due_at <= now()
    order by due_at, ordinal limit $1 for update skip locked)
  returning delivery.id, delivery.event, delivery.body, delivery.attempt, hook.id as webhook_id, hook.url,
    hook.secret_encrypted, hook.encryption_key_id`;

/** Of a worker that took too long nothing is taken: another attempt has a higher number by then. */
const SETTLE = `
  update webhook_deliveries set
    state = $3, attempts = attempts || $4::jsonb, due_at = now() + $5::int * interval '1 second',
    delivered_at = case when $3 = 'delivered' then now() end
  where id = $1 and attempt = $2 and state = 'running'`;

const SWEEP = `
  delete from webhook_deliveries
  where state in ('delivered', 'failed') and created_at < now() - interval '30 days'`;

type Claimed = {
  readonly id: string;
  readonly event: string;
  readonly body: string;
  readonly attempt: number;
  readonly webhook_id: string;
  readonly url: string;
  readonly secret_encrypted: Buffer;
  readonly encryption_key_id: string;
};

type Outcome = { readonly status: number | null; readonly error: string | null };

export type WebhookWorker = {
  /** Makes all attempts that are due; says how many. The timer calls it. */
  runDue(): Promise<number>;
  /** Removes what was settled 30 days ago. */
  sweep(): Promise<void>;
  /** Waits for attempts under way. */
  close(): Promise<void>;
};

export type WebhookWorkerOptions = {
  readonly db: Pick<Database, 'pool'>;
  readonly box: SecretBox;
  readonly fetch: GuardedFetch;
  readonly logger: ControlLogger;
  readonly pollIntervalMs?: number;
};

/** Posts deliveries, at least once each, from any number of nodes. The row is the job: state, attempt and lease. */
export function createWebhookWorker({ db, box, fetch, logger, ...options }: WebhookWorkerOptions): WebhookWorker {
  let running: Promise<number> | null = null;
  let isClosed = false;

  const attempt = async (delivery: Claimed): Promise<Outcome> => {
    const { id, event, body, url, webhook_id: webhookId } = delivery;
    try {
      const secret = box.open({ bytes: delivery.secret_encrypted, keyId: delivery.encryption_key_id }, webhookId);
      const headers = {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'Visavis-Webhooks',
        'visavis-event': event,
        ...signWebhook({ id, at: new Date(), body, secret }),
      };
      const limits = { timeoutMs: TIMEOUT_MS, maxBytes: 4096, maxRedirects: 0 };
      const { status } = await fetch({ url, method: 'POST', headers, body, ...limits });
      const isTaken = status >= 200 && status < 300;
      return { status, error: isTaken ? null : `The receiver answered ${status}.` };
    } catch (error) {
      // Resolver and socket errors name inner addresses, which are nobody's business.
      const message = error instanceof ForbiddenAddressError ? error.message : describeNetworkError(error);
      return { status: null, error: message.slice(0, MAX_ERROR_CHARACTERS) };
    }
  };

  const deliver = async (delivery: Claimed): Promise<void> => {
    const startedAt = new Date();
    const outcome = await attempt(delivery);
    const entry = { at: startedAt.toISOString(), ...outcome, durationMs: Date.now() - startedAt.getTime() };
    const retryAfter = RETRY_AFTER_SECONDS[delivery.attempt - 1];
    const state = outcome.error === null ? 'delivered' : retryAfter === undefined ? 'failed' : 'waiting';
    const values = [delivery.id, delivery.attempt, state, JSON.stringify([entry]), retryAfter ?? 0];
    await db.pool.query(SETTLE, values);
    if (state === 'failed')
      logger.warn({ webhookId: delivery.webhook_id }, 'A webhook was given up after all attempts');
  };

  const work = async (): Promise<number> => {
    let count = 0;
    while (!isClosed) {
      const { rows } = await db.pool.query<Claimed>(CLAIM, [MAX_AT_ONCE]);
      count += rows.length;
      await Promise.all(rows.map(deliver));
      if (rows.length < MAX_AT_ONCE) break;
    }
    return count;
  };

  const runDue = (): Promise<number> => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };

  const timer = setInterval(() => {
    runDue().catch((error: unknown) => logger.warn({ error: String(error) }, 'Webhooks could not be worked on'));
  }, options.pollIntervalMs ?? POLL_INTERVAL_MS);
  timer.unref();

  return {
    runDue,
    async sweep() {
      await db.pool.query(SWEEP);
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      await running?.catch(() => {});
    },
  };
}

const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The host name is unknown.',
  EAI_AGAIN: 'The host name could not be resolved.',
  ECONNREFUSED: 'The receiver refused the connection.',
  ECONNRESET: 'The receiver broke the connection off.',
};

function describeNetworkError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && error.name === 'TimeoutError') return 'There was no answer in time.';
  if (/CERT|TLS|SSL/.test(code)) return 'The receiver’s certificate is not trusted.';
  return NETWORK_ERRORS[code] ?? 'There was no answer.';
}
