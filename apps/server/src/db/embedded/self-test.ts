import type { PGlite } from '@electric-sql/pglite';
import { EMBEDDED_POSTGRES_MAJOR } from './engine-version.ts';

/** Proves that a commit reaches the disk: settings as asked, and one commit that must flush the write-ahead log. */
export async function selfTest(engine: PGlite, flushes: { readonly walSyncCount: number }): Promise<void> {
  const expected = { fsync: 'on', wal_sync_method: 'fsync', full_page_writes: 'on', synchronous_commit: 'on' };
  for (const [setting, value] of Object.entries(expected)) {
    const found = (await engine.query<{ value: string }>('select current_setting($1) as value', [setting])).rows[0];
    if (found?.value !== value) throw new Error(`self-test failed: ${setting} is ${found?.value}, expected ${value}`);
  }
  const version = (await engine.query<{ value: string }>(`select current_setting('server_version_num') as value`))
    .rows[0];
  const major = Math.floor(Number(version?.value) / 10_000);
  if (major !== EMBEDDED_POSTGRES_MAJOR) {
    throw new Error(`self-test failed: the engine is PostgreSQL ${major}, expected ${EMBEDDED_POSTGRES_MAJOR}`);
  }
  const before = flushes.walSyncCount;
  await engine.query(`select pg_logical_emit_message(true, 'visavis', 'start')`);
  if (flushes.walSyncCount === before) {
    throw new Error('self-test failed: a commit was acknowledged without a flush to disk');
  }
}
