import { createHash } from 'node:crypto';
import { eq, inArray, lt, sql } from 'drizzle-orm';
import ipaddr from 'ipaddr.js';
import { attempts } from '../../db/account-schema.ts';
import type { Database } from '../../db/database.ts';
import { refusal } from '../control-error.ts';

export type Limit = {
  /** What is guarded, like `login`. */
  readonly what: string;
  /** By whom or on what: an account, an address. Stored as a digest. */
  readonly subject: string;
  readonly limit: number;
  /** Counted from the first attempt; nothing makes it longer. */
  readonly windowMs: number;
};

type Guarded = Pick<Limit, 'what' | 'subject'>;

export type AttemptLimiter = {
  /**
   * Takes one attempt from every limit. When one of them is used up it throws `too-many-attempts` and has taken nothing:
   * a refused attempt makes no lock longer, neither this one nor another. Narrow limits come first.
   */
  take(limits: readonly Limit[]): Promise<void>;
  /** Undoes `take`: the attempt was none, or it was right. */
  giveBack(limits: readonly Guarded[]): Promise<void>;
  /** Forgets all attempts, after a success. */
  forget(limit: Guarded): Promise<void>;
  /** Removes counts whose window is over. */
  sweep(): Promise<void>;
};

/** Counts in the database, in one statement each: attempts at several nodes, or at once, add up. */
export function createAttemptLimiter({ orm }: Pick<Database, 'orm'>): AttemptLimiter {
  const isOver = sql`${attempts.windowEndsAt} < now()`;

  /** 0, or the seconds to wait. */
  const takeOne = async ({ limit, windowMs, ...guarded }: Limit): Promise<number> => {
    const key = keyOf(guarded);
    const windowEndsAt = sql`now() + ${windowMs} * interval '1 millisecond'`;
    const taken = await orm
      .insert(attempts)
      .values({ key, count: 1, windowEndsAt })
      .onConflictDoUpdate({
        target: attempts.key,
        set: {
          count: sql`case when ${isOver} then 1 else ${attempts.count} + 1 end`,
          windowEndsAt: sql`case when ${isOver} then excluded.window_ends_at else ${attempts.windowEndsAt} end`,
        },
        setWhere: sql`${isOver} or ${attempts.count} < ${limit}`,
      })
      .returning({ count: attempts.count });
    if (taken.length > 0) return 0;
    const seconds = sql<number>`ceil(extract(epoch from ${attempts.windowEndsAt} - now()))::int`;
    const [row] = await orm.select({ seconds }).from(attempts).where(eq(attempts.key, key));
    return Math.max(1, row?.seconds ?? 1);
  };

  const giveBack: AttemptLimiter['giveBack'] = async (limits) => {
    if (limits.length === 0) return;
    await orm
      .update(attempts)
      .set({ count: sql`greatest(${attempts.count} - 1, 0)` })
      .where(inArray(attempts.key, limits.map(keyOf)));
  };

  return {
    async take(limits) {
      for (const [index, limit] of limits.entries()) {
        const waitSeconds = await takeOne(limit);
        if (waitSeconds === 0) continue;
        await giveBack(limits.slice(0, index));
        throw refusal('too-many-attempts', 'too-many-attempts', {
          values: { seconds: waitSeconds },
          retryAfterSeconds: waitSeconds,
        });
      }
    },
    giveBack,
    async forget(limit) {
      await orm.delete(attempts).where(eq(attempts.key, keyOf(limit)));
    },
    async sweep() {
      await orm.delete(attempts).where(lt(attempts.windowEndsAt, sql`now()`));
    },
  };
}

function keyOf({ what, subject }: Guarded): string {
  return `${what}:${createHash('sha256').update(subject).digest('base64url')}`;
}

/** One household or server has a whole /64 of IPv6 addresses (RFC 6177), so these count as one. */
export function addressGroup(ipAddress: string | null): string {
  if (ipAddress === null) return 'unknown';
  try {
    // IPv4 addresses that come inside IPv6 ones, as on a socket for both, are of many households.
    const address = ipaddr.process(ipAddress);
    if (address.kind() === 'ipv4') return address.toString();
    const words = 'parts' in address ? address.parts : [];
    return words.slice(0, 4).join(':');
  } catch {
    return ipAddress;
  }
}
