import { accessSync, constants, existsSync, lstatSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { errorMessage } from '../../error-message.ts';
import { readControl } from './control-file.ts';
import { hasCheckpointAt } from './write-ahead-log.ts';

/** A sentence for the operator that names the folder, the cause and the way out. */
export class DatabaseFolderError extends Error {}

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
  if (!lstatSync(engineFolder).isDirectory()) return { kind: 'lost', found: 'pgdata is not a folder' };
  const missing = IRREPLACEABLE.filter((name) => !existsSync(join(engineFolder, name)));
  if (missing.length > 0) return { kind: 'lost', found: `pgdata lacks ${missing.join(', ')}` };
  const tables = readdirSync(join(engineFolder, 'base')).filter((name) => /^\d+$/.test(name));
  if (tables.length === 0) return { kind: 'lost', found: 'pgdata/base holds no tables' };
  return inspectVersion(folder, engineFolder) ?? inspectLog(engineFolder) ?? inspectSettings(engineFolder);
}

function inspectVersion(folder: string, engineFolder: string): Damage | null {
  if (readOrEmpty(join(engineFolder, 'PG_VERSION')).trim() === '') {
    return { kind: 'format', found: 'pgdata/PG_VERSION is missing or empty' };
  }
  // Only a folder of this engine may be given its stamp.
  const kind = readControl(engineFolder) === null ? 'lost' : 'format';
  try {
    JSON.parse(readOrEmpty(join(folder, 'format.json')));
    return null;
  } catch {
    return { kind, found: 'format.json is missing, empty or damaged' };
  }
}

function inspectLog(engineFolder: string): Damage | null {
  const control = readControl(engineFolder);
  if (control === null) return { kind: 'control', found: 'pgdata/global/pg_control is missing, cut off or damaged' };
  if (!existsSync(join(engineFolder, 'pg_wal'))) return { kind: 'log', found: 'pgdata/pg_wal is missing' };
  if (hasCheckpointAt(engineFolder, control.checkpointLsn)) return null;
  return { kind: 'log', found: 'the write-ahead log (pgdata/pg_wal) is damaged where recovery begins' };
}

function inspectSettings(engineFolder: string): Damage | null {
  const missing = [...SETTINGS_FILES, ...WORKING_FOLDERS].filter((name) => !existsSync(join(engineFolder, name)));
  return missing.length === 0 ? null : { kind: 'settings', found: `pgdata lacks ${missing.join(', ')}` };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Turns whatever kept the database from opening into a sentence that helps. `folder` is `DATA_DIR/database`. */
export function explainFailure(folder: string, error: unknown): DatabaseFolderError {
  if (error instanceof DatabaseFolderError) return error;
  const cause = findCause(folder, error);
  return new DatabaseFolderError(`The database in ${folder} cannot be opened: ${cause}`, { cause: error });
}

function findCause(folder: string, error: unknown): string {
  const { code, path } = error as NodeJS.ErrnoException;
  const closed = code === 'EACCES' || code === 'EPERM' ? (path ?? folder) : findClosed(folder);
  if (closed !== null) {
    return `${closed} may not be read and written by the user of this server (${userInfo().username}). Nothing was changed. Give it to that user (chown -R ${userInfo().username} ${folder}; chmod -R u+rwX ${folder}) and start again.`;
  }
  if (code === 'EROFS')
    return 'its disk can only be read. Nothing was changed. Make it writable, or choose another DATA_DIR.';
  if (code === 'ENOSPC' || code === 'EDQUOT' || isFull(folder)) {
    return 'its disk is full. Nothing of it is lost. Make room (some 100 MB; DATA_DIR/cache may be deleted) and start again.';
  }
  try {
    const damage = inspectFolder(folder);
    if (damage !== null) return `${damage.found}. Nothing was changed. ${wayOut(folder, damage)}`;
  } catch (fault) {
    return `${errorMessage(fault)}. Nothing was changed. ${restoring(folder)}`;
  }
  return `the engine gave up (${errorMessage(error)}), though its files look whole from outside. ${restoring(folder)}`;
}

function wayOut(folder: string, damage: Damage): string {
  if (damage.kind === 'lost') return restoring(folder);
  return (
    `To mend it, with the server stopped: npm run visavis -- database repair --data-dir ${dirname(folder)} ` +
    '(it copies the folder aside first, and says what it could keep). With a newer backup, restore that instead.'
  );
}

function restoring(folder: string): string {
  return `Restore ${folder} from your backup of DATA_DIR, or, to begin with an empty database, move it aside: mv ${folder} ${folder}.damaged`;
}

/** A file or folder that this process may not use, near the top, where rights go wrong. */
function findClosed(folder: string): string | null {
  const engineFolder = join(folder, 'pgdata');
  const paths = [
    folder,
    engineFolder,
    ...['PG_VERSION', 'global', 'global/pg_control', 'base', 'pg_wal', 'pg_xact'].map((name) =>
      join(engineFolder, name),
    ),
  ];
  for (const path of paths.filter((each) => existsSync(each))) {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
    } catch {
      return path;
    }
  }
  return null;
}

function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < MIN_FREE_BYTES;
}
