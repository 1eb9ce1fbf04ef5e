/** Places for heavy work on this machine, shared by all kinds of it. */
export type SharedPlaces = {
  /** Places that may be taken by who leaves so many to others; where there is only one, nobody leaves it. */
  free(leaves?: number): number;
  /**
   * Resolves when there is a place, with the function that frees it again. Two kinds may have seen the same free place: one of
   * them waits. Null: `signal` has aborted.
   */
  take(signal: AbortSignal): Promise<(() => void) | null>;
  onFreed(tell: () => void): void;
};

export function createSharedPlaces(atOnce: number): SharedPlaces {
  const listeners: (() => void)[] = [];
  const waiting = new Set<() => void>();
  let taken = 0;
  const free = (): void => {
    taken -= 1;
    const [first] = waiting;
    first?.();
    for (const tell of listeners) tell();
  };
  return {
    free: (leaves = 0) => Math.max(1, atOnce - leaves) - taken - waiting.size,
    async take(signal) {
      while (taken >= atOnce && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
        await promise;
        waiting.delete(resolve);
      }
      if (signal.aborted) return null;
      taken += 1;
      return free;
    },
    onFreed: (tell) => void listeners.push(tell),
  };
}
