import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../../error-message.ts';
import { buildControl, controlPath, IN_CHECKPOINT, readControl } from './control-file.ts';
import {
  type Damage,
  DatabaseFolderError,
  holdsVersion,
  inspectFolder,
  isFolder,
  SETTINGS_FILES,
  versionFiles,
  WORKING_FOLDERS,
} from './folder-damage.ts';
import { writeFormat } from './folder-format.ts';
import { flushPath } from './fsync-file-system.ts';
import { initialiseDatabase } from './thread-handle.ts';
import { findLastCheckpoint, freshSegment, logSegments, SEGMENT_BYTES, segmentName } from './write-ahead-log.ts';

export type Repair = {
  /** The folder as it was. */
  readonly copyPath: string;
  /** What was done, and what it cost, a sentence each. */
  readonly done: readonly string[];
};

const PAGE_BYTES = 8192;
/** Transactions whose outcome one page of `pg_xact` holds, and pages of one of its files. */
const TRANSACTIONS_PER_PAGE = 32_768n;
const PAGES_PER_FILE = 32n;
const MAX_STEPS = 6;

/**
 * Makes again what can be made again of a damaged folder: the control file from the log, the log from the control file, and
 * files that are the same in every database. The folder is copied aside first. Nobody else may use it meanwhile. Null
 * when there is nothing to mend; throws a `DatabaseFolderError` when the damage is beyond this.
 */
export async function repairFolder(folder: string, stamp: string): Promise<Repair | null> {
  const first = inspectFolder(folder);
  if (first === null) return null;
  refuseLost(folder, first);
  return besideCopy(folder, stamp, (engineFolder, template) => {
    const done: string[] = [];
    let damage: Damage | null = first;
    for (let count = 0; damage !== null && count < MAX_STEPS; count += 1) {
      refuseLost(folder, damage);
      done.push(mend(folder, engineFolder, template, damage));
      damage = inspectFolder(folder);
    }
    return done;
  });
}

/** Puts the settings back as in a new database: for an engine that gives up though no file of it is damaged. */
export function resetSettings(folder: string, stamp: string): Promise<Repair> {
  return besideCopy(folder, stamp, (engineFolder, template) => {
    for (const name of SETTINGS_FILES) copyFileSync(join(template, name), join(engineFolder, name));
    return ['The settings (postgresql.conf and its like) were put back as in a new database. No data is lost.'];
  });
}

async function besideCopy(
  folder: string,
  stamp: string,
  work: (engineFolder: string, template: string) => readonly string[],
): Promise<Repair> {
  const engineFolder = join(folder, 'pgdata');
  const copyPath = join(folder, `pgdata.damaged-${stamp}`);
  const template = join(folder, 'pgdata.template');
  try {
    cpSync(engineFolder, copyPath, { recursive: true, errorOnExist: true, force: false, preserveTimestamps: true });
    rmSync(template, { recursive: true, force: true });
    mkdirSync(template, { mode: 0o700 });
    await initialiseDatabase(template);
  } catch (error) {
    rmSync(copyPath, { recursive: true, force: true });
    rmSync(template, { recursive: true, force: true });
    throw new DatabaseFolderError(
      `The database in ${folder} could not be copied aside, so nothing of it was changed: ${errorMessage(error)}. The copy ` +
        'and the work need room for twice its size on the same disk.',
      { cause: error },
    );
  }
  try {
    return { copyPath, done: work(engineFolder, template) };
  } finally {
    rmSync(template, { recursive: true, force: true });
  }
}

function refuseLost(folder: string, { kind, found }: Damage): void {
  if (kind !== 'lost') return;
  throw new DatabaseFolderError(
    `The database in ${folder} cannot be mended: ${found}. Restore it from your backup of DATA_DIR, or move it aside to begin with an empty one.`,
  );
}

function mend(folder: string, engineFolder: string, template: string, { kind, found }: Damage): string {
  if (kind === 'control') return mendControl(folder, engineFolder, template);
  if (kind === 'log') return mendLog(engineFolder);
  if (kind === 'format') {
    for (const name of versionFiles(engineFolder)) {
      const path = join(engineFolder, name);
      if (!holdsVersion(path)) copyFileSync(join(template, 'PG_VERSION'), path);
    }
    writeFormat(folder);
    return `${found}: written again. Nothing is lost.`;
  }
  for (const name of SETTINGS_FILES) {
    if (!existsSync(join(engineFolder, name))) copyFileSync(join(template, name), join(engineFolder, name));
  }
  for (const name of WORKING_FOLDERS) mkdirSync(join(engineFolder, name), { recursive: true, mode: 0o700 });
  return `${found}: put back as in a new database. Nothing is lost.`;
}

