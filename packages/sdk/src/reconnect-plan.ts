import type { LostSession } from './call-options.ts';
import type { ProblemCode } from './call-problem.ts';
import type { ServerSignal } from './from-wire.ts';

const ACCEPT_TIMEOUT_MS = 15_000;
/** A lost network swallows attempts without a word; the next one may get through. */
const RECONNECT_TIMEOUT_MS = 8_000;

/** A lost call is tried again for at least this long after it was lost. */
const PATIENCE_MS = 60_000;
/** A call that is back for less than this is lost still: what it was lost by may come with every connection. */
const STABLE_MS = 25_000;
/** Waits before the attempts; the last one before all further ones. */
const DELAYS_MS = [500, 2_000, 5_000];
/** A machine that slept spent none of its patience: of the time between two attempts at most this much counts. */
const MOST_COUNTED_MS = 15_000;
/** Share by which a wait may be shorter, so that calls that were lost together do not return together. */
const JITTER = 0.2;

/** Refusals that pass: the server still holds the place of the lost connection, or is just coming up. */
const PASSING: ReadonlySet<ProblemCode> = new Set(['too-many-calls', 'no-capacity', 'server-error']);

/** When a lost call is tried again, and when it is given up. */
export class ReconnectPlan {
  readonly #maxAttempts: number;
  #attempts = 0;
  /** Null: the call was not lost since it was last stable. */
  #patienceMs: number | null = null;
  /** Null: the call is not there. */
  #completeSinceMs: number | null = null;
  #askedAtMs = 0;
  #session: LostSession | null = null;

  constructor(maxAttempts: number = Number.POSITIVE_INFINITY) {
    this.#maxAttempts = maxAttempts;
  }

  /** The wait before the next attempt; null: give up. */
  nextDelayMs(nowMs: number): number | null {
    if (this.#completeSinceMs !== null && nowMs - this.#completeSinceMs >= STABLE_MS) this.#forget();
    this.#completeSinceMs = null;
    const spentMs = Math.min(nowMs - this.#askedAtMs, MOST_COUNTED_MS);
    this.#patienceMs = this.#patienceMs === null ? PATIENCE_MS : this.#patienceMs - spentMs;
    this.#askedAtMs = nowMs;
    if (this.#attempts >= this.#maxAttempts || this.#patienceMs <= 0) return null;
    const delayMs = DELAYS_MS[Math.min(this.#attempts, DELAYS_MS.length - 1)] ?? 0;
    this.#attempts += 1;
    return delayMs * (1 - JITTER * Math.random());
  }

  get isLost(): boolean {
    return this.#patienceMs !== null && this.#completeSinceMs === null;
  }

  /** A refusal while the call is being built again that does not end it. */
  outlasts({ code, specifics }: ServerSignal & { type: 'rejected' }): boolean {
    return this.isLost && specifics.retryable !== false && PASSING.has(code);
  }

  /** How long the server may take to accept the call. */
  get acceptTimeoutMs(): number {
    return this.isLost ? RECONNECT_TIMEOUT_MS : ACCEPT_TIMEOUT_MS;
  }

  /** The newest session that the call had, whose place a reconnect takes; null when the server knows no reconnecting. */
  get session(): LostSession | null {
    return this.#session;
  }

  remember({ sessionId, reconnectKey }: ServerSignal & { type: 'session-created' }): void {
    this.#session = reconnectKey === null ? null : { sessionId, reconnectKey };
  }

  /** The call is there, or there again. Attempts and patience are as before only when it stays for a while. */
  succeed(nowMs: number): void {
    this.#completeSinceMs ??= nowMs;
  }

  /** The network may be back: what was tried before says nothing any more. Whoever set a number of attempts still gets no more. */
  takeHeart(): void {
    if (!this.isLost) return;
    this.#patienceMs = PATIENCE_MS;
    if (this.#maxAttempts === Number.POSITIVE_INFINITY) this.#attempts = 0;
  }

  #forget(): void {
    this.#attempts = 0;
    this.#patienceMs = null;
  }
}
