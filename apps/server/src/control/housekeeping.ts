import type { ControlLogger } from './logger.ts';

const INTERVAL_MS = 15 * 60_000;
/** Soon after the start for the first time: what a crash left behind, and on servers that never run for long. */
const FIRST_AFTER_MS = 60_000;

/** What must be cleaned up now and then, on any node; each task may run on several at once. */
export function startHousekeeping(
  tasks: Readonly<Record<string, () => Promise<unknown>>>,
  logger: ControlLogger,
): { runAll(): Promise<void>; stop(): void } {
  const runAll = async (): Promise<void> => {
    for (const [task, run] of Object.entries(tasks)) {
      try {
        await run();
      } catch (error) {
        logger.warn({ task, error: String(error) }, 'Housekeeping failed; it is tried again at its next time');
      }
    }
  };
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
