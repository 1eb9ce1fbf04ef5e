import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';

/** Any number no other program uses for an advisory lock in this database. */
export const MIGRATION_LOCK = 7_744_110_293;

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Brings the schema up to date. Of several nodes that start at once, one migrates and the others wait for it, each of which is told by
 * `onWait`.
 */
export async function applyMigrations(pool: pg.Pool, onWait: () => void = () => {}): Promise<void> {
  const client = await pool.connect();
  let failed = true;
  try {
    // Waiting for another node, or rewriting a large table, may take longer than a query of the running server may.
    await client.query('set statement_timeout = 0');
    const { rows } = await client.query<{ isMine: boolean }>('select pg_try_advisory_lock($1) as "isMine"', [
      MIGRATION_LOCK,
    ]);
    if (rows[0]?.isMine !== true) {
      onWait();
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    }
    await migrate(drizzle(client), { migrationsFolder });
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await client.query('reset statement_timeout');
    failed = false;
  } finally {
    // A connection that failed here is thrown away, and its lock with it.
    client.release(failed);
  }
}
