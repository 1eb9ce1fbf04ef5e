import type { ControlLogger } from '../logger.ts';

/** Told each time somebody or something came to a bound: `what` is a word of a small fixed set, like `uploads`. */
export type OnBound = (what: string, detail: Readonly<Record<string, unknown>>) => void;

export type Bounds = {
  readonly reached: OnBound;
  /** How often each bound was reached since the start. */
  stats(): Readonly<Record<string, number>>;
};

export type BoundsOptions = {
  readonly logger: ControlLogger;
  /** Told of every one, for whoever keeps a record of them. */
  readonly onBound?: OnBound;
  readonly nowMs?: () => number;
};

/** The same bound is logged once in this time, with how often it was reached meanwhile. */
const LOG_INTERVAL_MS = 60_000;

/** Counts the bounds that were reached, and says so in the log without filling it. */
export function createBounds({ logger, onBound, nowMs = () => performance.now() }: BoundsOptions): Bounds {
  const counts = new Map<string, number>();
  const logged = new Map<string, { atMs: number; count: number }>();
  return {
    reached(what, detail) {
      const count = (counts.get(what) ?? 0) + 1;
      counts.set(what, count);
      onBound?.(what, detail);
      const last = logged.get(what);
      if (last !== undefined && nowMs() - last.atMs < LOG_INTERVAL_MS) return;
      logged.set(what, { atMs: nowMs(), count });
      logger.warn({ bound: what, times: count - (last?.count ?? 0), inAll: count, ...detail }, 'A bound was reached');
    },
    stats: () => Object.fromEntries(counts),
  };
}
