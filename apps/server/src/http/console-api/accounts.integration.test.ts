import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { PASSWORD, TestBrowser } from './testing/test-browser.ts';

describeOnBothDatabases('accounts', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let count = 0;
  const newEmail = () => {
    count += 1;
    return `user${count}@example.org`;
  };

  const start = async (overrides: Parameters<typeof createConsoleServer>[1] = {}) => {
    await server?.close();
    server = await createConsoleServer(context.db, overrides);
    browser = new TestBrowser(server.app);
  };

  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from attempts`);
    await start();
  });
  afterEach(() => server.close());

  test('of several who are first at once, one becomes the operator, also while registration is closed', async () => {
    await context.db.orm.execute(sql`delete from users`);
    await start({ isRegistrationOpen: false });
    expect((await browser.send('GET', '/auth/options')).json()).toMatchObject({
      isFirst: true,
      isRegistrationOpen: true,
    });
    const replies = await Promise.all(
      Array.from({ length: 4 }, () =>
        new TestBrowser(server.app).send('POST', '/auth/register', {
          email: newEmail(),
          name: 'Racer',
          password: PASSWORD,
        }),
      ),
    );
    expect(replies.map(({ statusCode }) => statusCode).sort()).toEqual([201, 403, 403, 403]);
    const { rows } = await context.db.orm.execute(sql`select role from users`);
    expect(rows).toEqual([{ role: 'operator' }]);
    expect((await browser.send('GET', '/auth/options')).json()).toMatchObject({
      isFirst: false,
      isRegistrationOpen: false,
    });
    const late = await browser.send('POST', '/auth/register', { email: newEmail(), name: 'Late', password: PASSWORD });
    expect([late.statusCode, late.json().error.code]).toEqual([403, 'registration-closed']);
  });

  test('register, look, log out, log in', async () => {
    const email = newEmail();
    expect((await browser.send('GET', '/auth/session')).json()).toEqual({ user: null });
    const registered = await browser.send('POST', '/auth/register', {
      email: email.toUpperCase(),
      name: 'Mia',
      password: PASSWORD,
    });
    expect(registered.statusCode).toBe(201);
    expect(registered.json()).toMatchObject({ email, name: 'Mia', userId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const [cookie] = registered.cookies;
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(cookie).not.toHaveProperty('secure');
    expect((await browser.send('GET', '/auth/session')).json().user.email).toBe(email);

    expect((await browser.send('POST', '/auth/logout')).statusCode).toBe(200);
    expect((await browser.send('GET', '/auth/session')).json()).toEqual({ user: null });
    expect((await browser.send('GET', '/auth/sessions')).statusCode).toBe(401);
    const wrong = await browser.send('POST', '/auth/login', { email, password: `${PASSWORD}!` });
    expect([wrong.statusCode, wrong.json().error.code]).toEqual([401, 'wrong-credentials']);
    expect((await browser.send('POST', '/auth/login', { email, password: PASSWORD })).statusCode).toBe(200);
    expect((await browser.send('GET', '/auth/session')).json().user.email).toBe(email);

    const second = await browser.send('POST', '/auth/register', { email, name: 'Mia', password: PASSWORD });
    expect(second.statusCode).toBe(409);
  });

  test('neither passwords nor usable session tokens lie in the database', async () => {
    await browser.register(newEmail());
    const tables = await context.db.orm.execute(sql`
      select (select jsonb_agg(to_jsonb(s)) from auth_sessions s) as sessions,
             (select jsonb_agg(to_jsonb(a)) from auth_accounts a) as accounts`);
    const dump = JSON.stringify(tables.rows);
    expect(dump).not.toContain(PASSWORD);
    expect(dump).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    const [cookie] = [...browser.cookies.values()].map(decodeURIComponent);
    expect(dump).not.toContain(cookie);
    // The stored token without its signature, and with a signature of one's own.
    const [token = ''] = (cookie ?? '').split('.');
    for (const forged of [token, `${token}.${Buffer.alloc(32).toString('base64')}`]) {
      browser.cookies.set('visavis.session_token', encodeURIComponent(forged));
      expect((await browser.send('GET', '/auth/session')).json()).toEqual({ user: null });
    }
  });

  test('sessions are listed, ended one by one and all at once; another user cannot end them', async () => {
    const email = newEmail();
    await browser.register(email);
    const phone = new TestBrowser(server.app, '2001:db8::1');
    await phone.send('POST', '/auth/login', { email, password: PASSWORD });
    const sessions = (await browser.send('GET', '/auth/sessions')).json();
    expect(sessions).toHaveLength(2);
    expect(sessions.filter((session: { isCurrent: boolean }) => session.isCurrent)).toHaveLength(1);
    const other = sessions.find((session: { isCurrent: boolean }) => !session.isCurrent);
    expect(other.ipAddress).toContain('2001:');

    const stranger = new TestBrowser(server.app);
    await stranger.register(newEmail());
    expect((await stranger.send('DELETE', `/auth/sessions/${other.sessionId}`)).statusCode).toBe(404);
    expect((await browser.send('DELETE', `/auth/sessions/${other.sessionId}`)).statusCode).toBe(200);
    expect((await phone.send('GET', '/auth/sessions')).statusCode).toBe(401);

    await phone.send('POST', '/auth/login', { email, password: PASSWORD });
    expect((await browser.send('POST', '/auth/logout-everywhere')).json()).toEqual({ ended: 2 });
    for (const device of [phone, browser]) expect((await device.send('GET', '/auth/sessions')).statusCode).toBe(401);
    expect((await stranger.send('GET', '/auth/sessions')).statusCode).toBe(200);
  });

  test('a login ends the session that the browser came with; none lasts 30 days unused, or 90 days in all', async () => {
    const email = newEmail();
    await browser.register(email);
    const former = new TestBrowser(server.app);
    for (const [name, value] of browser.cookies) former.cookies.set(name, value);
    expect((await browser.send('POST', '/auth/login', { email, password: PASSWORD })).statusCode).toBe(200);
    expect((await former.send('GET', '/auth/sessions')).statusCode).toBe(401);
    expect((await browser.send('GET', '/auth/sessions')).json()).toHaveLength(1);

    const { rows: ends } = await context.db.orm.execute(sql`
      select round(extract(epoch from expires_at - now()) / 86400)::int as days from auth_sessions
      where user_id = (select id from users where email = ${email})`);
    expect(ends).toEqual([{ days: 30 }]);
    const age = (days: number) =>
      context.db.orm.execute(sql`update auth_sessions set created_at = now() - ${days} * interval '1 day'`);
    await age(89);
    expect((await browser.send('GET', '/auth/sessions')).statusCode).toBe(200);
    await age(91);
    expect((await browser.send('GET', '/auth/session')).json()).toEqual({ user: null });
    // Unused for too long, and those that nobody comes back with.
    const idle = new TestBrowser(server.app);
    await idle.send('POST', '/auth/login', { email, password: PASSWORD });
    expect((await idle.send('GET', '/auth/sessions')).statusCode).toBe(200);
    await context.db.orm.execute(sql`update auth_sessions set expires_at = now() - interval '1 second'`);
    expect((await idle.send('GET', '/auth/session')).json()).toEqual({ user: null });
    await server.services.accounts.sweepSessions();
    const { rows } = await context.db.orm.execute(sql`select id from auth_sessions`);
    expect(rows).toEqual([]);
  });

  test('a password that is guessed first is refused, wherever one is chosen', async () => {
    const email = newEmail();
    const weak = 'Visavis12345';
    const registered = await browser.send('POST', '/auth/register', { email, name: 'Mia', password: weak });
    expect([registered.statusCode, registered.json().error.message]).toEqual([
      400,
      expect.stringContaining('few words'),
    ]);
    await browser.register(email);
    const change = { currentPassword: PASSWORD, newPassword: `${email.split('@')[0]}1` };
    expect((await browser.send('POST', '/auth/password', change)).statusCode).toBe(400);
    await browser.send('POST', '/auth/password-reset/request', { email });
    const token = /token=(\S+)/.exec(server.mails.at(-1)?.text ?? '')?.[1];
    const reset = (newPassword: string) => browser.send('POST', '/auth/password-reset', { token, newPassword });
    expect((await reset(weak)).statusCode).toBe(400);
    await expect(server.services.accounts.setPassword(email, weak)).rejects.toThrow('few words');
    expect((await browser.send('GET', '/auth/sessions')).statusCode).toBe(200);
    // The link is good for another try.
    expect((await reset('a password by mail')).statusCode).toBe(200);
  });

  test('a new password ends the other sessions and the old password', async () => {
    const email = newEmail();
    await browser.register(email);
    const phone = new TestBrowser(server.app);
    await phone.send('POST', '/auth/login', { email, password: PASSWORD });
    const change = (currentPassword: string) =>
      browser.send('POST', '/auth/password', { currentPassword, newPassword: 'another long password' });
    expect((await change('wrong')).statusCode).toBe(401);
    expect((await change(PASSWORD)).statusCode).toBe(200);
    expect((await browser.send('GET', '/auth/sessions')).json()).toHaveLength(1);
    expect((await phone.send('GET', '/auth/sessions')).statusCode).toBe(401);
    expect((await phone.send('POST', '/auth/login', { email, password: PASSWORD })).statusCode).toBe(401);
  });

  test('a password is reset by mail, once, and the answer does not tell who has an account', async () => {
    const email = newEmail();
    await browser.register(email);
    const visitor = new TestBrowser(server.app);
    const known = await visitor.send('POST', '/auth/password-reset/request', { email });
    const unknown = await visitor.send('POST', '/auth/password-reset/request', { email: 'nobody@example.org' });
    expect([known.statusCode, known.body]).toEqual([unknown.statusCode, unknown.body]);
    expect(server.mails.map(({ to }) => to)).toEqual([email]);
    const token = /token=(\S+)/.exec(server.mails[0]?.text ?? '')?.[1];
    const { rows } = await context.db.orm.execute(sql`select * from auth_verifications`);
    expect(JSON.stringify(rows)).not.toContain(token);

    const reset = (given: string | undefined) =>
      visitor.send('POST', '/auth/password-reset', { token: given, newPassword: 'a password by mail' });
    expect((await reset('guess')).statusCode).toBe(400);
    expect((await reset(token)).statusCode).toBe(200);
    expect((await reset(token)).statusCode).toBe(400);
    expect((await browser.send('GET', '/auth/sessions')).statusCode).toBe(401);
    expect((await visitor.send('POST', '/auth/login', { email, password: 'a password by mail' })).statusCode).toBe(200);
  });

  test('the operator sets a password from the command line; without mail there is no other way', async () => {
    await start({ mail: null });
    const email = newEmail();
    await browser.register(email);
    expect((await browser.send('POST', '/auth/password-reset/request', { email })).statusCode).toBe(501);
    await server.services.accounts.setPassword(email, 'set by the operator');
    expect((await browser.send('GET', '/auth/sessions')).statusCode).toBe(401);
    const login = await browser.send('POST', '/auth/login', { email, password: 'set by the operator' });
    expect(login.statusCode).toBe(200);
    await expect(server.services.accounts.setPassword('nobody@example.org', 'x'.repeat(12))).rejects.toThrow('no such');
  });

  test('guessing passwords is stopped: on one account, from one address, and not for its owner elsewhere', async () => {
    const email = newEmail();
    await browser.register(email);
    const attacker = new TestBrowser(server.app, '198.51.100.9');
    const guess = async (to: string) =>
      (await attacker.send('POST', '/auth/login', { email: to, password: 'guess guess guess' })).statusCode;
    const statuses = await Promise.all(Array.from({ length: 14 }, () => guess(email)));
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    const refused = await attacker.send('POST', '/auth/login', { email, password: PASSWORD });
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await browser.send('POST', '/auth/login', { email, password: PASSWORD })).statusCode).toBe(200);

    // Ten were let through above, of fifty for an address.
    const spray: number[] = [];
    for (let index = 0; index < 41; index += 1) spray.push(await guess(`nobody${index}@example.org`));
    expect([spray.at(-2), spray.at(-1)]).toEqual([401, 429]);
  }, 120_000);

  test('the database does the same work for an account that exists as for one that does not', async () => {
    const email = newEmail();
    await browser.register(email);
    const work = async (path: string, body: object) => {
      const statements: string[] = [];
      const watch = vi.spyOn(context.db.pool, 'query').mockImplementation(((...given: unknown[]) => {
        const [query] = given as [string | { text: string }];
        const text = typeof query === 'string' ? query : query.text;
        // What runs by the clock is nobody's work.
        if (/"(users|auth_\w+|attempts|login_places|audit_entries)"/.test(text)) statements.push(text);
        return passOn(...given);
      }) as never);
      const { statusCode } = await new TestBrowser(server.app, '198.51.100.20').send('POST', path, body);
      watch.mockRestore();
      return { statusCode, statements };
    };
    const passOn = context.db.pool.query.bind(context.db.pool) as (...given: unknown[]) => unknown;
    for (const [path, extra, expected] of [
      ['/auth/login', { password: 'guess guess guess' }, 401],
      ['/auth/password-reset/request', {}, 202],
    ] as const) {
      const known = await work(path, { email, ...extra });
      const unknown = await work(path, { email: newEmail(), ...extra });
      expect(known.statusCode).toBe(expected);
      expect(known.statements.length).toBeGreaterThan(2);
      expect(unknown).toEqual(known);
    }
  });

  test('a password that is reset makes every place a stranger but the one it was reset from', async () => {
    const email = newEmail();
    await browser.register(email);
    const fill = async () => {
      await context.db.orm.execute(sql`
        update attempts set count = 100 where key like 'login-account:%'`);
    };
    const logIn = async (who: TestBrowser, password: string) =>
      (await who.send('POST', '/auth/login', { email, password })).statusCode;
    const stranger = () => new TestBrowser(server.app, '198.51.100.30');
    expect(await logIn(stranger(), 'guess guess guess')).toBe(401);
    await fill();
    expect([await logIn(stranger(), PASSWORD), await logIn(browser, PASSWORD)]).toEqual([429, 200]);

    const visitor = new TestBrowser(server.app, '198.51.100.31');
    await visitor.send('POST', '/auth/password-reset/request', { email });
    const token = /token=(\S+)/.exec(server.mails.at(-1)?.text ?? '')?.[1];
    const newPassword = 'a password by mail';
    expect((await visitor.send('POST', '/auth/password-reset', { token, newPassword })).statusCode).toBe(200);
    expect([await logIn(browser, newPassword), await logIn(visitor, newPassword)]).toEqual([429, 200]);

    await server.services.accounts.setPassword(email, 'set by the operator');
    await logIn(stranger(), 'guess guess guess');
    await fill();
    expect(await logIn(visitor, 'set by the operator')).toBe(429);
  });

  test('requests that another site could have made are refused', async () => {
    await browser.register(newEmail());
    const url = '/api/v1/auth/logout-everywhere';
    const from = (headers: Record<string, string | undefined>) =>
      browser.request({ method: 'POST', url, headers: { origin: undefined, ...headers } });
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://console.example.evil.example' },
      { 'sec-fetch-site': 'cross-site', origin: 'http://console.example' },
      { 'sec-fetch-site': 'same-site' },
      {},
      { 'content-type': 'text/plain' },
    ]) {
      const reply = await from(headers);
      expect([headers, reply.statusCode]).toEqual([headers, 403]);
    }
    expect((await browser.send('GET', '/auth/sessions')).statusCode).toBe(200);
    expect((await from({ 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200);
  });

  test('bad input is refused with a sentence, and texts are stored as they are', async () => {
    for (const body of [
      {},
      { email: 'no address', name: 'x', password: PASSWORD },
      { email: newEmail(), name: 'x', password: 'short' },
      { email: newEmail(), name: 'a\u0000b', password: PASSWORD },
      { email: newEmail(), name: ['x'], password: PASSWORD },
      'text',
    ]) {
      const reply = await browser.send('POST', '/auth/register', body as object);
      expect([body, reply.statusCode, reply.json().error.message.length > 0]).toEqual([body, reply.statusCode, true]);
      expect([400, 415]).toContain(reply.statusCode);
    }
    const name = `<script>alert(1)</script>'; drop table users; --`;
    const made = await browser.send('POST', '/auth/register', { email: newEmail(), name, password: PASSWORD });
    expect(made.json().name).toBe(name);
    expect(made.json().role).toBe('member');
    for (const field of ['__proto__', 'constructor']) {
      const polluted = `{"email":"${newEmail()}","name":"x","password":"${PASSWORD}","${field}":{"prototype":{"role":"operator"}}}`;
      const headers = { 'content-type': 'application/json' };
      const reply = await browser.request({ method: 'POST', url: '/api/v1/auth/register', headers, payload: polluted });
      expect([field, reply.statusCode]).toEqual([field, 400]);
      expect('role' in {}).toBe(false);
    }
    const asOperator = { email: newEmail(), name: 'x', password: PASSWORD, role: 'operator', isFounder: true };
    expect((await new TestBrowser(server.app).send('POST', '/auth/register', asOperator)).json().role).toBe('member');
  });

  test('each login is logged with its address, the right ones and the wrong ones', async () => {
    const email = newEmail();
    const userId = await browser.register(email);
    const elsewhere = new TestBrowser(server.app, '198.51.100.50');
    await elsewhere.send('POST', '/auth/login', { email, password: 'guess guess guess' });
    await elsewhere.send('POST', '/auth/login', { email, password: PASSWORD });
    const { rows } = await context.db.orm.execute(sql`
      select action, ip_address from audit_entries where subject_id = ${userId} order by ordinal`);
    expect(rows.map(({ action, ip_address: address }) => `${action} ${address}`)).toEqual([
      'user.registered 203.0.113.7',
      'user.login-refused 198.51.100.50',
      'user.logged-in 198.51.100.50',
    ]);
  });

  test('the audit log tells what one did; users are listed for operators only', async () => {
    await browser.register(newEmail());
    await browser.send('POST', '/auth/logout-everywhere');
    const email = newEmail();
    await browser.register(email);
    const { items, nextCursor } = (await browser.send('GET', '/audit?limit=100')).json();
    expect(nextCursor).toBeNull();
    expect(items.map((entry: { action: string }) => entry.action)).toEqual(['user.registered']);
    expect(items[0]).toMatchObject({ ipAddress: '203.0.113.7', projectId: null });

    expect((await browser.send('GET', '/users')).statusCode).toBe(403);
    await server.services.accounts.setRole(email, 'operator');
    const users = (await browser.send('GET', '/users')).json();
    expect(users.map((user: { email: string }) => user.email)).toContain(email);
  });
});
