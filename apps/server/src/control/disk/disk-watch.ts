import { statfs as readFileSystem } from 'node:fs/promises';
import { oneAtATime } from '../../one-at-a-time.ts';
import { type ControlError, refusal } from '../control-error.ts';
import type { OnBound } from '../fairness/bounds.ts';
import type { ControlLogger } from '../logger.ts';

export type DiskWatch = {
  /** With less it is low. */
  readonly minFreeBytes: number;
  /** Less is free than must be. Calls and logins go on; what fills the disk is refused. */
  isLow(): boolean;
  /** Throws `disk-full` while it is low. */
  requireRoom(): void;
  /** Told each time that it becomes low; returns how to listen no longer. */
  onLow(listener: () => void): () => void;
  /** Looks now; the timer calls it. */
  look(): Promise<void>;
  close(): void;
};

type Statfs = (folder: string) => Promise<{ readonly bavail: number; readonly bsize: number }>;

export type DiskWatchOptions = {
  readonly folder: string;
  /** 0 watches nothing. */
  readonly minFreeBytes: number;
  readonly logger: ControlLogger;
  readonly onBound?: OnBound;
  readonly intervalMs?: number;
  /** Default: the system's. */
  readonly statfs?: Statfs;
};

const INTERVAL_MS = 2_000;
/** So much more must be free before it counts as enough again: a disk at the edge does not flicker. */
const RECOVERY = 1.1;

/** Watches the free space under a folder. It is looked at before this resolves. */
export async function openDiskWatch(options: DiskWatchOptions): Promise<DiskWatch> {
  const { folder, minFreeBytes, logger, onBound, statfs = readFileSystem } = options;
  const listeners = new Set<() => void>();
  let isLow = false;
  let wasRead = true;

  const look = async (): Promise<void> => {
    if (minFreeBytes === 0) return;
    try {
      const { bavail, bsize } = await statfs(folder);
      judge(bavail * bsize);
      wasRead = true;
    } catch (error) {
      // Said once: what is known stays true until the disk can be read again.
      if (wasRead) logger.warn({ folder, error: String(error) }, 'The free space of the disk cannot be read');
      wasRead = false;
    }
  };

  const judge = (freeBytes: number): void => {
    const fields = { folder, freeMb: Math.round(freeBytes / 1e6), neededMb: Math.round(minFreeBytes / 1e6) };
    if (!isLow && freeBytes < minFreeBytes) {
      isLow = true;
      logger.error(fields, 'The disk is nearly full: uploads, makings and recordings are refused, calls go on');
      onBound?.('disk', fields);
      for (const listener of [...listeners]) listener();
    } else if (isLow && freeBytes >= minFreeBytes * RECOVERY) {
      isLow = false;
      logger.info(fields, 'The disk has room again: everything is taken');
    }
  };

  await look();
  // A disk that does not answer, as one over a network, is not asked again and again.
  const lookAgain = oneAtATime(look);
  const timer = setInterval(() => void lookAgain(), options.intervalMs ?? INTERVAL_MS);
  timer.unref();
  return {
    minFreeBytes,
    isLow: () => isLow,
    requireRoom() {
      if (isLow) throw diskFull();
    },
    onLow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    look,
    close() {
      clearInterval(timer);
    },
  };
}

/** For parts that are used without a server around them. */
export const ENDLESS_DISK: Pick<DiskWatch, 'minFreeBytes' | 'isLow' | 'requireRoom' | 'onLow'> = {
  minFreeBytes: 0,
  isLow: () => false,
  requireRoom() {},
  onLow: () => () => {},
};

export function diskFull(): ControlError {
  return refusal('disk-full', 'disk-full', { retryAfterSeconds: 60 });
}

/** Whether the system, or PostgreSQL (SQLSTATE 53100), says that there was no room to write. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? cause.code : undefined;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === '53100') return true;
    // An engine that ends over it has no code to say so.
    if (cause.message.includes('No space left on device')) return true;
  }
  return false;
}
