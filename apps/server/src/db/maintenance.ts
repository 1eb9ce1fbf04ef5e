import type pg from 'pg';
import type { DatabaseLogger } from './logger.ts';

const CHECKPOINT_INTERVAL_MS = 5 * 60_000;
const VACUUM_INTERVAL_MS = 6 * 60 * 60_000;
const MAINTENANCE_TIMEOUT_MS = 10 * 60_000;

/** The embedded engine has no background processes: without this its log and its dead rows grow without end. */
export function startMaintenance(pool: pg.Pool, logger: DatabaseLogger): { stop(): void } {
  let running = false;
  const guard = async (what: string, work: () => Promise<void>): Promise<void> => {
    if (running) return;
    running = true;
    const startedAt = performance.now();
    try {
      await work();
      logger.debug({ what, durationMs: Math.round(performance.now() - startedAt) }, 'database maintenance done');
    } catch (error) {
      logger.warn({ what, error }, 'database maintenance failed; it is tried again at its next time');
    } finally {
      running = false;
    }
  };
  const timers = [
    setInterval(() => void guard('checkpoint', () => checkpoint(pool)), CHECKPOINT_INTERVAL_MS),
    setInterval(() => void guard('vacuum', () => vacuumTables(pool)), VACUUM_INTERVAL_MS),
  ];
  for (const timer of timers) timer.unref();
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

async function runLong(pool: pg.Pool, text: string): Promise<void> {
  await pool.query({ text, query_timeout: MAINTENANCE_TIMEOUT_MS } as pg.QueryConfig);
}

export async function checkpoint(pool: pg.Pool): Promise<void> {
  await runLong(pool, 'checkpoint');
}

/** One table at a time, so that callers get their turn between. */
export async function vacuumTables(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  for (const { name } of rows) await runLong(pool, `vacuum (analyze) ${name}`);
}
