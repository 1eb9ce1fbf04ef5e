import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';

const WAIT_MS = 20;
const MAX_WAITS = 50;

/** What a small file says that is made once, by whoever is first, and is there from then on, whole. For its own user alone. */
export function onceMadeFile(path: string, make: () => string): string {
  if (!existsSync(path)) makeFile(path, make());
  // A copy that another process is making is empty for a moment.
  for (let waits = 0; ; waits += 1) {
    const text = readFileSync(path, 'utf8');
    if (text !== '' || waits === MAX_WAITS) return text;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
  }
}

/** Written aside and linked into place: of two processes that start at once, one file wins and both use it. */
function makeFile(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    const descriptor = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    putInPlace(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Whoever was first stays. Disks that know no links, as of cards and some networks, get a copy. */
function putInPlace(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    copyInPlace(temporary, path);
  }
}

function copyInPlace(temporary: string, path: string): void {
  try {
    copyFileSync(temporary, path, constants.COPYFILE_EXCL);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
