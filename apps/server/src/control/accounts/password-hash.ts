import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { ControlError } from '../control-error.ts';

/** OWASP's recommendation for argon2id (RFC 9106), the library's default kind: 19 MiB, two passes, one lane. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Each takes a core for tens of milliseconds, and calls need the cores. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 100;

let running = 0;
const waiting: (() => void)[] = [];
/** Those whose user has logged in from the same place before: a crowd of strangers does not keep them out. */
const waitingFirst: (() => void)[] = [];
const isFirst = new AsyncLocalStorage<boolean>();

/** Passwords that `work` hashes and verifies come before all others. */
export function beforeStrangers<Result>(work: () => Promise<Result>): Promise<Result> {
  return isFirst.run(true, work);
}

async function withTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const line = isFirst.getStore() === true ? waitingFirst : waiting;
  if (running >= MAX_AT_ONCE) {
    if (line.length >= MAX_WAITING) {
      throw new ControlError('overloaded', 'Too many people log in right now. Try again in a moment.', 5);
    }
    // The one who ends hands over its turn.
    await new Promise<void>((resolve) => line.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waitingFirst.shift() ?? waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

export function hashPassword(password: string): Promise<string> {
  return withTurn(() => hash(password, OPTIONS));
}

export function verifyPassword({ hash: stored, password }: { hash: string; password: string }): Promise<boolean> {
  return withTurn(() => verify(stored, password));
}

/** Of no password that anybody has: what is compared when there is no account. */
let nobodysHash: Promise<string> | null = null;

/** Takes as long without an account (null) as with one. */
export async function isPassword(stored: string | null, password: string): Promise<boolean> {
  nobodysHash ??= hash(randomBytes(32).toString('hex'), OPTIONS);
  const isRight = await verifyPassword({ hash: stored ?? (await nobodysHash), password });
  return stored !== null && isRight;
}
