import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseLogger } from '../logger.ts';
import { EMBEDDED_POSTGRES_MAJOR } from './engine-version.ts';
import { DatabaseFolderError, holdsVersion, isFolder, readStamp, requireStartable } from './folder-damage.ts';
import { quoted } from './folder-rights.ts';
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

/** What this program itself leaves in a folder without a database, and what a disk or a system does. */
const OWN_OR_HARMLESS =
  /^(format\.json|lock\.json.*|pgdata\.(unfinished|template|damaged-.*)|lost\+found|\..*|desktop\.ini)$/i;

/** Refuses a folder of another engine. What is damaged in it is for others to say. */
function checkFormat(folder: string, engineFolder: string): void {
  if (!isFolder(engineFolder) || !holdsVersion(join(engineFolder, 'PG_VERSION'))) return;
  const major = readFileSync(join(engineFolder, 'PG_VERSION'), 'utf8').trim();
  if (major !== String(EXPECTED.postgresMajor)) refuse(folder, `PostgreSQL ${major}`);
  if (!existsSync(join(folder, 'format.json')))
    refuse(folder, 'something that left no format.json (a native PostgreSQL server, or a copy that missed files)');
  const stamp: Partial<FormatStamp> | null = readStamp(folder);
  if (stamp === null || stamp.engine === undefined || stamp.postgresMajor === undefined) return;
  if (stamp.engine !== EXPECTED.engine || stamp.postgresMajor !== EXPECTED.postgresMajor) {
    refuse(folder, `${stamp.engine} with PostgreSQL ${stamp.postgresMajor}`);
  }
}

/** A database that somebody expects here must not be answered with a new, empty one. */
function checkEmpty(folder: string): void {
  const names = readdirSync(folder);
  const strangers = names.filter((name) => !OWN_OR_HARMLESS.test(name));
  if (strangers.length > 0) {
    const shown = `${strangers.slice(0, 3).join(', ')}${strangers.length > 3 ? ', …' : ''}`;
    throw new DatabaseFolderError(
      `The folder ${folder} holds files of something else (${shown}), and no database of this server. Nothing was changed. ` +
        'Choose another DATA_DIR, or move them away; if they are a backup of this server, restore it as it was, with pgdata and format.json.',
    );
  }
  if (names.includes('format.json') && !names.includes('pgdata.unfinished')) {
    throw new DatabaseFolderError(
      `The database in ${folder} cannot be opened: its files (pgdata) are gone, only format.json is left. Nothing was changed. ` +
        `Restore them from your backup of DATA_DIR, or, to begin with an empty database: mv ${quoted(folder)} ${quoted(`${folder}.damaged`)}`,
    );
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
    requireStartable(folder);
    return engineFolder;
  }
  checkEmpty(folder);
  logger.info({ folder }, 'first start: making the embedded database (takes some seconds)');
  const startedAt = performance.now();
  const unfinished = join(folder, 'pgdata.unfinished');
  // Before the unfinished one: without either, a stamp tells of a database that is gone.
  rmSync(join(folder, 'format.json'), { force: true });
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  await initialiseDatabase(unfinished);
  writeFormat(folder);
  renameSync(unfinished, engineFolder);
  flushPath(folder);
  logger.info({ durationMs: Math.round(performance.now() - startedAt) }, 'the embedded database is made');
  return engineFolder;
}
