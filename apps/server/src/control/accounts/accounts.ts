import { and, asc, desc, eq, gt, lt, or, sql } from 'drizzle-orm';
import { authSessions, authVerifications, projectMembers, users } from '../../db/account-schema.ts';
import type { Database } from '../../db/database.ts';
import { projects } from '../../db/schema.ts';
import { sqlStateOf } from '../../db/sql-state.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { ControlError, notFound, refusal } from '../control-error.ts';
import type { Invitations } from '../projects/invitations.ts';
import { type AttemptLimiter, addressGroup, type Limit } from './attempt-limiter.ts';
import { ADDRESS_HEADER, type Auth } from './auth.ts';
import { translated, wrongCredentials } from './auth-refusals.ts';
import type { Client, WithCookies } from './client.ts';
import { type KnownAccount, LoginPlaces } from './login-places.ts';
import { beforeStrangers, isPassword } from './password-hash.ts';
import { requireUnguessed } from './password-rules.ts';
import { lockPassword, Passwords, type PasswordsOptions } from './passwords.ts';

export type User = {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'operator' | 'member';
  readonly createdAt: Date;
};

export type AccountsOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly auth: Auth;
  readonly limiter: AttemptLimiter;
  readonly audit: AuditLog;
  readonly isRegistrationOpen: boolean;
  readonly invitations: Pick<Invitations, 'isFor' | 'accept'>;
  readonly sendLink: PasswordsOptions['sendLink'];
};

