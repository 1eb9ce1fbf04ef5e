import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 30_000;

export type PersistOptions = {
  /** Ends the trying: what fails after that is thrown. */
  readonly signal: AbortSignal;
  readonly onFault: (error: unknown) => void;
  /** False: it would fail again, and is thrown at once. Left out: nothing is. */
  readonly passes?: (error: unknown) => boolean;
};

/** Tries until it succeeds, with growing pauses: a database or a store that is away comes back. */
export async function persist<Result>(
  work: () => Promise<Result>,
  { signal, onFault, passes = () => true }: PersistOptions,
): Promise<Result> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !passes(error)) throw error;
      onFault(error);
      await delay(pauseMs, undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}
