import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BLOCK_BYTES = 4096;

export type SmallDisk = {
  readonly folder: string;
  /** Writes until no more than this is free. */
  fillTo(leftBytes: number): Promise<void>;
  /** Gives back what filled it. */
  empty(): Promise<void>;
  remove(): void;
};

/** A disk of so many MB in memory; null, with a warning, where this user may not have one. */
export function openSmallDisk(megabytes: number, title: string): SmallDisk | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'visavis-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    console.warn(`\n*** NOT TESTED: "${title}". A small disk cannot be mounted here (Linux, as root). ***\n`);
    return null;
  }
  const filler = path.join(folder, 'filler');
  return {
    folder,
    async fillTo(leftBytes) {
      // By another process, in one piece: what tests measure meanwhile is not slowed down by writing.
      for (let piece = (await freeBytes(folder)) - leftBytes; piece >= BLOCK_BYTES; ) {
        const { size } = await stat(filler).catch(() => ({ size: 0 }));
        const isDone = await run('fallocate', ['-o', `${size}`, '-l', `${piece}`, filler]).then(
          () => true,
          () => false,
        );
        piece = isDone ? (await freeBytes(folder)) - leftBytes : Math.floor(piece / 2);
      }
    },
    empty: () => rm(filler, { force: true }),
    remove() {
      // Processes of a server may need a moment to let go of it.
      execFileSync('umount', ['--lazy', folder]);
      rmdirSync(folder);
    },
  };
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
