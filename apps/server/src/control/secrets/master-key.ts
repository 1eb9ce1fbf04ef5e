import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { quoted } from '../../db/embedded/folder-rights.ts';
import { errorMessage } from '../../error-message.ts';
import { StartError } from '../../start-error.ts';

/** 32 bytes that encrypt what the database must be able to show again. Never stored in the database. */
type MasterKey = { readonly keyId: string; readonly bytes: Buffer };

/** The first encrypts; all of them decrypt, so a key can be replaced while old rows remain. */
export type MasterKeys = readonly [MasterKey, ...MasterKey[]];

const KEY_BYTES = 32;

function toMasterKey(bytes: Buffer): MasterKey {
  const keyId = createHash('sha256').update('visavis master key id').update(bytes).digest('hex').slice(0, 8);
  return { keyId, bytes };
}

function parseKey(text: string, origin: string): MasterKey {
  const trimmed = text.trim();
  const bytes = /^[0-9a-fA-F]{64}$/.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (bytes.length !== KEY_BYTES) {
    throw new Error(`${origin} must be ${KEY_BYTES} bytes, as 64 hexadecimal digits or base64 (openssl rand -hex 32)`);
  }
  return toMasterKey(bytes);
}

function parseKeys(text: string, origin: string): MasterKeys {
  const [first, ...others] = text.split(',').filter((part) => part.trim() !== '');
  if (first === undefined) throw new Error(`${origin} is empty`);
  return [parseKey(first, origin), ...others.map((other) => parseKey(other, origin))];
}

/** Written aside and linked into place: of two processes that start at once, one key wins and both use it. */
function generateKeyFile(path: string): void {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    const descriptor = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(descriptor, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
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

const WAIT_MS = 20;
const MAX_WAITS = 50;

/** A copy that another process is making is empty for a moment. */
function readKeyFile(path: string): string {
  for (let waits = 0; ; waits += 1) {
    const text = readFileSync(path, 'utf8');
    if (text !== '' || waits === MAX_WAITS) return text;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
  }
}

/**
 * `masterKey` (from MASTER_KEY; several separated by commas, the newest first) or the file `master.key` in the data
 * folder, made at the first start. It lies outside `database/`, so that a copy of the database alone opens no secret.
 */
export function loadMasterKeys({
  masterKey,
  dataDir,
}: {
  masterKey?: string | undefined;
  dataDir: string;
}): MasterKeys {
  if (masterKey) return parseKeys(masterKey, 'MASTER_KEY');
  const path = join(dataDir, 'master.key');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (!existsSync(path)) generateKeyFile(path);
  const text = readKeyFile(path);
  try {
    return parseKeys(text, path);
  } catch (error) {
    throw new StartError(
      `The master key cannot be read: ${errorMessage(error)}. Put the file back from your backup. Without one, move it away (mv ` +
        `${quoted(path)} ${quoted(`${path}.damaged`)}): a new key is made, and calls go on working, but keys and webhook secrets ` +
        'made so far cannot be shown again, and everybody logs in once more.',
      { cause: error },
    );
  }
}
