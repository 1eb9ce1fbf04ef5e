import { JOBS, type Lane, type TurnHandler } from '../definitions.ts';

const INTERVAL_MS = 15 * 60_000;
/** Soon after the start for the first time: what a crash left behind, and on servers that never run for long. */
const FIRST_AFTER_MS = 60_000;
const KEY = 'all';

/** What must be cleaned up in the database now and then: by one node, whichever has the turn. */
export function createHousekeepingTurns(runAll: (signal: AbortSignal) => Promise<void>): TurnHandler {
  let running = 0;
  let isStarting = true;
  return {
    definition: JOBS.housekeeping,
    places: (lane: Lane) => (lane === 'quick' ? 1 - running : 0),
    laneOf: () => 'quick',
    // Only where no turn waits: one that was lost comes an interval later, and one under way is not followed by another.
    async waiting() {
      const afterMs = isStarting ? FIRST_AFTER_MS : INTERVAL_MS;
      isStarting = false;
      return [{ key: KEY, afterMs }];
    },
    async run({ signal }) {
      running += 1;
      try {
        await runAll(signal);
        return INTERVAL_MS;
      } finally {
        running -= 1;
      }
    },
  };
}
