import type { Clock } from '../core/clock.ts';

/** How fast the mapping follows when media time falls behind: a share of the difference per observation. */
const FOLLOW_SHARE = 0.002;
/** A larger step is a new start of media time, and taken over at once. */
const RESTART_MS = 1000;

export type TimelineMoment = { readonly mediaTimeMs: number; readonly wallMs: number };

/**
 * Maps media time to wall time from when media is handed over. The earliest hand-over seen defines the mapping (lateness
 * is jitter of our own timers), and it follows slowly when media time runs late for good.
 */
export class MediaTimeline {
  readonly #clock: Clock;
  readonly #wallAtClockZeroMs: number;
  #offsetMs: number | null = null;

  constructor(clock: Clock, wallAtClockZeroMs: number) {
    this.#clock = clock;
    this.#wallAtClockZeroMs = wallAtClockZeroMs;
  }

  observe(mediaTimeMs: number): void {
    const offsetMs = this.#clock.nowMs() - mediaTimeMs;
    const knownMs = this.#offsetMs;
    if (knownMs === null || offsetMs < knownMs || offsetMs - knownMs > RESTART_MS) this.#offsetMs = offsetMs;
    else this.#offsetMs = knownMs + (offsetMs - knownMs) * FOLLOW_SHARE;
  }

  /** This moment on both clocks, or null before the first observation. */
  now(): TimelineMoment | null {
    if (this.#offsetMs === null) return null;
    const nowMs = this.#clock.nowMs();
    return { mediaTimeMs: nowMs - this.#offsetMs, wallMs: this.#wallAtClockZeroMs + nowMs };
  }
}
