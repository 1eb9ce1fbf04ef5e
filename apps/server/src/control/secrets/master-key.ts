import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { quoted } from '../../db/embedded/folder-rights.ts';
import { errorMessage } from '../../error-message.ts';
import { onceMadeFile } from '../../once-made-file.ts';
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
  const text = onceMadeFile(path, () => `${randomBytes(KEY_BYTES).toString('hex')}\n`);
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
