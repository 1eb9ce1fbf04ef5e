/** Places for heavy work on this machine, shared by all kinds of it. */
export type SharedPlaces = {
  /** For one kind of work, which leaves so many places to the others; where there is only one, nobody leaves it. */
  forKind(options?: { readonly leaves?: number }): PlacesOfKind;
};

export type PlacesOfKind = {
  /** Places that this kind may take now. Places that others hold do not count against what it leaves to them. */
  free(): number;
  /**
   * Resolves when there is a place, with the function that frees it again. Two kinds may have seen the same free place: one of
   * them waits. Null: `signal` has aborted.
   */
  take(signal: AbortSignal): Promise<(() => void) | null>;
  onFreed(tell: () => void): void;
};

type Kind = { readonly most: number; taken: number };
type Waiter = { readonly kind: Kind; readonly enter: (leave: () => void) => void };

export function createSharedPlaces(atOnce: number): SharedPlaces {
  const listeners: (() => void)[] = [];
  /** In order. */
  let waiting: Waiter[] = [];
  let taken = 0;

  const hasPlace = (kind: Kind): boolean => taken < atOnce && kind.taken < kind.most;
  const enter = (kind: Kind): (() => void) => {
    taken += 1;
    kind.taken += 1;
    return () => {
      taken -= 1;
      kind.taken -= 1;
      passOn();
    };
  };
  /** A place is at once that of the first who may have it: of two that are freed, each goes to somebody. */
  const passOn = (): void => {
    const firstInLine = () => waiting.find(({ kind }) => hasPlace(kind));
    for (let next = firstInLine(); next !== undefined; next = firstInLine()) {
      leaveQueue(next);
      next.enter(enter(next.kind));
    }
    for (const tell of listeners) tell();
  };
  const leaveQueue = (waiter: Waiter): void => {
    waiting = waiting.filter((one) => one !== waiter);
  };
  const wait = async (kind: Kind, signal: AbortSignal): Promise<(() => void) | null> => {
    const { promise, resolve } = Promise.withResolvers<(() => void) | null>();
    const waiter: Waiter = { kind, enter: resolve };
    const giveUp = () => {
      if (!waiting.includes(waiter)) return;
      leaveQueue(waiter);
      resolve(null);
      // The place that he would have had is there for another.
      passOn();
    };
    waiting.push(waiter);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };

  return {
    forKind({ leaves = 0 } = {}) {
      const kind: Kind = { most: Math.max(1, atOnce - leaves), taken: 0 };
      return {
        free() {
          const before = waiting.filter((waiter) => waiter.kind === kind).length;
          return Math.min(atOnce - taken - waiting.length, kind.most - kind.taken - before);
        },
        async take(signal) {
          if (signal.aborted) return null;
          return hasPlace(kind) ? enter(kind) : wait(kind, signal);
        },
        onFreed: (tell) => void listeners.push(tell),
      };
    },
  };
}
