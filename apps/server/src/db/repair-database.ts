import { join } from 'node:path';
import { errorMessage } from '../error-message.ts';
import { openDatabase } from './database.ts';
import { DatabaseFolderError, EngineStartError, requireUsable } from './embedded/folder-damage.ts';
import { lockFolder, requireFree } from './embedded/folder-lock.ts';
import { type Repair, repairFolder, resetSettings } from './embedded/repair-folder.ts';
import type { DatabaseLogger } from './logger.ts';

/** The engine runs, and tables are not whole. */
class DamagedTablesError extends DatabaseFolderError {}

type Table = { readonly name: string };

/**
 * Mends the embedded database in `dataDir` as far as that can be done, after copying it aside, and proves it: every table is
 * read and its indexes are made anew. Gives what was done, a sentence each. Refuses while a server uses the folder, and
 * with a `DatabaseFolderError` where the damage is beyond repair.
 */
export async function repairDatabase(dataDir: string, logger: DatabaseLogger): Promise<readonly string[]> {
  const folder = join(dataDir, 'database');
  await requireFree(folder);
  requireUsable(folder);
  const repair = await locked(folder, logger, (stamp) => repairFolder(folder, stamp));
  const done = repair === null ? ['Nothing to mend was found in the files of the database.'] : tell(repair);
  try {
    return [...done, ...(await proveTables(dataDir, logger))];
  } catch (error) {
    if (!(error instanceof EngineStartError)) throw error;
    const reset = await locked(folder, logger, (stamp) => resetSettings(folder, stamp));
    return [...done, ...tell(reset), ...(await proveTables(dataDir, logger))];
  }
}

function tell({ copyPath, done }: Repair): readonly string[] {
  return [`The database as it was is kept in ${copyPath}; delete it when all is well.`, ...done];
}

async function locked<Result>(
  folder: string,
  logger: DatabaseLogger,
  work: (stamp: string) => Promise<Result>,
): Promise<Result> {
  const lock = await lockFolder(folder, { logger, onLost: () => {} });
  try {
    return await work(new Date().toISOString().replaceAll(/[:.]/g, '-'));
  } finally {
    await lock.release();
  }
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
      throw new DamagedTablesError(`${faults.join('\n')}\nRestore ${dataDir}/database from your backup of DATA_DIR.`);
    }
    return [`The database opens; its ${rows.length} tables were read and their indexes made anew.`];
  } finally {
    await database.close();
  }
}
