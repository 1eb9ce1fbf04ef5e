import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorMessage } from '../../error-message.ts';
import { readControl } from './control-file.ts';
import { findObstacle, quoted, tellClosed, tellReadOnly } from './folder-rights.ts';
import { hasCheckpointAt } from './write-ahead-log.ts';

/** A sentence for the operator that names the folder, the cause and the way out. */
export class DatabaseFolderError extends Error {}

/** The engine itself gave up, though nothing can be seen to be wrong with its files, its disk or their rights. */
export class EngineStartError extends DatabaseFolderError {}

/** What of the folder the repair can make again, without the tables. */
export type Damage =
  | { readonly kind: 'control' | 'log' | 'settings' | 'format'; readonly found: string }
  /** Nothing here can make it again. */
  | { readonly kind: 'lost'; readonly found: string };

/** Files and folders that are the same in every new database, and may be put back from one. */
export const SETTINGS_FILES = ['postgresql.conf', 'postgresql.auto.conf', 'pg_hba.conf', 'pg_ident.conf'] as const;
export const WORKING_FOLDERS = [
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_tblspc',
  'pg_twophase',
  'pg_logical',
  'pg_logical/mappings',
  'pg_logical/snapshots',
  'pg_wal/archive_status',
  'pg_wal/summaries',
] as const;
/** Without these there is no knowing what a database held. */
const IRREPLACEABLE = [
  'base',
  'global',
  'global/pg_filenode.map',
  'pg_xact',
  'pg_multixact/offsets',
  'pg_multixact/members',
] as const;

/** Less room than this is too little to open a database: a file of the log, and some. */
const MIN_FREE_BYTES = 24 * 1024 * 1024;

/** What is wrong with the engine's files, the worst first; null when nothing can be seen. Changes nothing. */
export function inspectFolder(folder: string): Damage | null {
  const engineFolder = join(folder, 'pgdata');
  const damage = inspectStart(folder);
  if (damage !== null) return damage;
  const missing = [...SETTINGS_FILES, ...WORKING_FOLDERS].filter((name) => !existsSync(join(engineFolder, name)));
  return missing.length === 0 ? null : { kind: 'settings', found: `pgdata lacks ${missing.join(', ')}` };
}

/** The part of it without which no engine starts, and which is looked at before one is let at the files. */
function inspectStart(folder: string): Damage | null {
  const engineFolder = join(folder, 'pgdata');
  if (!isFolder(engineFolder)) return { kind: 'lost', found: 'pgdata is not a folder' };
  const missing = IRREPLACEABLE.filter((name) => !existsSync(join(engineFolder, name)));
  if (missing.length > 0) return { kind: 'lost', found: `pgdata lacks ${missing.join(', ')}` };
  return inspectTables(engineFolder) ?? inspectVersion(folder, engineFolder) ?? inspectLog(engineFolder);
}

function inspectTables(engineFolder: string): Damage | null {
  const tables = tableFolders(engineFolder);
  if (tables.length === 0) return { kind: 'lost', found: 'pgdata/base holds no tables' };
  const maps = tables.map((name) => `${name}/pg_filenode.map`);
  const missing = maps.filter((name) => !existsSync(join(engineFolder, name)));
  if (missing.length > 0) return { kind: 'lost', found: `pgdata lacks ${missing.join(', ')}` };
  if (readdirSync(join(engineFolder, 'pg_xact')).length > 0) return null;
  return { kind: 'lost', found: 'pgdata/pg_xact, which knows what was committed, is empty' };
}

/** The same one line, in the engine's folder and in that of each database. */
export function versionFiles(engineFolder: string): string[] {
  return ['PG_VERSION', ...tableFolders(engineFolder).map((name) => `${name}/PG_VERSION`)];
}

/** One for each database, within the engine's folder. */
function tableFolders(engineFolder: string): string[] {
  const names = readdirSync(join(engineFolder, 'base')).filter((name) => /^\d+$/.test(name));
  return names.map((name) => `base/${name}`);
}

export function holdsVersion(path: string): boolean {
  return /^\d+$/.test(readOrEmpty(path).trim());
}

function inspectVersion(folder: string, engineFolder: string): Damage | null {
  const damaged = versionFiles(engineFolder).filter((name) => !holdsVersion(join(engineFolder, name)));
  if (damaged.length > 0) {
    return { kind: 'format', found: damaged.map((name) => `pgdata/${name} is missing, empty or damaged`).join(', ') };
  }
  if (readStamp(folder) !== null) return null;
  // Only a folder of this engine may be given its stamp.
  const kind = readControl(engineFolder) === null ? 'lost' : 'format';
  return { kind, found: 'format.json is missing, empty or damaged' };
}

