import { oneAtATime } from '../one-at-a-time.ts';
import type { ControlLogger } from './logger.ts';

const INTERVAL_MS = 15 * 60_000;
/** Soon after the start for the first time: what a crash left behind, and on servers that never run for long. */
const FIRST_AFTER_MS = 60_000;

export type HousekeepingTasks = Readonly<Record<string, () => Promise<unknown>>>;

/** One after the other, and each although one before it failed; none is begun any more after `signal`. */
export async function runTasks(tasks: HousekeepingTasks, logger: ControlLogger, signal?: AbortSignal): Promise<void> {
  for (const [task, run] of Object.entries(tasks)) {
    if (signal?.aborted) return;
    try {
      await run();
    } catch (error) {
      logger.warn({ task, error: String(error) }, 'Housekeeping failed; it is tried again at its next time');
    }
  }
}

/** What must be cleaned up on the disk of each node now and then; what is in the database, one node cleans up for all. */
export function startHousekeeping(
  tasks: HousekeepingTasks,
  logger: ControlLogger,
): { runAll(): Promise<void>; stop(): void } {
  // One that takes long, as with a store that is slow, is not overtaken by the next.
  const runAll = oneAtATime(() => runTasks(tasks, logger));
  const first = setTimeout(() => void runAll(), FIRST_AFTER_MS);
  const timer = setInterval(() => void runAll(), INTERVAL_MS);
  first.unref();
  timer.unref();
  return {
    runAll,
    stop() {
      clearTimeout(first);
      clearInterval(timer);
    },
  };
}
