import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { MasterKeys } from './master-key.ts';

type SealedSecret = {
  /** Initialisation vector (12 bytes), authentication tag (16 bytes), ciphertext. */
  readonly bytes: Buffer;
  /** The master key it was sealed with. */
  readonly keyId: string;
};

/** Encrypts secrets that must be shown or used again. A sealed secret opens only for the row it was sealed for. */
export type SecretBox = {
  seal(secret: string, rowId: string): SealedSecret;
  /** Throws when the bytes were changed, belong to another row, or their master key is not at hand. */
  open(sealed: SealedSecret, rowId: string): string;
};

const CIPHER = 'aes-256-gcm';
const VECTOR_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM (NIST SP 800-38D); the key of each purpose is derived from the master key by HKDF (RFC 5869). */
export function createSecretBox(masterKeys: MasterKeys, purpose: string): SecretBox {
  const keyById = new Map(
    masterKeys.map(({ keyId, bytes }) => [keyId, Buffer.from(hkdfSync('sha256', bytes, '', `visavis ${purpose}`, 32))]),
  );
  const requireKey = (keyId: string): Buffer => {
    const key = keyById.get(keyId);
    if (!key) throw new Error(`master key ${keyId} is needed and not at hand: add it to MASTER_KEY`);
    return key;
  };
  return {
    seal(secret, rowId) {
      const { keyId } = masterKeys[0];
      const vector = randomBytes(VECTOR_BYTES);
      const cipher = createCipheriv(CIPHER, requireKey(keyId), vector);
      cipher.setAAD(Buffer.from(rowId));
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return { keyId, bytes: Buffer.concat([vector, cipher.getAuthTag(), ciphertext]) };
    },
    open({ bytes, keyId }, rowId) {
      const decipher = createDecipheriv(CIPHER, requireKey(keyId), bytes.subarray(0, VECTOR_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(rowId));
      decipher.setAuthTag(bytes.subarray(VECTOR_BYTES, VECTOR_BYTES + TAG_BYTES));
      const ciphertext = bytes.subarray(VECTOR_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    },
  };
}
