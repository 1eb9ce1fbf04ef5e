import { randomBytes } from 'node:crypto';

/** A public id: 32 hexadecimal digits, 128 random bits. */
export function newPublicId(): string {
  return randomBytes(16).toString('hex');
}

export function isPublicId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
