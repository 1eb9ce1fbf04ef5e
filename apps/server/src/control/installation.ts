import { sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { installation } from '../db/schema.ts';
import { newPublicId } from './ids.ts';

/** The id of the installation that this database is, given to it at its first start; a copy of the database has it, too. */
export async function installationIdOf({ orm }: Pick<Database, 'orm'>): Promise<string> {
  await orm.insert(installation).values({ id: newPublicId() }).onConflictDoNothing();
  const [row] = await orm.select({ id: installation.id }).from(installation).where(sql`true`);
  if (row === undefined) throw new Error('The database does not keep what installation it is.');
  return row.id;
}
