import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseLogger } from '../logger.ts';
import { EMBEDDED_POSTGRES_MAJOR } from './engine-version.ts';
import { DatabaseFolderError } from './folder-damage.ts';
import { flushPath } from './fsync-file-system.ts';
import { initialiseDatabase } from './thread-handle.ts';

/**
 * The database folder: `pgdata/` (the engine's files), `format.json` (which engine wrote them), `lock.json` (who uses
 * them now).
 */
type FormatStamp = { readonly engine: 'pglite'; readonly postgresMajor: number };

const EXPECTED: FormatStamp = { engine: 'pglite', postgresMajor: EMBEDDED_POSTGRES_MAJOR };

function refuse(folder: string, found: string): never {
  throw new DatabaseFolderError(
    `The database folder ${folder} was written by ${found}, but this release embeds PostgreSQL ${EXPECTED.postgresMajor} ` +
      'and cannot read it. Nothing was changed. Start the release that wrote it, copy the data to a PostgreSQL server ' +
      '(docs/data.md), then either stay there with DATABASE_URL or copy it back into a new folder.',
  );
}

/** Refuses a folder of another engine, and one in which this cannot be read. */
function checkFormat(folder: string, engineFolder: string): void {
  const major = readFileSync(join(engineFolder, 'PG_VERSION'), 'utf8').trim();
  if (major === '') throw new Error('PG_VERSION is empty');
  if (major !== String(EXPECTED.postgresMajor)) refuse(folder, `PostgreSQL ${major}`);
  const stampPath = join(folder, 'format.json');
  if (!existsSync(stampPath))
    refuse(folder, 'something that left no format.json (a native PostgreSQL server, or a copy that missed files)');
  const stamp = JSON.parse(readFileSync(stampPath, 'utf8')) as Partial<FormatStamp>;
  if (stamp.engine !== EXPECTED.engine || stamp.postgresMajor !== EXPECTED.postgresMajor) {
    refuse(folder, `${stamp.engine} with PostgreSQL ${stamp.postgresMajor}`);
  }
}

/** Notes which engine writes the folder. */
export function writeFormat(folder: string): void {
  writeFileSync(join(folder, 'format.json'), `${JSON.stringify(EXPECTED)}\n`);
  flushPath(join(folder, 'format.json'));
}

/**
 * Returns the path of the engine's files, made new when there are none. A new database is made aside and renamed when it
 * is complete and on disk, so a start that is cut short leaves nothing that looks like a database.
 */
export async function prepareDatabaseFolder(folder: string, logger: DatabaseLogger): Promise<string> {
  const engineFolder = join(folder, 'pgdata');
  if (existsSync(engineFolder)) {
    checkFormat(folder, engineFolder);
    return engineFolder;
  }
  logger.info({ folder }, 'first start: making the embedded database (takes some seconds)');
  const startedAt = performance.now();
  const unfinished = join(folder, 'pgdata.unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  await initialiseDatabase(unfinished);
  writeFormat(folder);
  renameSync(unfinished, engineFolder);
  flushPath(folder);
  logger.info({ durationMs: Math.round(performance.now() - startedAt) }, 'the embedded database is made');
  return engineFolder;
}