/** Null where it is no JSON object. */
export function readStamp(folder: string): Readonly<Record<string, unknown>> | null {
  try {
    const stamp: unknown = JSON.parse(readOrEmpty(join(folder, 'format.json')));
    return typeof stamp === 'object' && !Array.isArray(stamp) ? (stamp as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function inspectLog(engineFolder: string): Damage | null {
  const control = readControl(engineFolder);
  if (control === null) return { kind: 'control', found: 'pgdata/global/pg_control is missing, cut off or damaged' };
  if (!isFolder(join(engineFolder, 'pg_wal'))) return { kind: 'log', found: 'pgdata/pg_wal is missing or no folder' };
  if (hasCheckpointAt(engineFolder, control.checkpointLsn)) return null;
  return { kind: 'log', found: 'the write-ahead log (pgdata/pg_wal) is damaged where recovery begins' };
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Refuses a folder that no engine can start in, before one has touched it. */
export function requireStartable(folder: string): void {
  const damage = inspectStart(folder);
  if (damage !== null) throw refusal(folder, `${damage.found}. ${UNTOUCHED}${wayOut(folder, damage)}`);
}

/** Refuses a folder that this process may not use, or that is none. */
export function requireUsable(folder: string): void {
  const obstacle = findObstacle(folder);
  if (obstacle !== null) throw refusal(folder, withUntouched(obstacle));
}

/**
 * Turns whatever kept the database from opening into a sentence that helps. `folder` is `DATA_DIR/database`; `hasStarted`: the
 * engine has been at its files.
 */
export function explainFailure(folder: string, error: unknown, { hasStarted = false } = {}): DatabaseFolderError {
  if (error instanceof DatabaseFolderError) return error;
  const cause = findCause(folder, error);
  if (cause !== null) return refusal(folder, hasStarted ? cause : withUntouched(cause), error);
  const told = errorMessage(error);
  if (!hasStarted)
    return refusal(folder, withUntouched(`${told}. When that does not help: ${restoring(folder)}`), error);
  return new EngineStartError(
    `${cannotBeOpened(folder)}the engine gave up (${told}), though its files look whole from outside. ` +
      `${wayOut(folder, { kind: 'settings', found: '' })} Otherwise: ${restoring(folder)}`,
    { cause: error },
  );
}

const UNTOUCHED = 'Nothing was changed. ';

/** After the first sentence, which is the cause. */
function withUntouched(cause: string): string {
  return cause.replace(/\. (?=[A-Z])/, `. ${UNTOUCHED}`);
}

function refusal(folder: string, cause: string, error?: unknown): DatabaseFolderError {
  return new DatabaseFolderError(`${cannotBeOpened(folder)}${cause}`, { cause: error });
}

function cannotBeOpened(folder: string): string {
  return `The database in ${folder} cannot be opened: `;
}

/** Null where nothing outside the engine can be seen to be wrong. */
function findCause(folder: string, error: unknown): string | null {
  try {
    const obstacle = findObstacle(folder);
    if (obstacle !== null) return obstacle;
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return tellClosed(folder, path ?? folder);
    if (code === 'EROFS') return tellReadOnly();
    if (code === 'ENOSPC' || code === 'EDQUOT' || isFull(folder)) {
      return 'its disk is full. Nothing of it is lost. Make room (some 100 MB; DATA_DIR/cache may be deleted) and start again.';
    }
    const damage = inspectFolder(folder);
    if (damage !== null) return `${damage.found}. ${wayOut(folder, damage)}`;
  } catch (fault) {
    return `${errorMessage(fault)}. ${restoring(folder)}`;
  }
  return null;
}

function wayOut(folder: string, damage: Damage): string {
  if (damage.kind === 'lost') return restoring(folder);
  return (
    `To mend it, with the server stopped: npx visavis database repair --data-dir ${quoted(dirname(folder))} ` +
    '(it copies the folder aside first, and says what it could keep). With a newer backup, restore that instead.'
  );
}

function restoring(folder: string): string {
  return `Restore ${folder} from your backup of DATA_DIR, or, to begin with an empty database, move it aside: mv ${quoted(folder)} ${quoted(`${folder}.damaged`)}`;
}

function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < MIN_FREE_BYTES;
}
