import { DELIVERY_FAULTS, type DeliveryFault } from '@visavis/protocol';
import type { Database } from '../../db/database.ts';
import type { OnBound } from '../fairness/bounds.ts';
import type { ControlLogger } from '../logger.ts';
import { ForbiddenAddressError, isForbiddenForGood } from '../net/address-guard.ts';
import { type GuardedFetch, LateAnswerError } from '../net/guarded-fetch.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { DeliveryLanes, type Lane } from './delivery-lanes.ts';
import { type Claimed, DeliveryQueue } from './delivery-queue.ts';
import { signWebhook } from './webhook-signature.ts';

const TIMEOUT_MS = 15_000;
const POLL_INTERVAL_MS = 1_000;
/** Wait after each failed attempt; after the last one the delivery has failed. About ten hours in all. */
const RETRY_AFTER_SECONDS = [5, 30, 120, 600, 1800, 7200, 25_200] as const;
/** Of an answer, to be looked at: what it says as text, as far as it has come this long after its head. */
const MAX_ANSWER_BYTES = 1_000;
const ANSWER_WAIT_MS = 500;
/** Refusals that are no last word: the receiver is busy, or not there yet. */
const TEMPORARY_REFUSALS: ReadonlySet<number> = new Set([408, 425, 429]);

const LANES: readonly Lane[] = ['quick', 'slow'];

type Outcome = {
  readonly status: number | null;
  readonly error: string | null;
  /** Why there was no answer; null: there was one. */
  readonly fault: DeliveryFault | null;
  /** How the answer began; null: there was none, or it is not kept. */
  readonly answer: string | null;
  readonly isAnswerKept: boolean;
  /** Another attempt would end the same. */
  readonly isFinal: boolean;
};

export type WebhookWorker = {
  /** Something was put into the queue: it need not wait for the timer. */
  wake(): void;
  /** Makes all attempts that are due; says how many. The timer calls it. */
  runDue(): Promise<number>;
  /** Removes what was settled 30 days ago, and the oldest of too many. */
  sweep(): Promise<void>;
  /** Waits for attempts under way. */
  close(): Promise<void>;
};

export type WebhookWorkerOptions = {
  readonly db: Pick<Database, 'pool'>;
  readonly box: SecretBox;
  readonly fetch: GuardedFetch;
  readonly logger: ControlLogger;
  readonly onBound?: OnBound;
  readonly pollIntervalMs?: number;
};

