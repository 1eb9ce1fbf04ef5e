/** Heartbeats that may fail to come before the connection counts as dead. */
const MISSED_BEATS = 3;
/** The same after a hint that the network has changed, or that the machine slept. */
const MISSED_BEATS_IN_DOUBT = 1.5;
const LOOK_INTERVAL_MS = 500;
/** A look that comes this late says that the page stood still: a machine that slept, a page that was frozen. */
const STOOD_STILL_MS = 5_000;

/**
 * Watches whether the far end of a socket lives. A connection that is lost half-way says nothing: the browser holds the
 * socket for open for many minutes. Without the server's heartbeats nothing is judged.
 */
export class LifeWatch {
  readonly #onDead: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #beatIntervalMs: number | null = null;
  #deadlineMs = Number.POSITIVE_INFINITY;
  #lastLookMs = performance.now();

  constructor(onDead: () => void) {
    this.#onDead = onDead;
    this.#timer = setInterval(() => this.#look(), LOOK_INTERVAL_MS);
  }

  noteBeat(intervalMs: number): void {
    this.#beatIntervalMs = intervalMs;
    this.noteFrame();
  }

  /** Whatever comes is a sign of life. */
  noteFrame(): void {
    if (this.#beatIntervalMs !== null) this.#deadlineMs = performance.now() + MISSED_BEATS * this.#beatIntervalMs;
  }

  /** Something has happened that connections often do not outlive: a sign of life must come soon. */
  doubt(): void {
    if (this.#beatIntervalMs === null) return;
    this.#deadlineMs = Math.min(this.#deadlineMs, performance.now() + MISSED_BEATS_IN_DOUBT * this.#beatIntervalMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = performance.now();
    const stoodStill = nowMs - this.#lastLookMs >= STOOD_STILL_MS;
    this.#lastLookMs = nowMs;
    if (stoodStill) {
      // What came meanwhile may lie unread behind this very timer.
      this.#deadlineMs = Number.POSITIVE_INFINITY;
      this.doubt();
    } else if (nowMs >= this.#deadlineMs) {
      this.close();
      this.#onDead();
    }
  }
}
