import { createHash, randomInt } from 'node:crypto';

const KEY_PREFIX = 'sk_navtalk_';
/** Keys of talk links. No other key begins so: random characters are letters and digits. */
export const LINK_KEY_PREFIX = `${KEY_PREFIX}link_`;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_CHARACTERS = 32;
const SHOWN_CHARACTERS = 4;

/** `sk_navtalk_` and 32 random letters and digits: 190 bits, so a plain SHA-256 is enough to store. */
export function newLicenceKey(prefix = KEY_PREFIX): string {
  return prefix + Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** 32 bytes, for look-up. */
export function hashLicenceKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

/** The part that lists may show. */
export function licenceKeyPrefix(key: string): string {
  const prefix = [LINK_KEY_PREFIX, KEY_PREFIX].find((start) => key.startsWith(start)) ?? '';
  const shown = prefix.length + SHOWN_CHARACTERS;
  return key.slice(0, Math.min(shown, Math.floor(key.length / 2)));
}
