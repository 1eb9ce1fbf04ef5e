import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { MasterKeys } from './master-key.ts';

/** Links that open one thing to whoever holds them, until they expire. */
export type SignedLinks = {
  /** The query of a link to what has this id. */
  queryFor(id: string): string;
  /** Good for a day: messages are tried again for ten hours. */
  messageQueryFor(id: string): string;
  /** Good for ten minutes or more, and the same for some of them. */
  briefQueryFor(id: string): string;
  opens(id: string, expires: string, signature: string): boolean;
};

const LIFETIME_MS = 6 * 60 * 60_000;
const MESSAGE_LIFETIME_MS = 24 * 60 * 60_000;
const BRIEF_MS = 10 * 60_000;

/** Signed with a key derived from the master key; `purpose` tells the links of one kind from those of another. */
export function createSignedLinks(masterKeys: MasterKeys, purpose: string): SignedLinks {
  const keys = masterKeys.map(({ bytes }) => Buffer.from(hkdfSync('sha256', bytes, '', purpose, 32)));
  const until = (id: string, expiresMs: number): string => {
    const expires = String(expiresMs);
    return `expires=${expires}&signature=${sign(keys[0] as Buffer, id, expires).toString('base64url')}`;
  };
  return {
    queryFor: (id) => until(id, Date.now() + LIFETIME_MS),
    messageQueryFor: (id) => until(id, Date.now() + MESSAGE_LIFETIME_MS),
    briefQueryFor: (id) => until(id, (Math.floor(Date.now() / BRIEF_MS) + 2) * BRIEF_MS),
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
