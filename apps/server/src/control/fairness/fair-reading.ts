import type { OnBound } from './bounds.ts';
import { FairPlaces } from './fair-places.ts';

/** Each takes the database, or this process, some hundredths of a second. */
const READING = { inAll: 4, perCaller: 2 } as const;
/** All keys and members of one project leave a place to others. */
export const PROJECT_AT_ONCE = 3;
/** What the answers of all callers hold is bounded by their bytes. */
const ANSWERS = { inAll: 10_000, perCaller: 4 } as const;
const WAITING = { inAll: 200, perCaller: 30 } as const;
const WAIT_LIMIT_MS = 10_000;

/** Whole talks, searches and long lists: callers take turns in reading them, and in having them on the way. */
export type ReadingPlaces = {
  /** Held while something is read and written down. */
  readonly reading: FairPlaces;
  /** Held until the answer has left. */
  readonly answers: FairPlaces;
};

export function createReadingPlaces(onBound: OnBound): ReadingPlaces {
  const shared = {
    waiting: WAITING.inAll,
    waitingPerTenant: WAITING.perCaller,
    waitLimitMs: WAIT_LIMIT_MS,
    onBound,
  };
  return {
    reading: new FairPlaces({
      ...shared,
      what: 'heavy reading',
      atOnce: READING.inAll,
      atOncePerTenant: READING.perCaller,
      reasons: { own: 'reading-already', full: 'many-reading' },
    }),
    answers: new FairPlaces({
      ...shared,
      what: 'unread answers',
      atOnce: ANSWERS.inAll,
      atOncePerTenant: ANSWERS.perCaller,
      reasons: { own: 'answers-unread', full: 'many-reading' },
    }),
  };
}