type NewAccount = {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  /** Secret of an invitation to a project. */
  readonly invitation?: string;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A session ends this long after its login, however much it is used. */
const SESSION_DAYS = 90;

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
  readonly #places: LoginPlaces;
  readonly #passwords: Passwords;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#orm = options.db.orm;
    this.#places = new LoginPlaces(options.db);
    this.#passwords = new Passwords({ ...options, places: this.#places });
  }

  async options() {
    const isFirst = !(await this.#hasUsers());
    const { isRegistrationOpen, sendLink } = this.#options;
    const isMailEnabled = sendLink !== null;
    return { isFirst, isRegistrationOpen: isFirst || isRegistrationOpen, isMailEnabled };
  }

  /** The first user becomes the operator and gets the projects that nobody has. */
  async register(client: Client, given: NewAccount): Promise<WithCookies<User>> {
    const { invitation, ...input } = given;
    await this.#options.limiter.take([
      { what: 'register', subject: addressGroup(client.ipAddress), limit: 10, windowMs: HOUR_MS },
    ]);
    if (!(await this.#mayRegister(client, given))) throw closed();
    requireUnguessed(input.password, input, 'password');
    const signUp = { body: input, headers: toHeaders(client), returnHeaders: true } as const;
    const { headers, response } = await translated(() => this.#options.auth.api.signUpEmail(signUp));
    const userId = response.user.id;
    const isFounder = await tryToFound(this.#orm, userId);
    const isIn = isFounder || this.#options.isRegistrationOpen;
    const joined =
      invitation === undefined ? null : await this.#join(client, { userId, email: input.email }, invitation);
    if (!isIn && joined?.projectId === undefined) {
      await this.#orm.delete(users).where(eq(users.id, userId));
      throw joined?.error ?? closed();
    }
    if (joined?.error !== undefined && !(joined.error instanceof ControlError)) throw joined.error;
    const device = await this.#orm.transaction((transaction) => this.#places.remember(transaction, userId, client));
    await this.#leaveFormer(client);
    await this.#options.audit.write(
      { userId, ipAddress: client.ipAddress },
      { action: 'user.registered', subjectId: userId },
    );
    return { value: await this.#findUser(userId), setCookies: [...headers.getSetCookie(), device] };
  }

  /** Where strangers may not, an invitation lets in. */
  async #mayRegister({ ipAddress }: Client, { email, invitation }: NewAccount): Promise<boolean> {
    if (this.#options.isRegistrationOpen || !(await this.#hasUsers())) return true;
    return invitation !== undefined && (await this.#options.invitations.isFor(ipAddress, invitation, email));
  }

  /** Whoever registers by an invitation has accepted it; `error`: what stood against it. One that is of no use any more is told of by its own page. */
  async #join(
    { ipAddress }: Client,
    user: { userId: string; email: string },
    invitation: string,
  ): Promise<{ projectId?: string; error?: unknown }> {
    try {
      return await this.#options.invitations.accept({ ...user, ipAddress }, invitation);
    } catch (error) {
      return { error };
    }
  }

  async login(client: Client, input: { email: string; password: string }): Promise<WithCookies<User>> {
    const email = input.email.toLowerCase();
    const { limiter, audit } = this.#options;
    const account = await this.#places.look(email, client);
    const isKnown = account.device !== null || account.isKnownAddress;
    const taken = await this.#takeLogin(email, client, account);
    try {
      const signIn = async () => {
        // Here, before the library: it asks the database more about accounts that exist.
        if (!(await isPassword(account.passwordHash, input.password))) throw wrongCredentials();
        return this.#signIn(client, { email, password: input.password }, account.passwordHash);
      };
      const { value: userId, setCookies } = await (isKnown ? beforeStrangers(signIn) : signIn());
      const [own, ...others] = taken;
      if (own !== undefined) await limiter.forget(own);
      await limiter.giveBack(others);
      await this.#leaveFormer(client);
      await audit.write({ userId, ipAddress: client.ipAddress }, { action: 'user.logged-in', subjectId: userId });
      return { value: await this.#findUser(userId), setCookies };
    } catch (error) {
      if (error instanceof ControlError && error.code === 'wrong-credentials') {
        const subject = account.userId === null ? {} : { subjectId: account.userId };
        const event = { action: 'user.login-refused', ...subject };
        await audit.write({ userId: null, ipAddress: client.ipAddress }, event);
      } else {
        await limiter.giveBack(taken);
      }
      throw error;
    }
  }

  /**
   * Takes an attempt: of the device, if the user has logged in on it; else of the address, if the user has logged in from
   * there; else of what strangers have for this account, all together. Nobody else uses up those of a device or an address.
   */
  async #takeLogin(email: string, client: Client, { device, isKnownAddress }: KnownAccount): Promise<readonly Limit[]> {
    const address = addressGroup(client.ipAddress);
    const few = { limit: 10, windowMs: 15 * MINUTE_MS };
    const own = { what: 'login', subject: `${email} ${address}`, ...few };
    const ofDevice = device === null ? [] : [[{ what: 'login-device', subject: `${email} ${device}`, ...few }]];
    const ofStrangers = [
      { what: 'login-address', subject: address, limit: 50, windowMs: 15 * MINUTE_MS },
      { what: 'login-account', subject: email, limit: 100, windowMs: HOUR_MS },
    ];
    const ways: readonly (readonly Limit[])[] = [...ofDevice, isKnownAddress ? [own] : [own, ...ofStrangers]];
    let refusal: unknown;
    for (const limits of ways) {
      try {
        await this.#options.limiter.take(limits);
        return limits;
      } catch (error) {
        refusal = error;
      }
    }
    throw refusal;
  }

  /** `passwordHash`: what the password is compared with. The session ends at once if that is replaced meanwhile. */
  async #signIn(
    client: Client,
    body: { email: string; password: string },
    passwordHash: string | null,
  ): Promise<WithCookies<string>> {
    const signIn = { body, headers: toHeaders(client), returnHeaders: true } as const;
    const { headers, response } = await translated(() => this.#options.auth.api.signInEmail(signIn));
    const userId = response.user.id;
    const device = await this.#orm.transaction(async (transaction) => {
      if ((await lockPassword(transaction, userId, 'share')) === passwordHash) {
        return this.#places.remember(transaction, userId, client);
      }
      await transaction.delete(authSessions).where(eq(authSessions.token, response.token));
      return null;
    });
    if (device === null) throw wrongCredentials();
    return { value: userId, setCookies: [...headers.getSetCookie(), device] };
  }

  /** Whoever logs in leaves the session that the browser came with. */
  async #leaveFormer(client: Client): Promise<void> {
    const { value: former } = await this.session(client);
    if (former !== null) await this.#orm.delete(authSessions).where(eq(authSessions.id, former.sessionId));
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
    if (session.createdAt.getTime() < Date.now() - SESSION_DAYS * 24 * HOUR_MS) {
      await this.#orm.delete(authSessions).where(eq(authSessions.id, session.id));
      return { value: null, setCookies: [] };
    }
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
    const isOld = lt(authSessions.createdAt, sql`now() - ${SESSION_DAYS} * interval '1 day'`);
    await this.#orm.delete(authSessions).where(or(lt(authSessions.expiresAt, sql`now()`), isOld));
    await this.#orm.delete(authVerifications).where(lt(authVerifications.expiresAt, sql`now()`));
    await this.#places.sweep();
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

  /** Ends all sessions, and begins a new one here. */
  async changePassword(
    { user, sessionId }: { user: User; sessionId: string },
    client: Client,
    input: { currentPassword: string; newPassword: string },
  ): Promise<WithCookies<null>> {
    const actor = { userId: user.userId, ipAddress: client.ipAddress };
    const { userId, email } = user;
    let hash: string;
    try {
      hash = await this.#passwords.change({ userId, sessionId }, input);
    } catch (error) {
      if (error instanceof ControlError && error.code === 'wrong-credentials') {
        await this.#options.audit.write(actor, { action: 'user.password-refused' });
      }
      throw error;
    }
    await this.#options.audit.write(actor, { action: 'user.password-changed', subjectId: userId });
    const { setCookies } = await this.#signIn(client, { email, password: input.newPassword }, hash);
    return { value: null, setCookies };
  }

  /** The same answer whether or not there is such an account. */
  async requestPasswordReset(client: Client, email: string): Promise<void> {
    await this.#passwords.requestReset(client, email.toLowerCase());
    await this.#options.audit.write({ userId: null, ipAddress: client.ipAddress }, { action: 'user.reset-requested' });
  }

  /** Ends all sessions of the user. Other devices and addresses are strangers from then on. */
  async resetPassword(client: Client, input: { token: string; newPassword: string }): Promise<WithCookies<null>> {
    const { userId, setCookies } = await this.#passwords.reset(client, input);
    const event = { action: 'user.password-reset', subjectId: userId };
    await this.#options.audit.write({ userId: null, ipAddress: client.ipAddress }, event);
    return { value: null, setCookies };
  }

  /** For the operator's command line. Ends all sessions of the user. */
  async setPassword(email: string, password: string): Promise<User> {
    const [user] = await this.#orm.select(userColumns).from(users).where(eq(users.email, email.trim().toLowerCase()));
    if (user === undefined) throw notFound('user');
    await this.#passwords.set(user.userId, password);
    await this.#options.limiter.forget({ what: 'login-account', subject: user.email });
    await this.#options.audit.write(
      { userId: null, ipAddress: null },
      { action: 'user.password-reset', subjectId: user.userId },
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
    insert into ${projectMembers} (project_id, user_id, role)
    select p.id, ${userId}, 'owner' from ${projects} as p
    where not exists (select from ${projectMembers} as m where m.project_id = p.id)`);
  return true;
}

function toHeaders({ cookie, userAgent, ipAddress }: Client): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: ipAddress });
  if (cookie !== undefined) headers.set('cookie', cookie);
  if (userAgent !== undefined) headers.set('user-agent', userAgent.slice(0, 400));
  return headers;
}

function closed(): ControlError {
  return refusal('registration-closed', 'registration-closed');
}
