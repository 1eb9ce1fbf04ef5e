import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { authAccounts, authSessions, authVerifications, projectMembers, users } from '../../db/account-schema.ts';
import type { Database } from '../../db/database.ts';
import { projects } from '../../db/schema.ts';
import { sqlStateOf } from '../../db/sql-state.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { ControlError, notFound } from '../control-error.ts';
import { newPublicId } from '../ids.ts';
import { type AttemptLimiter, addressGroup } from './attempt-limiter.ts';
import { ADDRESS_HEADER, type Auth } from './auth.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';

export type User = {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'operator' | 'member';
  readonly createdAt: Date;
};

/** The request that acts, as far as accounts need it. */
export type Client = {
  readonly cookie: string | undefined;
  readonly userAgent: string | undefined;
  readonly ipAddress: string;
};

/** `setCookies` go into the answer's `Set-Cookie` headers. */
type WithCookies<Value> = { readonly value: Value; readonly setCookies: readonly string[] };

export type AccountsOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly auth: Auth;
  readonly limiter: AttemptLimiter;
  readonly audit: AuditLog;
  readonly isRegistrationOpen: boolean;
  readonly isMailEnabled: boolean;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const userColumns = {
  userId: users.id,
  email: users.email,
  name: users.name,
  role: users.role,
  createdAt: users.createdAt,
};

