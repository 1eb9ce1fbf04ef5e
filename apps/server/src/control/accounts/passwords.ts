import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, sql } from 'drizzle-orm';
import { authAccounts, authSessions, authVerifications, users } from '../../db/account-schema.ts';
import type { Database, Transaction } from '../../db/database.ts';
import { type ControlError, refusal } from '../control-error.ts';
import { newPublicId } from '../ids.ts';
import { type AttemptLimiter, addressGroup } from './attempt-limiter.ts';
import type { Client } from './client.ts';
import { forgetPlaces, type LoginPlaces } from './login-places.ts';
import { resetMail, type SendLink } from './mails.ts';
import { hashPassword, isPassword } from './password-hash.ts';
import { requireUnguessed } from './password-rules.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const RESET_TOKEN_MINUTES = 30;
const RESET_TOKEN_BYTES = 24;

export type PasswordsOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly limiter: AttemptLimiter;
  readonly places: LoginPlaces;
  /** Null: this server sends no mail. */
  readonly sendLink: SendLink | null;
};

/**
 * What replaces a password. Each way ends, in the transaction that stores the new one: the user's sessions, and the links
 * that are under way to reset it. It holds the row of the password meanwhile, and so does a login at its end (`accounts.ts`):
 * a login with the old password either comes before and is ended, or comes after and is refused.
 */
export class Passwords {
  readonly #orm: Database['orm'];
  readonly #options: PasswordsOptions;

  constructor(options: PasswordsOptions) {
    this.#options = options;
    this.#orm = options.db.orm;
  }

