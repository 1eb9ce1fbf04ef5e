import type pg from 'pg';
import type { Database } from './database.ts';

/** Every table, a table after those it refers to. */
const TABLES = [
  'installation',
  'projects',
  'project_firsts',
  'licence_keys',
  'avatars',
  'avatar_aliases',
  'conversations',
  'messages',
  'tool_calls',
  'users',
  'auth_sessions',
  'auth_accounts',
  'auth_verifications',
  'attempts',
  'login_places',
  'project_members',
  'project_invitations',
  'audit_entries',
  'call_slots',
  'browser_tokens',
  'wallets',
  'ledger_entries',
  'usage_days',
  'webhooks',
  'callback_secrets',
  'tool_secrets',
  'mcp_servers',
  'voice_keys',
  'knowledge_sources',
  'knowledge_passages',
  'webhook_deliveries',
  'uploads',
  'upload_links',
  'avatar_jobs',
  'films',
] as const;

const ROWS_PER_BATCH = 500;

/**
 * Copies all rows into an empty database of either kind, in one transaction: it is complete, or nothing was changed.
 * Rows pass as JSON text, so both sides read and write them with their own types. Returns rows per table.
 */
export async function copyDatabase(
  source: Pick<Database, 'pool'>,
  target: Pick<Database, 'pool'>,
): Promise<Record<string, number>> {
  const [from, to] = [await source.pool.connect(), await target.pool.connect()];
  let failed = true;
  try {
    await requireEveryTable(from);
    await from.query('begin isolation level repeatable read read only');
    await to.query('begin');
    await to.query('set local statement_timeout = 0');
    const counts: Record<string, number> = {};
    for (const table of TABLES) {
      await requireEmpty(to, table);
      counts[table] = await copyTable(from, to, table);
    }
    await to.query('commit');
    failed = false;
    return counts;
  } finally {
    await from.query('rollback').catch(() => {});
    if (failed) await to.query('rollback').catch(() => {});
    from.release();
    to.release();
  }
}

/** A table that this list forgot would be lost in silence. */
async function requireEveryTable(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  );
  const known = new Set<string>(TABLES);
  const forgotten = rows.map(({ name }) => name).filter((name) => !known.has(name));
  if (forgotten.length > 0) throw new Error(`the copy does not know these tables: ${forgotten.join(', ')}`);
}

async function requireEmpty(client: pg.PoolClient, table: string): Promise<void> {
  const { rows } = await client.query<{ filled: boolean }>(`select exists (select from ${table}) as filled`);
  if (rows[0]?.filled) throw new Error(`the target is not empty: its table ${table} has rows; nothing was copied`);
}

async function copyTable(from: pg.PoolClient, to: pg.PoolClient, table: string): Promise<number> {
  let count = 0;
  await from.query(`declare rows_of_${table} no scroll cursor for select to_jsonb(t)::text as row from ${table} t`);
  for (;;) {
    const { rows } = await from.query<{ row: string }>(`fetch ${ROWS_PER_BATCH} from rows_of_${table}`);
    if (rows.length === 0) break;
    const batch = `[${rows.map(({ row }) => row).join(',')}]`;
    await to.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [batch]);
    count += rows.length;
  }
  await from.query(`close rows_of_${table}`);
  if (table === 'tool_calls') await continueNumberingOfTalks(to);
  else await continueNumbering(to, table);
  return count;
}

/** New rows of the target are numbered after the copied ones. */
async function continueNumbering(client: pg.PoolClient, table: string): Promise<void> {
  const { rows } = await client.query<{ column: string }>(
    `select attname as column from pg_attribute where attrelid = $1::regclass and attidentity <> ''`,
    [table],
  );
  for (const { column } of rows) {
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), (select max(${column}) from ${table})) where exists (select from ${table})`,
      [table, column],
    );
  }
}

/** Messages and calls of tools share one numbering, which is that of messages. */
async function continueNumberingOfTalks(client: pg.PoolClient): Promise<void> {
  await client.query(`
    select setval(pg_get_serial_sequence('messages', 'ordinal'), last) from (
      select max(ordinal) as last from (
        select ordinal from messages
        union all select greatest(ordinal, result_ordinal) from tool_calls) as told) as numbered
    where last is not null`);
}