/** People, their sessions and passwords. */
export class Accounts {
  readonly #orm: Database['orm'];
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#orm = options.db.orm;
  }

  async options() {
    const isFirst = !(await this.#hasUsers());
    const { isRegistrationOpen, isMailEnabled } = this.#options;
    return { isFirst, isRegistrationOpen: isFirst || isRegistrationOpen, isMailEnabled };
  }

  /** The first user becomes the operator and gets the projects that nobody has. */
  async register(client: Client, input: { email: string; name: string; password: string }): Promise<WithCookies<User>> {
    await this.#options.limiter.count([
      { what: 'register', subject: addressGroup(client.ipAddress), limit: 10, windowMs: HOUR_MS },
    ]);
    const closed = new ControlError('registration-closed', 'Registration is closed. Ask the operator for an account.');
    if (!this.#options.isRegistrationOpen && (await this.#hasUsers())) throw closed;
    const signUp = { body: input, headers: toHeaders(client), returnHeaders: true } as const;
    const { headers, response } = await translated(() => this.#options.auth.api.signUpEmail(signUp));
    const userId = response.user.id;
    const isFounder = await tryToFound(this.#orm, userId);
    if (!this.#options.isRegistrationOpen && !isFounder) {
      await this.#orm.delete(users).where(eq(users.id, userId));
      throw closed;
    }
    await this.#options.audit.write(
      { userId, ipAddress: client.ipAddress },
      { action: 'user.registered', subjectId: userId },
    );
    return { value: await this.#findUser(userId), setCookies: headers.getSetCookie() };
  }

  async login(client: Client, input: { email: string; password: string }): Promise<WithCookies<User>> {
    const email = input.email.toLowerCase();
    const address = addressGroup(client.ipAddress);
    const own = { what: 'login', subject: `${email} ${address}` };
    // From many addresses an account can be tried slowly only; from its own its owner is not locked out by others.
    await this.#options.limiter.count([
      { ...own, limit: 10, windowMs: 15 * MINUTE_MS },
      { what: 'login-address', subject: address, limit: 50, windowMs: 15 * MINUTE_MS },
      { what: 'login-account', subject: email, limit: 100, windowMs: HOUR_MS },
    ]);
    try {
      const signIn = { body: { ...input, email }, headers: toHeaders(client), returnHeaders: true } as const;
      const { headers, response } = await translated(() => this.#options.auth.api.signInEmail(signIn));
      await this.#options.limiter.forget(own);
      const userId = response.user.id;
      await this.#options.audit.write(
        { userId, ipAddress: client.ipAddress },
        { action: 'user.logged-in', subjectId: userId },
      );
      return { value: await this.#findUser(userId), setCookies: headers.getSetCookie() };
    } catch (error) {
      if (error instanceof ControlError && error.code === 'wrong-credentials') {
        const [user] = await this.#orm.select({ id: users.id }).from(users).where(eq(users.email, email));
        const event = { action: 'user.login-refused', ...(user === undefined ? {} : { subjectId: user.id }) };
        await this.#options.audit.write({ userId: null, ipAddress: client.ipAddress }, event);
      }
      throw error;
    }
  }

  async logout(client: Client): Promise<WithCookies<null>> {
    const { headers } = await translated(() =>
      this.#options.auth.api.signOut({ headers: toHeaders(client), returnHeaders: true }),
    );
    return { value: null, setCookies: headers.getSetCookie() };
  }

  /** Null when nobody is logged in. The cookie is renewed when it has grown old. */
  async session(client: Client): Promise<WithCookies<{ user: User; sessionId: string } | null>> {
    if (client.cookie === undefined) return { value: null, setCookies: [] };
    const found = await translated(() =>
      this.#options.auth.api.getSession({ headers: toHeaders(client), returnHeaders: true }),
    );
    if (found.response === null) return { value: null, setCookies: [] };
    const { user, session } = found.response;
    const { id: userId, email, name, createdAt } = user;
    const role = user.role === 'operator' ? 'operator' : 'member';
    return {
      value: { user: { userId, email, name, role, createdAt }, sessionId: session.id },
      setCookies: found.headers.getSetCookie(),
    };
  }

  sessions(userId: string) {
    return this.#orm
      .select({
        sessionId: authSessions.id,
        ipAddress: authSessions.ipAddress,
        userAgent: authSessions.userAgent,
        createdAt: authSessions.createdAt,
        lastUsedAt: authSessions.updatedAt,
        expiresAt: authSessions.expiresAt,
      })
      .from(authSessions)
      .where(and(eq(authSessions.userId, userId), gt(authSessions.expiresAt, sql`now()`)))
      .orderBy(desc(authSessions.updatedAt), asc(authSessions.id));
  }

  async endSession(userId: string, sessionId: string): Promise<void> {
    const ended = await this.#orm
      .delete(authSessions)
      .where(and(eq(authSessions.id, sessionId), eq(authSessions.userId, userId)))
      .returning({ id: authSessions.id });
    if (ended.length === 0) throw notFound('session');
  }

  async sweepSessions(): Promise<void> {
    await this.#orm.delete(authSessions).where(lt(authSessions.expiresAt, sql`now()`));
    await this.#orm.delete(authVerifications).where(lt(authVerifications.expiresAt, sql`now()`));
  }

  /** Logs the user out everywhere. */
  async endAllSessions(userId: string): Promise<number> {
    const ended = await this.#orm
      .delete(authSessions)
      .where(eq(authSessions.userId, userId))
      .returning({ id: authSessions.id });
    return ended.length;
  }

  async rename(userId: string, name: string): Promise<User> {
    await this.#orm.update(users).set({ name, updatedAt: sql`now()` }).where(eq(users.id, userId));
    return this.#findUser(userId);
  }

  /** Throws `wrong-credentials` unless it is the user's password. Counts as an attempt to log in. */
  async confirmPassword(userId: string, client: Client, password: string): Promise<void> {
    const own = { what: 'confirm', subject: userId };
    await this.#options.limiter.count([{ ...own, limit: 10, windowMs: 15 * MINUTE_MS }]);
    const [row] = await this.#orm
      .select({ password: authAccounts.password })
      .from(authAccounts)
      .where(and(eq(authAccounts.userId, userId), eq(authAccounts.providerId, 'credential')));
    const isRight = row?.password ? await verifyPassword({ hash: row.password, password }) : false;
    if (!isRight) {
      await this.#options.audit.write({ userId, ipAddress: client.ipAddress }, { action: 'user.password-refused' });
      throw new ControlError('wrong-credentials', 'The password is wrong.');
    }
    await this.#options.limiter.forget(own);
  }

  /** Ends all other sessions. */
  async changePassword(
    user: User,
    client: Client,
    input: { currentPassword: string; newPassword: string },
  ): Promise<WithCookies<null>> {
    await this.confirmPassword(user.userId, client, input.currentPassword);
    const body = { ...input, revokeOtherSessions: true };
    const change = { body, headers: toHeaders(client), returnHeaders: true } as const;
    const { headers } = await translated(() => this.#options.auth.api.changePassword(change));
    await this.#options.audit.write(
      { userId: user.userId, ipAddress: client.ipAddress },
      { action: 'user.password-changed', subjectId: user.userId },
    );
    return { value: null, setCookies: headers.getSetCookie() };
  }

  /** The same answer whether or not there is such an account. */
  async requestPasswordReset(client: Client, email: string): Promise<void> {
    if (!this.#options.isMailEnabled) {
      throw new ControlError('not-available', 'This server sends no mail. Ask its operator for a new password.');
    }
    await this.#options.limiter.count([
      { what: 'reset-address', subject: addressGroup(client.ipAddress), limit: 10, windowMs: HOUR_MS },
      { what: 'reset-account', subject: email.toLowerCase(), limit: 3, windowMs: HOUR_MS },
    ]);
    await translated(() => this.#options.auth.api.requestPasswordReset({ body: { email: email.toLowerCase() } }));
    await this.#options.audit.write({ userId: null, ipAddress: client.ipAddress }, { action: 'user.reset-requested' });
  }

  /** Ends all sessions of the user. */
  async resetPassword(client: Client, input: { token: string; newPassword: string }): Promise<void> {
    await this.#options.limiter.count([
      { what: 'reset-token', subject: addressGroup(client.ipAddress), limit: 20, windowMs: HOUR_MS },
    ]);
    await translated(() => this.#options.auth.api.resetPassword({ body: input }));
    await this.#options.audit.write({ userId: null, ipAddress: client.ipAddress }, { action: 'user.password-reset' });
  }

  /** For the operator's command line. Ends all sessions of the user. */
  async setPassword(email: string, password: string): Promise<User> {
    const [user] = await this.#orm.select(userColumns).from(users).where(eq(users.email, email.trim().toLowerCase()));
    if (user === undefined) throw notFound('user');
    const { userId } = user;
    const hash = await hashPassword(password);
    const changed = await this.#orm
      .update(authAccounts)
      .set({ password: hash, updatedAt: sql`now()` })
      .where(and(eq(authAccounts.userId, userId), eq(authAccounts.providerId, 'credential')))
      .returning({ id: authAccounts.id });
    if (changed.length === 0) {
      const row = { id: newPublicId(), userId, accountId: userId, providerId: 'credential', password: hash };
      await this.#orm.insert(authAccounts).values(row);
    }
    await this.endAllSessions(userId);
    await this.#options.audit.write(
      { userId: null, ipAddress: null },
      { action: 'user.password-reset', subjectId: userId },
    );
    return user;
  }

  listUsers(): Promise<User[]> {
    return this.#orm.select(userColumns).from(users).orderBy(asc(users.ordinal));
  }

  async setRole(email: string, role: User['role']): Promise<User> {
    const [user] = await this.#orm
      .update(users)
      .set({ role, updatedAt: sql`now()` })
      .where(eq(users.email, email.trim().toLowerCase()))
      .returning(userColumns);
    if (user === undefined) throw notFound('user');
    await this.#options.audit.write(
      { userId: null, ipAddress: null },
      { action: `user.made-${role}`, subjectId: user.userId },
    );
    return user;
  }

  async #findUser(userId: string): Promise<User> {
    const [row] = await this.#orm.select(userColumns).from(users).where(eq(users.id, userId));
    if (row === undefined) throw notFound('user');
    return row;
  }

  async #hasUsers(): Promise<boolean> {
    return (await this.#orm.select({ id: users.id }).from(users).limit(1)).length > 0;
  }
}

