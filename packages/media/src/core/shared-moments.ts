import type { Clock } from './clock.ts';

type Waiting = { readonly callbacks: Set<() => void>; readonly cancel: () => void };

/** One timer for all who wait for the same moment: a process that is woken up pays more for that than for what is due. */
export class SharedMoments {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `callback` once, not before `atMs` of the clock; the returned function cancels it. */
  schedule(atMs: number, callback: () => void): () => void {
    const { callbacks } = this.#waiting.get(atMs) ?? this.#open(atMs);
    // A callback of its own, so that the same function can wait twice.
    const call = () => callback();
    callbacks.add(call);
    return () => this.#leave(atMs, callbacks, call);
  }

  #open(atMs: number): Waiting {
    // Timers round down to whole milliseconds; a wake-up before its time would be for nothing.
    const delayMs = Math.ceil(atMs - this.#clock.nowMs());
    const waiting = { callbacks: new Set<() => void>(), cancel: this.#clock.schedule(delayMs, () => this.#tell(atMs)) };
    this.#waiting.set(atMs, waiting);
    return waiting;
  }

  #leave(atMs: number, callbacks: Set<() => void>, call: () => void): void {
    callbacks.delete(call);
    const waiting = this.#waiting.get(atMs);
    if (waiting?.callbacks !== callbacks || callbacks.size > 0) return;
    waiting.cancel();
    this.#waiting.delete(atMs);
  }

  #tell(atMs: number): void {
    const callbacks = this.#waiting.get(atMs)?.callbacks ?? [];
    this.#waiting.delete(atMs);
    for (const callback of callbacks) {
      try {
        callback();
      } catch (error) {
        // As if each had a timer of its own.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

const moments = new WeakMap<Clock, SharedMoments>();

/** Those of everybody who goes by this clock. */
export function sharedMomentsOf(clock: Clock): SharedMoments {
  const known = moments.get(clock) ?? new SharedMoments(clock);
  moments.set(clock, known);
  return known;
}
