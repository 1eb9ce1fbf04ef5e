import type { Database } from '../../apps/server/src/db/database.ts';

/** All facts in the database, each in the words in which the writer acknowledges it. */
export async function readFacts({ pool }: Pick<Database, 'pool'>): Promise<string[]> {
  const { rows } = await pool.query<{ fact: string }>(`
    select 'started ' || id as fact from conversations
    union all select 'ended ' || id from conversations where status = 1 and ended_at is not null
    union all select 'said ' || text from messages
    union all select 'called ' || call_id from tool_calls
    union all select 'answered ' || output from tool_calls where state = 'answered'
    union all select 'key ' || id from licence_keys`);
  return rows.map(({ fact }) => fact);
}