/** The log itself knows its latest checkpoint; recovery from there brings back all that was acknowledged. */
function mendControl(folder: string, engineFolder: string, template: string): string {
  const found = isFolder(join(engineFolder, 'pg_wal')) ? findLastCheckpoint(engineFolder) : null;
  if (found === null) {
    refuseLost(folder, { kind: 'lost', found: 'the control file and the write-ahead log are both damaged' });
    throw new Error('unreachable');
  }
  const { lsn, ...checkpoint } = found;
  const bytes = buildControl({
    template: readFileSync(controlPath(template)),
    checkpointLsn: lsn,
    ...checkpoint,
    isShutDown: false,
  });
  write(controlPath(engineFolder), bytes);
  return 'The control file was made again from the latest checkpoint of the write-ahead log. Nothing is lost.';
}

/** A new, empty log after the latest checkpoint: what was written after it, and was only in the log, is lost. */
function mendLog(engineFolder: string): string {
  const control = readControl(engineFolder);
  if (control === null) throw new Error('The control file is damaged.');
  const logFolder = join(engineFolder, 'pg_wal');
  if (!isFolder(logFolder)) rmSync(logFolder, { force: true });
  mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const size = BigInt(SEGMENT_BYTES);
  const numbers = logSegments(engineFolder).map(({ number }) => number);
  const last = numbers.reduce((most, number) => (number > most ? number : most), control.checkpointLsn / size);
  const checkpoint = Buffer.from(control.checkpoint);
  if (!control.isShutDown) skipUsedTransactions(engineFolder, checkpoint);
  const { systemIdentifier, isShutDown } = control;
  const fresh = freshSegment({ systemIdentifier, number: last + 1n, checkpoint });
  const name = segmentName(checkpoint.readUInt32LE(IN_CHECKPOINT.timeline), last + 1n);
  for (const entry of readdirSync(logFolder)) rmSync(join(logFolder, entry), { recursive: true });
  for (const child of ['archive_status', 'summaries']) mkdirSync(join(logFolder, child), { mode: 0o700 });
  write(join(logFolder, name), fresh.bytes);
  const bytes = buildControl({
    template: control.bytes,
    systemIdentifier,
    checkpointLsn: fresh.lsn,
    checkpoint: fresh.checkpoint,
    isShutDown: true,
  });
  write(controlPath(engineFolder), bytes);
  if (isShutDown) return 'The write-ahead log was begun anew. The server had closed cleanly, so nothing is lost.';
  return 'The write-ahead log was begun anew after its latest checkpoint. What was written in the last minutes before the damage (five at most, in the usual case) may be missing.';
}

/**
 * Transactions after the checkpoint may have left rows in tables. Their numbers are not given again, so that none of these
 * rows comes to life; they count as never committed.
 */
function skipUsedTransactions(engineFolder: string, checkpoint: Buffer): void {
  const folder = join(engineFolder, 'pg_xact');
  const last = readdirSync(folder)
    .filter((name) => /^[0-9A-F]{4,}$/.test(name))
    .toSorted()
    .at(-1);
  if (last === undefined) return;
  const pages =
    BigInt(`0x${last}`) * PAGES_PER_FILE + BigInt(Math.floor(statSync(join(folder, last)).size / PAGE_BYTES));
  const lastKnown = pages * TRANSACTIONS_PER_PAGE - 1n;
  const next = checkpoint.readBigUInt64LE(IN_CHECKPOINT.nextTransaction);
  const epoch = (next >> 32n) << 32n;
  if (epoch + lastKnown > next) checkpoint.writeBigUInt64LE(epoch + lastKnown, IN_CHECKPOINT.nextTransaction);
}

function write(path: string, bytes: Buffer): void {
  if (isFolder(path)) rmSync(path, { recursive: true });
  writeFileSync(path, bytes, { mode: 0o600 });
  flushPath(path);
}
