import { join } from 'node:path';
import { errorMessage } from '../error-message.ts';
import { openDatabase } from './database.ts';
import { DatabaseFolderError } from './embedded/folder-damage.ts';
import { lockFolder } from './embedded/folder-lock.ts';
import { repairFolder } from './embedded/repair-folder.ts';
import type { DatabaseLogger } from './logger.ts';

type Table = { readonly name: string };

/**
 * Mends the embedded database in `dataDir` as far as that can be done, after copying it aside, and proves it: every table is
 * read and its indexes are made anew. Gives what was done, a sentence each. Refuses while a server uses the folder, and
 * with a `DatabaseFolderError` where the damage is beyond repair.
 */
export async function repairDatabase(dataDir: string, logger: DatabaseLogger): Promise<readonly string[]> {
  const folder = join(dataDir, 'database');
  const lock = await lockFolder(folder, { logger, onLost: () => {} });
  let repair: Awaited<ReturnType<typeof repairFolder>>;
  try {
    repair = await repairFolder(folder, new Date().toISOString().replaceAll(/[:.]/g, '-'));
  } finally {
    await lock.release();
  }
  const done =
    repair === null
      ? ['Nothing to mend was found in the files of the database.']
      : [`The database as it was is kept in ${repair.copyPath}; delete it when all is well.`, ...repair.done];
  return [...done, ...(await proveTables(dataDir, logger))];
}

async function proveTables(dataDir: string, logger: DatabaseLogger): Promise<string[]> {
  const database = await openDatabase({ dataDir, logger, queryTimeoutMs: 0 });
  try {
    const { rows } = await database.pool.query<Table>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const faults: string[] = [];
    for (const { name } of rows) {
      try {
        await database.pool.query(`reindex table ${name}`);
        await database.pool.query(`select count(whole::text) from ${name} whole`);
      } catch (error) {
        faults.push(`The table ${name} is damaged: ${errorMessage(error)}`);
      }
    }
    if (faults.length > 0) {
      throw new DatabaseFolderError(`${faults.join('\n')}\nRestore ${dataDir}/database from your backup of DATA_DIR.`);
    }
    return [`The database opens; its ${rows.length} tables were read and their indexes made anew.`];
  } finally {
    await database.close();
  }
}
