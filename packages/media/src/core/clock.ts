/** Source of monotonic time. Everything that waits or measures takes one, so that tests can drive it. */
export type Clock = {
  /** Monotonic milliseconds since an arbitrary start. */
  nowMs(): number;
  /** Calls `callback` once after `delayMs`; the returned function cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
};

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};
