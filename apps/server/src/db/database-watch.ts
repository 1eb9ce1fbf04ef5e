import { errorMessage } from '../error-message.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import type { Database } from './database.ts';
import type { DatabaseLogger } from './logger.ts';

export type DatabaseWatch = {
  /** The last question had no answer: no call is admitted and nothing is stored until one has. */
  isDown(): boolean;
  /** Asks now; the timer calls it. */
  look(): Promise<void>;
  stop(): void;
};

const INTERVAL_MS = 5_000;

/** Asks the database something now and then, so that one that is gone is known before the next call wants it. */
export function watchDatabase(
  { pool }: Pick<Database, 'pool'>,
  logger: DatabaseLogger,
  intervalMs: number = INTERVAL_MS,
): DatabaseWatch {
  let isDown = false;

  // The pool's own limits end what has no answer.
  const look = oneAtATime(async () => {
    try {
      await pool.query('select 1');
      if (isDown) logger.info({}, 'the database answers again');
      isDown = false;
    } catch (error) {
      const fields = { error: errorMessage(error) };
      if (!isDown) logger.error(fields, 'the database does not answer: new calls and logins are refused until it does');
      isDown = true;
    }
  });

  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();
  return { isDown: () => isDown, look, stop: () => clearInterval(timer) };
}
