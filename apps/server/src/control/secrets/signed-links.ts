import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { MasterKeys } from './master-key.ts';

/** Links that open one thing to whoever holds them, until they expire. */
export type SignedLinks = {
  /** The query of a link to what has this id. */
  queryFor(id: string): string;
  opens(id: string, expires: string, signature: string): boolean;
};

const LIFETIME_MS = 6 * 60 * 60_000;

/** Signed with a key derived from the master key; `purpose` tells the links of one kind from those of another. */
export function createSignedLinks(masterKeys: MasterKeys, purpose: string): SignedLinks {
  const keys = masterKeys.map(({ bytes }) => Buffer.from(hkdfSync('sha256', bytes, '', purpose, 32)));
  return {
    queryFor(id) {
      const expires = String(Date.now() + LIFETIME_MS);
      return `expires=${expires}&signature=${sign(keys[0] as Buffer, id, expires).toString('base64url')}`;
    },
    opens(id, expires, signature) {
      const given = Buffer.from(signature, 'base64url');
      const isSigned = keys.some((key) => {
        const expected = sign(key, id, expires);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
      return isSigned && Number(expires) > Date.now();
    },
  };
}

function sign(key: Buffer, id: string, expires: string): Buffer {
  return createHmac('sha256', key).update(`${id}\n${expires}`).digest();
}
