import { DELIVERY_FAULTS, type DeliveryFault } from '@visavis/protocol';
import { isForbiddenForGood } from '@visavis/protocol/address-guard';
import type { ControlLogger } from '../logger.ts';
import { faultOf } from '../net/fetch-fault.ts';
import type { GuardedFetch } from '../net/guarded-fetch.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { Claimed, DeliveryQueue } from './delivery-queue.ts';
import { signWebhook } from './webhook-signature.ts';

const TIMEOUT_MS = 15_000;
/** Wait after each failed attempt; after the last one the delivery has failed. About ten hours in all. */
const RETRY_AFTER_SECONDS = [5, 30, 120, 600, 1800, 7200, 25_200] as const;
/** Of an answer, to be looked at: what it says as text, as far as it has come this long after its head. */
const MAX_ANSWER_BYTES = 1_000;
const ANSWER_WAIT_MS = 500;
/** Refusals that are no last word: the receiver is busy, or not there yet. */
const TEMPORARY_REFUSALS: ReadonlySet<number> = new Set([408, 425, 429]);

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

export type WebhookPosterOptions = {
  readonly queue: Pick<DeliveryQueue, 'settle'>;
  readonly box: SecretBox;
  readonly fetch: GuardedFetch;
  /** For addresses that orders of films named: an operator may open other hosts to them. */
  readonly fetchCallback: GuardedFetch;
  readonly logger: ControlLogger;
};

/** Makes one attempt and writes down how it ended, and when the next one is due. */
export type PostDelivery = (delivery: Claimed) => Promise<void>;

export function createWebhookPoster(options: WebhookPosterOptions): PostDelivery {
  const { queue, logger } = options;
  return async (delivery) => {
    const startedAt = new Date();
    const { isFinal, ...outcome } = await attempt(delivery, options);
    const entry = { at: startedAt.toISOString(), ...outcome, durationMs: Date.now() - startedAt.getTime() };
    const retryAfter = isFinal ? undefined : RETRY_AFTER_SECONDS[delivery.attempt - 1];
    const state = outcome.error === null ? 'delivered' : retryAfter === undefined ? 'failed' : 'waiting';
    await queue.settle(delivery, { state, entry, retryAfterSeconds: retryAfter ?? 0 });
    const { webhookId, projectId } = delivery;
    if (state === 'failed') logger.warn({ webhookId, projectId }, 'A delivery of a webhook was given up');
  };
}

/** One post. */
async function attempt(delivery: Claimed, { box, ...posting }: WebhookPosterOptions): Promise<Outcome> {
  const { id, event, body, url, webhookId, projectId, secretEncrypted: bytes, encryptionKeyId: keyId } = delivery;
  const fetch = webhookId === null ? posting.fetchCallback : posting.fetch;
  try {
    const secret = box.open({ bytes, keyId }, webhookId ?? projectId);
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