/** Posts deliveries, at least once each, from any number of nodes; projects take turns, each in lanes of its own. */
export function createWebhookWorker(options: WebhookWorkerOptions): WebhookWorker {
  const { db, logger, onBound } = options;
  const queue = new DeliveryQueue(db);
  const lanes = new DeliveryLanes(onBound);
  const underWay = new Set<Promise<void>>();
  let isClosed = false;
  let begun = 0;
  let claiming: Promise<void> | null = null;
  let isWanted = false;

  const deliver = async (delivery: Claimed): Promise<void> => {
    const startedAt = new Date();
    const { isFinal, ...outcome } = await attempt(delivery, options);
    const entry = { at: startedAt.toISOString(), ...outcome, durationMs: Date.now() - startedAt.getTime() };
    const retryAfter = isFinal ? undefined : RETRY_AFTER_SECONDS[delivery.attempt - 1];
    const state = outcome.error === null ? 'delivered' : retryAfter === undefined ? 'failed' : 'waiting';
    await queue.settle(delivery, { state, entry, retryAfterSeconds: retryAfter ?? 0 });
    if (state === 'failed') logger.warn({ webhookId: delivery.webhookId }, 'A delivery of a webhook was given up');
  };

  const begin = (delivery: Claimed): void => {
    const end = lanes.begin(delivery);
    begun += end === null ? 0 : 1;
    const work = (end === null ? queue.putBack(delivery) : deliver(delivery))
      // What could not be written is taken up again when its lease is over.
      .catch((error: unknown) => logger.warn({ error: String(error) }, 'A webhook could not be worked on'))
      .finally(() => {
        end?.();
        underWay.delete(work);
        if (end !== null) wake();
      });
    underWay.add(work);
  };

  /** Begins what may be begun until nothing more is due, or no place is free. */
  const claimAll = async (): Promise<void> => {
    do {
      isWanted = false;
      for (const lane of LANES) {
        const room = isClosed ? null : lanes.room(lane);
        if (room === null || (lane === 'slow' && lanes.slowProjects.length === 0)) continue;
        const claimed = await queue.claim(lane, room, lanes.slowProjects);
        for (const delivery of claimed) begin(delivery);
      }
    } while (isWanted && !isClosed);
  };

  /** Something may be due, or a place is free. */
  const wake = (): void => {
    if (isClosed) return;
    isWanted = true;
    claiming ??= claimAll()
      .catch((error: unknown) => logger.warn({ error: String(error) }, 'Webhooks could not be worked on'))
      .finally(() => {
        claiming = null;
      });
  };

  const timer = setInterval(wake, options.pollIntervalMs ?? POLL_INTERVAL_MS);
  timer.unref();

  return {
    wake,
    async runDue() {
      const before = begun;
      wake();
      while (claiming !== null || underWay.size > 0) await Promise.all([claiming, ...underWay]);
      return begun - before;
    },
    sweep: () => queue.sweep(),
    async close() {
      isClosed = true;
      clearInterval(timer);
      await claiming;
      await Promise.all(underWay);
    },
  };
}

/** One post. */
async function attempt(delivery: Claimed, { box, fetch }: WebhookWorkerOptions): Promise<Outcome> {
  const { id, event, body, url, webhookId } = delivery;
  try {
    const secret = box.open({ bytes: delivery.secretEncrypted, keyId: delivery.encryptionKeyId }, webhookId);
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Visavis-Webhooks',
      'visavis-event': event,
      ...signWebhook({ id, at: new Date(), body, secret }),
    };
    // Only the status counts: a body that trickles is not waited for, and one that breaks off is no failure.
    const response = await fetch({
      url,
      method: 'POST',
      headers,
      body,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      bodyWaitMs: ANSWER_WAIT_MS,
      maxRedirects: 0,
    });
    const { status, isPrivate } = response;
    const isTaken = status >= 200 && status < 300;
    const error = isTaken ? null : `The receiver answered ${status}.`;
    // Whoever names a receiver may read what it says, but not what services of the operator's network say.
    const answer = isPrivate ? null : plainText(response.body);
    return { status, error, fault: null, answer, isAnswerKept: !isPrivate, isFinal: isLastWord(status) };
  } catch (error) {
    const fault = faultOf(error);
    const isFinal = isForbiddenForGood(error);
    return { status: null, error: DELIVERY_FAULTS[fault], fault, answer: null, isAnswerKept: true, isFinal };
  }
}

/** Whether the receiver would say the same again: it refuses the post, or is somewhere else. */
function isLastWord(status: number): boolean {
  return status >= 300 && status < 500 && !TEMPORARY_REFUSALS.has(status);
}

/** As it can be stored and shown: control characters, which neither can be, become spaces. */
function plainText(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/[^\P{Cc}\t\n]/gu, ' ');
}

const NETWORK_FAULTS: Readonly<Record<string, DeliveryFault>> = {
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unresolved-host',
  ECONNREFUSED: 'connection-refused',
  ECONNRESET: 'connection-broken',
};

/** Resolver and socket errors name inner addresses, which are nobody's business. */
function faultOf(error: unknown): DeliveryFault {
  if (error instanceof ForbiddenAddressError) return error.fault;
  if (error instanceof LateAnswerError || (error instanceof Error && error.name === 'TimeoutError')) return 'late';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|TLS|SSL/.test(code) ? 'untrusted-certificate' : (NETWORK_FAULTS[code] ?? 'silent');
}
