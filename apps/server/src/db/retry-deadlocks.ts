import { sqlStateOf } from './sql-state.ts';

/** `deadlock_detected` and `serialization_failure`: the transaction was rolled back whole, and may go through next time. */
const PASSING_STATES: ReadonlySet<string> = new Set(['40P01', '40001']);
const MAX_TRIES = 5;

/**
 * Runs a transaction again when the database ended it in favour of another one: what deletes with all that hangs on it
 * takes its locks in another order than calls do that end at the same moment.
 */
export async function retryDeadlocks<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries === MAX_TRIES || !PASSING_STATES.has(sqlStateOf(error) ?? '')) throw error;
    }
  }
}
