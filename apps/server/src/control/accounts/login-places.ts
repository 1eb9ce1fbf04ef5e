import { createHash, randomBytes } from 'node:crypto';
import { and, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { authAccounts, loginPlaces, users } from '../../db/account-schema.ts';
import type { Database, Transaction } from '../../db/database.ts';
import { addressGroup } from './attempt-limiter.ts';
import type { Client } from './client.ts';

const DEVICE_COOKIE = 'visavis.device';
const TOKEN_BYTES = 32;
const TOKEN = /(?:^|;\s*)visavis\.device=([A-Za-z0-9_-]{43})(?=;|$)/;
const DEVICE_DAYS = 400;
const ADDRESS_DAYS = 180;
/** The token before the present one: an answer may get lost on its way, and two tabs may log in at once. */
const REPLACED_TOKEN_DAYS = 1;
const MAX_PLACES_PER_USER = 200;

export type KnownAccount = {
  /** Null: there is no such account; everything else goes on as if there were. */
  readonly userId: string | null;
  readonly passwordHash: string | null;
  /** Digest of the device's token, if the user has logged in on it. */
  readonly device: string | null;
  /** The user has logged in from this address. */
  readonly isKnownAddress: boolean;
};

/** Remembers from where people have logged in. A place opens nothing; it only has attempts of its own. */
export class LoginPlaces {
  readonly #orm: Database['orm'];

  constructor({ orm }: Pick<Database, 'orm'>) {
    this.#orm = orm;
  }

  /** One statement, whether or not there is such an account. */
  async look(email: string, client: Client): Promise<KnownAccount> {
    const [device, address] = [deviceOf(client), addressOf(client)];
    const wanted = device === null ? [address] : [device, address];
    const rows = await this.#orm
      .select({ userId: users.id, passwordHash: authAccounts.password, place: loginPlaces.place })
      .from(users)
      .leftJoin(authAccounts, and(eq(authAccounts.userId, users.id), eq(authAccounts.providerId, 'credential')))
      .leftJoin(
        loginPlaces,
        and(
          eq(loginPlaces.userId, users.id),
          inArray(loginPlaces.place, wanted),
          gt(loginPlaces.expiresAt, sql`now()`),
        ),
      )
      .where(eq(users.email, email));
    const places = new Set(rows.map(({ place }) => place));
    return {
      userId: rows[0]?.userId ?? null,
      passwordHash: rows[0]?.passwordHash ?? null,
      device: device !== null && places.has(device) ? device : null,
      isKnownAddress: places.has(address),
    };
  }

  /** After a login. Returns the cookie with the device's new token, for `Set-Cookie`. */
  async remember(transaction: Transaction, userId: string, client: Client): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const place = toPlace('device', token);
    const former = deviceOf(client);
    const inDays = (days: number) => sql`now() + ${days} * interval '1 day'`;
    if (former !== null) {
      // Other accounts of the same browser keep knowing it under the new token.
      await transaction.execute(sql`
        insert into ${loginPlaces} (user_id, place, expires_at)
        select user_id, ${place}, expires_at from ${loginPlaces} where place = ${former} and expires_at > now()`);
      await transaction
        .update(loginPlaces)
        .set({ expiresAt: sql`least(${loginPlaces.expiresAt}, ${inDays(REPLACED_TOKEN_DAYS)})` })
        .where(eq(loginPlaces.place, former));
    }
    for (const [known, days] of [[place, DEVICE_DAYS] as const, [addressOf(client), ADDRESS_DAYS] as const]) {
      await transaction
        .insert(loginPlaces)
        .values({ userId, place: known, expiresAt: inDays(days) })
        .onConflictDoUpdate({
          target: [loginPlaces.userId, loginPlaces.place],
          set: { expiresAt: sql`excluded.expires_at`, ordinal: sql`excluded.ordinal` },
        });
    }
    const newest = transaction
      .select({ ordinal: loginPlaces.ordinal })
      .from(loginPlaces)
      .where(eq(loginPlaces.userId, userId))
      .orderBy(desc(loginPlaces.ordinal))
      .limit(MAX_PLACES_PER_USER);
    await transaction
      .delete(loginPlaces)
      .where(and(eq(loginPlaces.userId, userId), sql`${loginPlaces.ordinal} not in ${newest}`));
    return `${DEVICE_COOKIE}=${token}; Max-Age=${DEVICE_DAYS * 86_400}; Path=/; HttpOnly; SameSite=Strict`;
  }

  async sweep(): Promise<void> {
    await this.#orm.delete(loginPlaces).where(lt(loginPlaces.expiresAt, sql`now()`));
  }
}

/** A new password from elsewhere: whoever had the old one is a stranger now. */
export async function forgetPlaces(transaction: Transaction, userId: string): Promise<void> {
  await transaction.delete(loginPlaces).where(eq(loginPlaces.userId, userId));
}

function deviceOf({ cookie }: Client): string | null {
  const token = TOKEN.exec(cookie ?? '')?.[1];
  return token === undefined ? null : toPlace('device', token);
}

function addressOf({ ipAddress }: Client): string {
  return toPlace('address', addressGroup(ipAddress));
}

function toPlace(kind: 'device' | 'address', text: string): string {
  return `${kind}:${createHash('sha256').update(text).digest('base64url')}`;
}
