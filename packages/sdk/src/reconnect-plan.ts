import type { LostSession } from './call-options.ts';
import type { ProblemCode } from './call-problem.ts';
import type { ServerSignal } from './from-wire.ts';

const ACCEPT_TIMEOUT_MS = 15_000;
/** A lost network swallows attempts without a word; the next one may get through. */
const RECONNECT_TIMEOUT_MS = 8_000;

/** A lost call is tried again for at least this long after it was lost. */
const PATIENCE_MS = 60_000;
/** Waits before the attempts; the last one before all further ones. */
const DELAYS_MS = [500, 2_000, 5_000];
/** Share by which a wait may be shorter, so that calls that were lost together do not return together. */
const JITTER = 0.2;

/** Refusals that pass: the server still holds the place of the lost connection, or is just coming up. */
const PASSING: ReadonlySet<ProblemCode> = new Set(['too-many-calls', 'no-capacity', 'server-error']);

/** When a lost call is tried again, and when it is given up. */
export class ReconnectPlan {
  readonly #maxAttempts: number;
  #attempts = 0;
  #lostAtMs: number | null = null;
  #session: LostSession | null = null;

  constructor(maxAttempts: number = Number.POSITIVE_INFINITY) {
    this.#maxAttempts = maxAttempts;
  }

  /** The wait before the next attempt; null: give up. */
  nextDelayMs(nowMs: number): number | null {
    this.#lostAtMs ??= nowMs;
    if (this.#attempts >= this.#maxAttempts || nowMs - this.#lostAtMs >= PATIENCE_MS) return null;
    const delayMs = DELAYS_MS[Math.min(this.#attempts, DELAYS_MS.length - 1)] ?? 0;
    this.#attempts += 1;
    return delayMs * (1 - JITTER * Math.random());
  }

  /** A refusal while the call is being built again that does not end it. */
  outlasts({ code, specifics }: ServerSignal & { type: 'rejected' }): boolean {
    return this.#lostAtMs !== null && specifics.retryable !== false && PASSING.has(code);
  }

  /** How long the server may take to accept the call. */
  get acceptTimeoutMs(): number {
    return this.#lostAtMs === null ? ACCEPT_TIMEOUT_MS : RECONNECT_TIMEOUT_MS;
  }

  /** The newest session that the call had, whose place a reconnect takes; null when the server knows no reconnecting. */
  get session(): LostSession | null {
    return this.#session;
  }

  remember({ sessionId, reconnectKey }: ServerSignal & { type: 'session-created' }): void {
    this.#session = reconnectKey === null ? null : { sessionId, reconnectKey };
  }

  /** The call is back. */
  succeed(): void {
    this.#attempts = 0;
    this.#lostAtMs = null;
  }
}
