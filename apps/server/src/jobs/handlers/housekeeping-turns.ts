import { JOBS, type Lane, type TurnHandler } from '../definitions.ts';

const INTERVAL_MS = 15 * 60_000;
/** Soon after the start for the first time: what a crash left behind, and on servers that never run for long. */
const FIRST_AFTER_MS = 60_000;
const KEY = 'all';

/** What must be cleaned up in the database now and then: by one node, whichever has the turn. */
export function createHousekeepingTurns(runAll: () => Promise<void>): TurnHandler {
  let running = 0;
  return {
    definition: JOBS.housekeeping,
    places: (lane: Lane) => (lane === 'quick' ? 1 - running : 0),
    laneOf: () => 'quick',
    waiting: async () => [{ key: KEY, afterMs: FIRST_AFTER_MS }],
    async run() {
      running += 1;
      try {
        await runAll();
        return INTERVAL_MS;
      } finally {
        running -= 1;
      }
    },
  };
}
