import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { OnBound } from '../fairness/bounds.ts';
import { FairPlaces, type Tenant } from '../fairness/fair-places.ts';

/** OWASP's recommendation for argon2id (RFC 9106), the library's default kind: 19 MiB, two passes, one lane. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

const NOBODY: Tenant = { key: 'this machine' };
/** Whose request it is: the auth library in between knows no such thing. */
const askedBy = new AsyncLocalStorage<Tenant>();
let told: OnBound = () => {};

/** Each hash takes a core for tens of milliseconds, and calls need the cores; addresses take turns. */
const places = new FairPlaces({
  what: 'password hashing',
  atOnce: 2,
  atOncePerTenant: 1,
  waiting: 100,
  waitingPerTenant: 20,
  waitLimitMs: 15_000,
  reasons: { own: 'logins-near', full: 'many-logins' },
  onBound: (what, detail) => told(what, detail),
});

/** Passwords that `work` hashes and verifies wait in the queue of this address. */
export function hashingFor<Result>(address: string, work: () => Result): Result {
  return askedBy.run({ key: address }, work);
}

/**
 * Passwords that `work` hashes and verifies come before all others: of those whose user has logged in from the same place
 * before. A crowd of strangers does not keep them out.
 */
export function beforeStrangers<Result>(work: () => Promise<Result>): Promise<Result> {
  const { key } = askedBy.getStore() ?? NOBODY;
  return askedBy.run({ key: `known ${key}`, isFirst: true }, work);
}

/** Who is told when the queue is full: there is one queue in a process. */
export function tellHashingBounds(onBound: OnBound): void {
  told = onBound;
}

export function hashPassword(password: string): Promise<string> {
  return places.run(askedBy.getStore() ?? NOBODY, () => hash(normalised(password), OPTIONS));
}

export function verifyPassword({ hash: stored, password }: { hash: string; password: string }): Promise<boolean> {
  return places.run(askedBy.getStore() ?? NOBODY, async () => {
    if (await verify(stored, normalised(password))) return true;
    // Stored as it was typed, by an earlier release.
    return password !== normalised(password) && verify(stored, password);
  });
}

/**
 * The same characters may be typed as one code point or several, and in wide or narrow forms: a password is what it looks
 * like, on every keyboard (NIST SP 800-63B, 5.1.1.2).
 */
function normalised(password: string): string {
  return password.normalize('NFKC');
}

/** Of no password that anybody has: what is compared when there is no account. */
let nobodysHash: Promise<string> | null = null;

/** Takes as long without an account (null) as with one. */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  nobodysHash ??= hash(randomBytes(32).toString('hex'), OPTIONS);
  const isRight = await verifyPassword({ hash: stored ?? (await nobodysHash), password });
  return stored !== null && isRight;
}
