import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseLogger } from '../logger.ts';
import { DatabaseFolderError } from './folder-damage.ts';

/** What the lock file says about the process that uses the folder. */
type LockRecord = {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  /** Changes at each start of the machine; '' where unknown. */
  readonly bootId: string;
  /** Tells containers of one machine apart; '' where unknown. */
  readonly networkNamespace: string;
  /** Counts up while the owner lives. */
  readonly beat: number;
};

export type FolderLock = { release(): Promise<void> };

export type FolderLockOptions = {
  readonly logger: DatabaseLogger;
  /** Another process has taken the folder (this one was suspended for long): stop using it at once. */
  readonly onLost: () => void;
  readonly beatIntervalMs?: number;
  /** A foreign owner without a beat for this long is taken for dead. */
  readonly silenceMs?: number;
};

const LOCK_FILE = 'lock.json';

/** Another process uses the folder. */
export class FolderInUseError extends DatabaseFolderError {
  /** Like `process 4711 on box`. */
  readonly owner: string;
  readonly folder: string;

  constructor(folder: string, owner: string) {
    super(
      `The database folder ${folder} is in use by ${owner}. The embedded database serves a single process: stop the other ` +
        'one, give this one its own DATA_DIR, or set DATABASE_URL to a PostgreSQL server that both can use.',
    );
    this.owner = owner;
    this.folder = folder;
  }
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read().trim();
  } catch {
    return fallback;
  }
}

function describeProcess(): Omit<LockRecord, 'token' | 'beat'> {
  return {
    host: hostname(),
    pid: process.pid,
    bootId: readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    networkNamespace: readOr('', () => readlinkSync('/proc/self/ns/net')),
  };
}

function readRecord(path: string): LockRecord | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockRecord;
  } catch {
    return null;
  }
}

/** Replaces the file in one step, so that no reader sees half a record. */
function writeRecord(path: string, record: LockRecord): void {
  const temporary = `${path}.${record.token}`;
  writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
  renameSync(temporary, path);
}

/** What a killed owner left between writing and renaming. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(`${LOCK_FILE}.`)) rmSync(join(folder, name), { force: true });
}

function refusal(folder: string, owner: Pick<LockRecord, 'host' | 'pid'> | null): FolderInUseError {
  return new FolderInUseError(folder, owner ? `process ${owner.pid} on ${owner.host}` : 'another process');
}

function socketName(path: string): string {
  return `\0visavis-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
}

/**
 * Refuses a folder that another process of this network namespace uses. Takes and changes nothing; what cannot be looked at is
 * for others to say.
 */
export async function requireFree(folder: string): Promise<void> {
  const path = readOr('', () => join(realpathSync(folder), LOCK_FILE));
  if (process.platform !== 'linux' || path === '') return;
  const isTaken = await new Promise<boolean>((resolve) => {
    const socket = connect({ path: socketName(path) });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
  if (isTaken) throw refusal(folder, readRecord(path));
}

/**
 * An abstract Unix socket named after the folder. The kernel frees it the moment the process dies, however it dies.
 * It reaches as far as the network namespace; null where the system has no such sockets.
 */
async function holdSocket(path: string): Promise<Server | null | 'taken'> {
  if (process.platform !== 'linux') return null;
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('taken');
      else reject(error);
    });
    server.listen({ path: socketName(path) }, () => {
      server.unref();
      resolve(server);
    });
  });
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True only where no doubt is left; otherwise the beat decides. */
function isCertainlyGone(owner: LockRecord, me: ReturnType<typeof describeProcess>, heldSocket: boolean): boolean {
  if (heldSocket) return owner.bootId === me.bootId && owner.networkNamespace === me.networkNamespace;
  return owner.host === me.host && owner.pid !== me.pid && !processIsAlive(owner.pid);
}

/**
 * Takes the folder for this process alone, or refuses with a message for the operator. Two processes on one folder
 * would silently destroy each other's commits. Inside one network namespace a socket decides at once; between
 * containers and machines that share the folder, a lock file with a beat does.
 */
export async function lockFolder(folder: string, options: FolderLockOptions): Promise<FolderLock> {
  const { logger, onLost, beatIntervalMs = 2_000, silenceMs = 10_000 } = options;
  const path = join(realpathSync(folder), LOCK_FILE);
  const server = await holdSocket(path);
  if (server === 'taken') throw refusal(folder, readRecord(path));
  const me = describeProcess();
  const token = randomBytes(16).toString('hex');
  try {
    const owner = readRecord(path);
    if (owner && !isCertainlyGone(owner, me, server !== null)) {
      logger.warn({ owner, silenceMs }, 'the database folder has a lock of another machine or container; watching it');
      await sleep(silenceMs);
      const now = readRecord(path);
      if (now && (now.token !== owner.token || now.beat !== owner.beat)) throw refusal(folder, now);
    }
    removeLeftovers(folder);
    writeRecord(path, { ...me, token, beat: 0 });
    if (owner && owner.networkNamespace !== me.networkNamespace) {
      // Two may have waited for the same dead owner: the last to write wins, the other sees it here.
      await sleep(beatIntervalMs / 2);
      const now = readRecord(path);
      if (now?.token !== token) throw refusal(folder, now);
    }
  } catch (error) {
    server?.close();
    throw error;
  }

  let beat = 0;
  let isWritten = true;
  const timer = setInterval(() => {
    const now = readRecord(path);
    if (now && now.token !== token) {
      clearInterval(timer);
      onLost();
      return;
    }
    beat += 1;
    try {
      writeRecord(path, { ...me, token, beat });
      isWritten = true;
    } catch (error) {
      // Said once until it can be written again.
      if (isWritten) {
        logger.warn({ error }, 'the database lock file cannot be written; another machine may take the folder');
      }
      isWritten = false;
    }
  }, beatIntervalMs);
  timer.unref();

  let released = false;
  return {
    async release() {
      if (released) return;
      released = true;
      clearInterval(timer);
      if (readRecord(path)?.token === token) rmSync(path, { force: true });
      await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    },
  };
}