/** True for one user of the server, whoever is first to be written. */
async function tryToFound(orm: Database['orm'], userId: string): Promise<boolean> {
  try {
    const founded = await orm
      .update(users)
      .set({ isFounder: true, role: 'operator' })
      .where(and(eq(users.id, userId), sql`not exists (select from ${users} as u where u.is_founder)`))
      .returning({ id: users.id });
    if (founded.length === 0) return false;
  } catch (error) {
    if (sqlStateOf(error) === '23505') return false;
    throw error;
  }
  await orm.execute(sql`
    insert into ${projectMembers} (project_id, user_id)
    select p.id, ${userId} from ${projects} as p
    where not exists (select from ${projectMembers} as m where m.project_id = p.id)`);
  return true;
}

function toHeaders({ cookie, userAgent, ipAddress }: Client): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: ipAddress });
  if (cookie !== undefined) headers.set('cookie', cookie);
  if (userAgent !== undefined) headers.set('user-agent', userAgent.slice(0, 400));
  return headers;
}

/** The library's refusals in our words. */
async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const body = error instanceof Error && 'body' in error ? error.body : undefined;
    const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
    switch (code) {
      case 'INVALID_EMAIL_OR_PASSWORD':
        throw new ControlError('wrong-credentials', 'The e-mail address or the password is wrong.');
      case 'USER_ALREADY_EXISTS':
      case 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL':
      case 'FAILED_TO_CREATE_USER':
        throw new ControlError('conflict', 'This e-mail address has an account. Log in, or reset its password.');
      case 'INVALID_TOKEN':
        throw new ControlError('bad-request', 'This link has expired or has been used. Ask for a new one.');
      case 'INVALID_EMAIL':
        throw new ControlError('bad-request', 'This is no e-mail address.');
      case 'PASSWORD_TOO_SHORT':
      case 'PASSWORD_TOO_LONG':
        throw new ControlError('bad-request', 'The password is too short or too long.');
      case 'FAILED_TO_GET_SESSION':
        throw new ControlError('not-logged-in', 'Log in first.');
      default:
        throw error;
    }
  }
}
