import { createHash } from 'node:crypto';
import { eq, lt, sql } from 'drizzle-orm';
import ipaddr from 'ipaddr.js';
import { attempts } from '../../db/account-schema.ts';
import type { Database } from '../../db/database.ts';
import { ControlError } from '../control-error.ts';

type Limit = {
  /** What is guarded, like `login`. */
  readonly what: string;
  /** By whom or on what: an account, an address. Stored as a digest. */
  readonly subject: string;
  readonly limit: number;
  readonly windowMs: number;
};

export type AttemptLimiter = {
  /** Counts one attempt against every limit; throws `too-many-attempts` when one of them is passed. */
  count(limits: readonly Limit[]): Promise<void>;
  /** Forgets the attempts, after a success. */
  forget(limit: Pick<Limit, 'what' | 'subject'>): Promise<void>;
  /** Removes counts whose window is over. */
  sweep(): Promise<void>;
};

/** Counts in the database, in one statement each: attempts at several nodes, or at once, add up. */
export function createAttemptLimiter({ orm }: Pick<Database, 'orm'>): AttemptLimiter {
  const countOne = async (limit: Limit): Promise<number> => {
    const windowEndsAt = sql`now() + ${limit.windowMs} * interval '1 millisecond'`;
    const isOver = sql`${attempts.windowEndsAt} < now()`;
    const [row] = await orm
      .insert(attempts)
      .values({ key: keyOf(limit), count: 1, windowEndsAt })
      .onConflictDoUpdate({
        target: attempts.key,
        set: {
          count: sql`case when ${isOver} then 1 else ${attempts.count} + 1 end`,
          windowEndsAt: sql`case when ${isOver} then excluded.window_ends_at else ${attempts.windowEndsAt} end`,
        },
      })
      .returning({ count: attempts.count, windowEndsAt: attempts.windowEndsAt });
    if (row === undefined || row.count <= limit.limit) return 0;
    return Math.max(1, Math.ceil((row.windowEndsAt.getTime() - Date.now()) / 1000));
  };

  return {
    async count(limits) {
      let waitSeconds = 0;
      for (const limit of limits) waitSeconds = Math.max(waitSeconds, await countOne(limit));
      if (waitSeconds === 0) return;
      throw new ControlError('too-many-attempts', `Too many attempts. Try again in ${waitSeconds} s.`, waitSeconds);
    },
    async forget(limit) {
      await orm.delete(attempts).where(eq(attempts.key, keyOf(limit)));
    },
    async sweep() {
      await orm.delete(attempts).where(lt(attempts.windowEndsAt, sql`now()`));
    },
  };
}

function keyOf({ what, subject }: Pick<Limit, 'what' | 'subject'>): string {
  return `${what}:${createHash('sha256').update(subject).digest('base64url')}`;
}

/** One household or server has a whole /64 of IPv6 addresses (RFC 6177), so these count as one. */
export function addressGroup(ipAddress: string | null): string {
  if (ipAddress === null) return 'unknown';
  try {
    const address = ipaddr.parse(ipAddress);
    if (address.kind() === 'ipv4') return address.toString();
    const words = 'parts' in address ? address.parts : [];
    return words.slice(0, 4).join(':');
  } catch {
    return ipAddress;
  }
}
