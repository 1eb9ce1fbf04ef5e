import { copyDatabase } from './copy-database.ts';
import { type Database, openDatabase } from './database.ts';
import type { DatabaseLogger } from './logger.ts';

/**
 * Copies the data of a stopped server between the embedded database and PostgreSQL, and gives the rows of each table. Each side is a data
 * folder or a PostgreSQL URL; the target must be empty. See docs/data.md.
 */
export async function copyData(from: string, to: string, logger: DatabaseLogger): Promise<Record<string, number>> {
  const source = await open(from, logger);
  try {
    const target = await open(to, logger);
    try {
      return await copyDatabase(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

function open(place: string, logger: DatabaseLogger): Promise<Database> {
  return openDatabase(/^postgres(ql)?:/.test(place) ? { databaseUrl: place, logger } : { dataDir: place, logger });
}
