import { hash, verify } from '@node-rs/argon2';
import { ControlError } from '../control-error.ts';

/** OWASP's recommendation for argon2id (RFC 9106), the library's default kind: 19 MiB, two passes, one lane. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Each takes a core for tens of milliseconds, and calls need the cores. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 100;

let running = 0;
const waiting: (() => void)[] = [];

async function withTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= MAX_AT_ONCE) {
    if (waiting.length >= MAX_WAITING) {
      throw new ControlError('overloaded', 'Too many people log in right now. Try again in a moment.', 5);
    }
    // The one who ends hands over its turn.
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
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