  /** Throws `wrong-credentials` unless `current` is the user's password. Returns the hash of the new one. */
  async change(
    { userId, sessionId }: { userId: string; sessionId: string },
    { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
  ): Promise<string> {
    const former = await this.#confirm(userId, sessionId, currentPassword);
    const hash = await this.#hash(userId, newPassword);
    await this.#orm.transaction(async (transaction) => {
      if ((await lockPassword(transaction, userId)) !== former) throw wrongPassword();
      const ended = await this.#store(transaction, userId, hash);
      if (!ended.includes(sessionId)) throw refusal('not-logged-in', 'not-logged-in');
    });
    return hash;
  }

  /**
   * A session has few attempts, and none is made without the password: so nobody else can use them up, and whoever has
   * stolen one cannot guess.
   */
  async #confirm(userId: string, sessionId: string, password: string): Promise<string> {
    const own = { what: 'confirm', subject: sessionId };
    await this.#options.limiter.take([{ ...own, limit: 10, windowMs: 15 * MINUTE_MS }]);
    const [row] = await this.#orm
      .select({ hash: authAccounts.password })
      .from(authAccounts)
      .where(isPasswordOf(userId));
    if (!row?.hash || !(await isPassword(row.hash, password))) throw wrongPassword();
    await this.#options.limiter.forget(own);
    return row.hash;
  }

  /** The same answer, and the same work for the database, whether or not there is such an account. */
  async requestReset(client: Client, email: string): Promise<void> {
    const { sendLink, limiter, places } = this.#options;
    if (sendLink === null) {
      throw refusal('not-available', 'no-mail');
    }
    const { userId, device, isKnownAddress } = await places.look(email, client);
    const address = addressGroup(client.ipAddress);
    if (device !== null || isKnownAddress) {
      await limiter.take([
        { what: 'reset-place', subject: `${email} ${device ?? address}`, limit: 3, windowMs: HOUR_MS },
      ]);
    } else {
      await limiter.take([
        { what: 'reset-address', subject: address, limit: 10, windowMs: HOUR_MS },
        { what: 'reset-account', subject: email, limit: 3, windowMs: HOUR_MS },
      ]);
    }
    const token = randomBytes(RESET_TOKEN_BYTES).toString('base64url');
    const expiresAt = sql`now() + ${RESET_TOKEN_MINUTES} * interval '1 minute'`;
    const row = { id: newPublicId(), identifier: identifierOf(token), value: userId ?? '' };
    await this.#orm.insert(authVerifications).values({ ...row, expiresAt });
    const [user] = await this.#orm
      .select({ email: users.email, name: users.name })
      .from(users)
      .where(eq(users.id, userId ?? ''));
    if (user === undefined) return;
    sendLink(`/console/reset-password?token=${token}`, (address) => resetMail(user, address));
  }

  /** Returns whose password it was, and the cookie that makes this device a known one: its owner reads the user's mail. */
  async reset(
    client: Client,
    { token, newPassword }: { token: string; newPassword: string },
  ): Promise<{ userId: string; setCookies: string[] }> {
    const identifier = identifierOf(token);
    const isInForce = and(eq(authVerifications.identifier, identifier), gt(authVerifications.expiresAt, sql`now()`));
    const [found] = await this.#orm
      .select({ userId: authVerifications.value })
      .from(authVerifications)
      .where(isInForce);
    if (found === undefined || found.userId === '') {
      const subject = addressGroup(client.ipAddress);
      await this.#options.limiter.take([{ what: 'reset-token', subject, limit: 20, windowMs: HOUR_MS }]);
      throw usedLink();
    }
    const { userId } = found;
    const hash = await this.#hash(userId, newPassword);
    const cookie = await this.#orm.transaction(async (transaction) => {
      await lockPassword(transaction, userId);
      const taken = await transaction
        .delete(authVerifications)
        .where(isInForce)
        .returning({ id: authVerifications.id });
      if (taken.length === 0) throw usedLink();
      await this.#store(transaction, userId, hash);
      await forgetPlaces(transaction, userId);
      return this.#options.places.remember(transaction, userId, client);
    });
    return { userId, setCookies: [cookie] };
  }

  /** For the operator's command line. */
  async set(userId: string, password: string): Promise<void> {
    const hash = await this.#hash(userId, password);
    await this.#orm.transaction(async (transaction) => {
      await lockPassword(transaction, userId);
      await this.#store(transaction, userId, hash);
      await forgetPlaces(transaction, userId);
    });
  }

  /** Throws `bad-request` for a password that is guessed first. */
  async #hash(userId: string, password: string): Promise<string> {
    const [user] = await this.#orm
      .select({ email: users.email, name: users.name })
      .from(users)
      .where(eq(users.id, userId));
    requireUnguessed(password, user ?? { email: '', name: '' }, 'newPassword');
    return hashPassword(password);
  }

  /** Returns the sessions that it ended. */
  async #store(transaction: Transaction, userId: string, hash: string): Promise<string[]> {
    const changed = await transaction
      .update(authAccounts)
      .set({ password: hash, updatedAt: sql`now()` })
      .where(isPasswordOf(userId))
      .returning({ id: authAccounts.id });
    if (changed.length === 0) {
      const row = { id: newPublicId(), userId, accountId: userId, providerId: 'credential', password: hash };
      await transaction.insert(authAccounts).values(row);
    }
    await transaction.delete(authVerifications).where(eq(authVerifications.value, userId));
    const ended = await transaction
      .delete(authSessions)
      .where(eq(authSessions.userId, userId))
      .returning({ id: authSessions.id });
    return ended.map(({ id }) => id);
  }
}

/** Waits for whoever replaces the password at this moment. `share` lets several read it, `update` one alone. */
export async function lockPassword(
  transaction: Transaction,
  userId: string,
  strength: 'share' | 'update' = 'update',
): Promise<string | null> {
  const [row] = await transaction
    .select({ hash: authAccounts.password })
    .from(authAccounts)
    .where(isPasswordOf(userId))
    .for(strength);
  return row?.hash ?? null;
}

function isPasswordOf(userId: string) {
  return and(eq(authAccounts.userId, userId), eq(authAccounts.providerId, 'credential'));
}

function identifierOf(token: string): string {
  return `reset-password:${createHash('sha256').update(token).digest('base64url')}`;
}

function wrongPassword(): ControlError {
  return refusal('wrong-credentials', 'wrong-password', { field: 'currentPassword' });
}

function usedLink(): ControlError {
  return refusal('bad-request', 'used-link');
}
