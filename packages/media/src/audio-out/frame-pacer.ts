import type { Clock } from '../core/clock.ts';
import { sharedMomentsOf } from '../core/shared-moments.ts';

/** Lateness up to which missed frames are still sent, all at once. Beyond it a listener has long heard the hole. */
const MAX_CATCH_UP_MS = 200;
/** Frames are due at multiples of this, so that the frames of many calls are sent at one wake-up, but not those of all. */
const GRID_MS = 10;

export type FramePacerOptions = {
  readonly clock: Clock;
  readonly intervalMs: number;
  onFrameDue(): void;
  /** The timer came more than 200 ms late; frames of `missedMs` are given up and the beat starts anew from now. */
  onStall(missedMs: number): void;
};

/** Calls for the first frame at once, and for one at every interval from less than 10 ms before that on, without drift. */
export class FramePacer {
  readonly #options: FramePacerOptions;
  /** Time at which frame 0 was due. */
  #anchorMs = 0;
  #framesDone = 0;
  #cancelTimer: (() => void) | null = null;
  #running = false;

  constructor(options: FramePacerOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#anchorMs = onGrid(this.#options.clock.nowMs()) - this.#framesDone * this.#options.intervalMs;
    this.#tick();
  }

  stop(): void {
    this.#running = false;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #tick(): void {
    this.#cancelTimer = null;
    const { clock, intervalMs } = this.#options;
    const nowMs = clock.nowMs();
    const latenessMs = nowMs - this.#anchorMs - this.#framesDone * intervalMs;
    // One frame is due at a lateness of 0. The tolerance absorbs rounding of sums of fractions.
    let due = Math.floor(latenessMs / intervalMs + 1e-6) + 1;
    if (latenessMs > MAX_CATCH_UP_MS) {
      const anchorMs = onGrid(nowMs) - this.#framesDone * intervalMs;
      const missedMs = anchorMs - this.#anchorMs;
      this.#anchorMs = anchorMs;
      due = 1;
      this.#options.onStall(missedMs);
    }
    for (; due > 0 && this.#running; due--) {
      this.#framesDone++;
      this.#options.onFrameDue();
    }
    if (!this.#running) return;
    const nextDueMs = this.#anchorMs + this.#framesDone * intervalMs;
    this.#cancelTimer = sharedMomentsOf(clock).schedule(nextDueMs, () => this.#tick());
  }
}

/** The last moment of the grid. */
function onGrid(timeMs: number): number {
  return Math.floor(timeMs / GRID_MS) * GRID_MS;
}
