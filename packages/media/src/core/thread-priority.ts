import { constants, getPriority, setPriority } from 'node:os';

/**
 * Asks the system to run the calling thread before ordinary ones, as browsers do for their own media threads, so that
 * calls keep their beat on a busy machine. Threads and processes that it starts meanwhile inherit this. Needs the right
 * to do so (on Linux root, or CAP_SYS_NICE); returns false where it is not given, and nothing changes.
 */
export function raiseThreadPriority(): boolean {
  return trySetPriority(constants.priority.PRIORITY_HIGH);
}

/** Back to the ordinary, from whatever the calling thread has or inherited. */
export function resetThreadPriority(): void {
  if (getPriority() < constants.priority.PRIORITY_NORMAL) trySetPriority(constants.priority.PRIORITY_NORMAL);
}

function trySetPriority(priority: number): boolean {
  try {
    setPriority(priority);
    return true;
  } catch {
    return false;
  }
}
