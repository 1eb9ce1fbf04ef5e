import { sql } from 'drizzle-orm';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { TestClient } from '../../gateway/navtalk-v2/test-client.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const ORIGIN = 'https://shop.example';

describeOnBothDatabases('projects and licence keys', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let baseUrl: string;
  let projectId: string;
  const avatarId = newPublicId();
  const open: TestClient[] = [];

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    baseUrl = await server.listen(24000 + Math.floor(Math.random() * 400));
    await context.db.orm.insert(avatars).values({
      id: avatarId,
      name: 'navtalk.Leo',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'leo',
    });
  });
  afterAll(() => server.close());

  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from attempts`);
    for (const client of open.splice(0)) client.socket.terminate();
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    projectId = (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId;
  });

  const newKey = async (limits: object = {}): Promise<{ key: string; licenceId: string }> => {
    const reply = await browser.send('POST', `/projects/${projectId}/keys`, { name: 'Web', ...limits });
    expect(reply.statusCode).toBe(201);
    return reply.json();
  };

  const call = (license: string, headers: Record<string, string> = {}): TestClient => {
    const client = new TestClient(baseUrl, { license, avatarId }, headers);
    open.push(client);
    return client;
  };

  const reasonOf = async (license: string, headers: Record<string, string> = {}): Promise<string> =>
    (await call(license, headers).closed).reason;

  const tokenForOperators = async (license: string): Promise<string> => {
    const url = '/api/open/v1/mqtt/operator-token';
    return (await server.app.inject({ method: 'POST', url, headers: { license } })).json().data.token;
  };

  /** Connects to the broker by the token, and leaves. */
  const operatorWith = async (password: string): Promise<void> => {
    const access = { username: projectId, password, reconnectPeriod: 0 };
    await (await connectAsync(`${baseUrl}/mqtt`, access)).endAsync();
  };

  const isTaken = async (license: string, headers: Record<string, string> = {}): Promise<boolean> =>
    Boolean(await call(license, headers).event('conversation.connected.success'));

  test('projects are made, listed, changed and deleted', async () => {
    expect((await browser.send('GET', '/projects')).json()).toMatchObject([{ projectId, name: 'Shop' }]);
    const changed = await browser.send('PATCH', `/projects/${projectId}`, { name: 'Store', retentionDays: 30 });
    expect(changed.json()).toMatchObject({ name: 'Store', retentionDays: 30 });
    expect((await browser.send('PATCH', `/projects/${projectId}`, {})).json()).toEqual(changed.json());
    const { key } = await newKey();
    const client = call(key);
    await client.event('conversation.connected.success');
    expect((await browser.send('DELETE', `/projects/${projectId}`)).statusCode).toBe(200);
    expect((await client.closed).reason).toBe('License reset');
    expect((await browser.send('GET', `/projects/${projectId}`)).statusCode).toBe(404);
    expect(await reasonOf(key)).toBe('Invalid license');
  });

  test('talks that go on are shown as they are, taken over, answered and given back; ready answers are kept', async () => {
    const path = `/projects/${projectId}/live-talks`;
    const { key } = await newKey();
    const before = (await browser.send('GET', path)).json();
    expect(before).toMatchObject({ isOperatorThere: false, talks: [] });
    const changed = browser.send('GET', `${path}?version=${before.version}`);
    expect(await isTaken(key)).toBe(true);
    const { talks } = (await changed).json();
    expect(talks).toMatchObject([{ avatarName: 'navtalk.Leo', answeredBy: 'voice', canGiveBack: true, lines: [] }]);
    const talk = `${path}/${talks[0].sessionId}`;
    const session = server.placer.calls.at(-1);
    const send = async (name: string, body?: object) =>
      (await browser.send('POST', `${talk}/${name}`, body)).statusCode;
    expect([await send('give-back'), await send('take-over')]).toEqual([200, 200]);
    session?.emit({ type: 'answered-by', by: 'operator', canChange: true });
    expect([await send('take-over'), await send('give-back')]).toEqual([200, 200]);
    session?.emit({ type: 'answered-by', by: 'voice', canChange: true });
    expect(await send('answers', { text: ' Good day. ' })).toBe(200);
    expect(session?.commands).toContainEqual({ type: 'say', text: 'Good day.', by: 'operator' });
    session?.emit({ type: 'answered-by', by: 'operator', canChange: false });
    expect(await send('answers', { text: 'And good night.' })).toBe(200);
    const refused = await browser.send('POST', `${talk}/give-back`);
    expect([refused.statusCode, refused.json().error.reason]).toEqual([409, 'voice-cannot-answer']);
    // What has changed leaves a trace, and only that.
    const { items } = (await browser.send('GET', '/audit')).json();
    const ofTalk = items.filter(({ subjectId }: { subjectId: string }) => subjectId === talks[0].sessionId);
    expect(ofTalk.map(({ action }: { action: string }) => action)).toEqual([
      'conversation.taken-over',
      'conversation.given-back',
      'conversation.taken-over',
    ]);
    expect((await browser.send('POST', `${talk}/answers`, { text: ' ' })).statusCode).toBe(400);
    const gone = await browser.send('POST', `${path}/${newPublicId()}/answers`, { text: 'Hello?' });
    expect([gone.statusCode, gone.json().error.reason]).toEqual([404, 'talk-over']);
    const snippets = ['Good day.', 'One moment, please.'];
    expect((await browser.send('PUT', `/projects/${projectId}/snippets`, { snippets })).json()).toEqual({ snippets });
    expect((await browser.send('GET', `/projects/${projectId}/snippets`)).json()).toEqual({ snippets });
    const tooMany = { snippets: Array.from({ length: 51 }, (_, index) => `Answer ${index}`) };
    expect((await browser.send('PUT', `/projects/${projectId}/snippets`, tooMany)).statusCode).toBe(400);
  });

  test('a key is made, listed without its secret, revealed with a trace, and used', async () => {
    const { key, licenceId } = await newKey();
    expect(key).toMatch(/^sk_navtalk_[A-Za-z0-9]{32}$/);
    const list = await browser.send('GET', `/projects/${projectId}/keys`);
    expect(list.body).not.toContain(key);
    expect(list.json()).toMatchObject([{ licenceId, name: 'Web', maxConcurrentCalls: 10, lastUsedAt: null }]);
    expect(await isTaken(key)).toBe(true);
    expect((await browser.send('GET', `/projects/${projectId}/keys`)).json()[0].lastUsedAt).not.toBeNull();

    const shown = await browser.send('POST', `/projects/${projectId}/keys/${licenceId}/reveal`);
    expect(shown.json()).toEqual({ licenceId, key });
    const { items } = (await browser.send('GET', '/audit')).json();
    expect(items[0]).toMatchObject({ action: 'licence.revealed', subjectId: licenceId, projectId });
    expect(JSON.stringify(items)).not.toContain(key);
  });

  test('a reset ends live calls with a clear event; the old key is refused and the new one works at once', async () => {
    const { key, licenceId } = await newKey({ maxConcurrentCalls: 1 });
    const other = await newKey();
    const [live, bystander] = [call(key), call(other.key)];
    await live.event('conversation.connected.success');
    await bystander.event('conversation.connected.success');
    const token = await mint(key);
    const operatorToken = await tokenForOperators(key);
    await operatorWith(operatorToken);

    const reset = await browser.send('POST', `/projects/${projectId}/keys/${licenceId}/reset`);
    expect(reset.json()).toMatchObject({ licenceId, endedCalls: 1 });
    const event = await live.event('conversation.connected.close');
    expect(event.data).toMatchObject({ code: 'licence-reset', retryable: false });
    expect(event.message).toContain('reset');
    expect(await live.closed).toMatchObject({ code: 4410, reason: 'License reset' });

    expect(await isTaken(reset.json().key)).toBe(true);
    expect(await reasonOf(key)).toBe('Invalid license');
    expect(await reasonOf(token)).toBe('Token expired');
    await expect(operatorWith(operatorToken)).rejects.toMatchObject({ code: 5 });
    await operatorWith(await tokenForOperators(reset.json().key));
    expect(bystander.socket.readyState).toBe(bystander.socket.OPEN);

    const revoked = await browser.send('POST', `/projects/${projectId}/keys/${licenceId}/revoke`);
    expect(revoked.json()).toEqual({ endedCalls: 1 });
    expect(await reasonOf(reset.json().key)).toBe('Invalid license');
    for (const action of ['reset', 'revoke']) {
      const again = await browser.send('POST', `/projects/${projectId}/keys/${licenceId}/${action}`);
      expect([action, again.statusCode]).toEqual([action, 404]);
    }
  });

  test('a reset on another node ends the calls here at their next renewal', async () => {
    const { key, licenceId } = await newKey();
    const live = call(key);
    await live.event('conversation.connected.success');
    const otherNode = await createConsoleServer(context.db);
    const there = new TestBrowser(otherNode.app);
    for (const [name, value] of browser.cookies) there.cookies.set(name, value);
    const reset = await there.send('POST', `/projects/${projectId}/keys/${licenceId}/reset`);
    expect(reset.json()).toMatchObject({ endedCalls: 0 });
    expect(await reasonOf(key)).toBe('Invalid license');
    await server.plane.limits.renew();
    expect(await live.closed).toMatchObject({ code: 4410, reason: 'License reset' });
    await otherNode.close();
  });

  test('the limit of concurrent calls holds on sockets, and a place is free again after the call', async () => {
    const { key, licenceId } = await newKey({ maxConcurrentCalls: 1 });
    const first = call(key);
    await first.event('conversation.connected.success');
    expect(await reasonOf(key)).toBe('Connection limit exceeded');
    await browser.send('PATCH', `/projects/${projectId}/keys/${licenceId}`, { maxConcurrentCalls: 2 });
    expect(await isTaken(key)).toBe(true);
    expect(await reasonOf(key)).toBe('Connection limit exceeded');
    first.socket.close();
    await first.closed;
    await expect
      .poll(async () => {
        const client = call(key);
        await Promise.race([client.closed, client.event('conversation.connected.success')]);
        return client.types()[0];
      })
      .toBe('conversation.connected.success');
  });

  test('the arguments of a tool’s call are an object, or text for a key that says so [19.recruitment.needs] [20.6]', async () => {
    const { key, licenceId } = await newKey();
    const told = async () => {
      const client = call(key);
      await client.event('realtime.session.updated');
      const calls = server.placer.calls;
      const toolCall = { turnId: 'r', callId: 'c', name: 'add', argumentsJson: '{"x":1}' };
      calls.at(-1)?.emit({ type: 'tool-call-done', ...toolCall });
      return (await client.event('realtime.response.function_call_arguments.done')).data.arguments;
    };
    expect(await told()).toEqual({ x: 1 });
    const path = `/projects/${projectId}/keys/${licenceId}`;
    expect((await browser.send('PATCH', path, { toolArguments: 'string' })).json().toolArguments).toBe('string');
    expect(await told()).toBe('{"x":1}');
    expect((await browser.send('PATCH', path, { toolArguments: 'yaml' })).statusCode).toBe(400);
    expect((await browser.send('PATCH', path, { name: 'Renamed' })).json().toolArguments).toBe('string');
  });

  test('allowed origins: pages of others and programs are refused, this server’s own pages are not', async () => {
    const { key } = await newKey({ allowedOrigins: [ORIGIN] });
    expect(await isTaken(key, { origin: ORIGIN })).toBe(true);
    expect(await isTaken(key, { origin: baseUrl.replace('ws:', 'http:') })).toBe(true);
    for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'http://shop.example' }]) {
      expect([headers, await reasonOf(key, headers as Record<string, string>)]).toEqual([
        headers,
        'Origin not allowed',
      ]);
    }
  });

  const mint = async (key: string, body: object = {}): Promise<string> => {
    const url = '/api/v1/browser-tokens';
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const reply = await server.app.inject({ method: 'POST', url, headers, payload: body });
    expect(reply.statusCode).toBe(201);
    return reply.json().token;
  };

  test('a browser token takes the place of its key: in time, for its avatar, on its page', async () => {
    const { key } = await newKey();
    const token = await mint(key, { avatarId, origin: ORIGIN });
    expect(token).toMatch(/^vt_[\w-]{43}$/);
    expect(await isTaken(token, { origin: ORIGIN })).toBe(true);
    expect(await reasonOf(token)).toBe('Origin not allowed');
    const { rows } = await context.db.orm.execute(sql`select encode(token_hash, 'escape') as hash from browser_tokens`);
    expect(JSON.stringify(rows)).not.toContain(token);

    const otherAvatar = newPublicId();
    await context.db.orm.insert(avatars).values({
      id: otherAvatar,
      name: 'Zoe',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'leo',
      projectId,
    });
    expect(await reasonOf(await mint(key, { avatarId: otherAvatar }))).toBe('Avatar not found');

    await context.db.orm.execute(sql`update browser_tokens set expires_at = now() - interval '1 second'`);
    expect(await reasonOf(token, { origin: ORIGIN })).toBe('Token expired');
  });

  test('tokens are minted with a key only, and never from a token', async () => {
    const { key } = await newKey();
    const token = await mint(key);
    const url = '/api/v1/browser-tokens';
    for (const [license, status] of [
      ['', 401],
      ['sk_wrong', 401],
      [token, 403],
    ] as const) {
      const reply = await server.app.inject({ method: 'POST', url, headers: { license }, payload: {} });
      expect([license.slice(0, 3), reply.statusCode]).toEqual([license.slice(0, 3), status]);
    }
    const foreign = { avatarId: newPublicId() };
    const headers = { license: key };
    expect((await server.app.inject({ method: 'POST', url, headers, payload: foreign })).statusCode).toBe(404);
    const long = { lifetimeSeconds: 1e9 };
    expect((await server.app.inject({ method: 'POST', url, headers, payload: long })).statusCode).toBe(400);
  });

  test('limits and names that do not fit are refused', async () => {
    for (const body of [
      { name: '' },
      { name: 'x', maxConcurrentCalls: 0 },
      { name: 'x', maxMinutesPerDay: -1 },
      { name: 'x', allowedOrigins: ['https://shop.example/path'] },
      { name: 'x', allowedOrigins: ['javascript:alert(1)'] },
      { name: 'x', allowedOrigins: ['*'] },
    ]) {
      const reply = await browser.send('POST', `/projects/${projectId}/keys`, body);
      expect([body, reply.statusCode]).toEqual([body, 400]);
    }
  });
});
