import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { MasterKeys } from '../secrets/master-key.ts';

/** Keys of single talks: whoever was in a talk on a key that is everyone's can show that it was theirs. */
export type TalkKeys = {
  /** 43 letters, digits, `-` and `_`. */
  of(sessionId: string): string;
  opens(sessionId: string, talkKey: string): boolean;
};

/**
 * Nothing is stored: a talk's key is the session's HMAC-SHA-256 under a key derived from the master key. Keys for one purpose do
 * not open another.
 */
export function createTalkKeys(masterKeys: MasterKeys, purpose: 'talk' | 'reconnect' | 'rating' = 'talk'): TalkKeys {
  const info = `visavis ${purpose} keys`;
  const keys = masterKeys.map(({ bytes }) => Buffer.from(hkdfSync('sha256', bytes, '', info, 32)));
  const sign = (key: Buffer, sessionId: string) => createHmac('sha256', key).update(sessionId).digest();
  return {
    of: (sessionId) => sign(keys[0] as Buffer, sessionId).toString('base64url'),
    opens(sessionId, talkKey) {
      const given = Buffer.from(talkKey, 'base64url');
      return keys.some((key) => {
        const expected = sign(key, sessionId);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
    },
  };
}
