import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { createLicenceKeys } from '../../control/licence-keys/licence-keys.ts';
import { projectMembers } from '../../db/account-schema.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from '../console-api/testing/console-server.ts';
import { TestBrowser } from '../console-api/testing/test-browser.ts';
import { CALLERS, type Caller, ELSEWHERE, EXPECTED, LET_IN } from './testing/expected-access.ts';

type Route = { readonly method: string; readonly path: string; readonly for: string };

const ROUTES: readonly Route[] = Object.entries(EXPECTED).flatMap(([whom, names]) =>
  names.map((name) => {
    const [method = '', path = ''] = name.split(' ');
    return { method, path, for: whom };
  }),
);

describeOnBothDatabases('who may call which route', (context) => {
  let server: ConsoleTestServer;
  const browsers = new Map<Caller, TestBrowser>();
  const keys = new Map<Caller, string>();
  let ids: Record<string, string>;

  const makeProject = async (browser: TestBrowser): Promise<Record<string, string>> => {
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    const base = `/projects/${projectId}`;
    const { licenceId, key } = (await browser.send('POST', `${base}/keys`, { name: 'k' })).json();
    const fields = { id: newPublicId(), name: 'Zoe', provider: 'local', model: 'l', voice: 'cedar', language: 'en' };
    const bundle = { bundleSource: 'shipped' as const, bundleName: 'leo', projectId };
    await context.db.orm.insert(avatars).values({
      ...fields,
      ...bundle,
      prompt: 'SECRET PROMPT',
      firstMessage: 'Hi',
      talkPagePlace: 0,
    });
    return { projectId, licenceId, key, avatarId: fields.id };
  };

  const mint = async (key: string, body: object): Promise<string> => {
    const headers = { license: key, origin: 'http://console.example', host: 'console.example' };
    const url = '/api/v1/browser-tokens';
    return (await server.app.inject({ method: 'POST', url, headers, payload: body })).json().token;
  };

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    for (const caller of ['operator', 'operator-member', 'owner', 'editor', 'viewer', 'stranger'] as const) {
      const browser = new TestBrowser(server.app, addressOf(caller));
      await browser.register(`${caller}-${newPublicId()}@example.org`);
      browsers.set(caller, browser);
    }
    const [operatorMember, owner, stranger] = (['operator-member', 'owner', 'stranger'] as const).map(
      (caller) => browsers.get(caller) as TestBrowser,
    ) as [TestBrowser, TestBrowser, TestBrowser];
    ids = await makeProject(owner);
    const foreign = await makeProject(stranger);
    const { user } = (await operatorMember.send('GET', '/auth/session')).json();
    await context.db.orm.execute(`update users set role = 'operator' where id = '${user.userId}'`);
    const { projectId = '' } = ids;
    await context.db.orm.insert(projectMembers).values({ projectId, userId: user.userId, role: 'owner' });
    for (const role of ['editor', 'viewer'] as const) {
      const session = await browsers.get(role)?.send('GET', '/auth/session');
      const { userId } = session?.json().user ?? {};
      await context.db.orm.insert(projectMembers).values({ projectId, userId, role });
    }
    keys.set('key', ids.key ?? '');
    keys.set('foreign-key', foreign.key ?? '');
    keys.set('token', await mint(ids.key ?? '', { avatarId: ids.avatarId }));
    keys.set('foreign-token', await mint(foreign.key ?? '', {}));
    const demo = createLicenceKeys(context.db, null);
    keys.set('demo-key', (await demo.create({ projectId: ids.projectId ?? '', name: 'Demo', isPublic: true })).key);
  });
  afterAll(() => server.close());

  const ask = async (caller: Caller, { method, path }: Route) => {
    const query = path === '/api/chat/messages' ? `?sessionId=${newPublicId()}` : '';
    const url = path.replace(/:(\w+)/g, (_match, name: string) => ids[name] ?? newPublicId()) + query;
    const key = keys.get(caller);
    const browser = browsers.get(caller) ?? new TestBrowser(server.app, addressOf(caller));
    const withKey = key === undefined ? {} : { license: key };
    // An empty body that a route would take: what is asked here is who gets so far.
    const payload = method === 'GET' || method === 'DELETE' || path.endsWith('/uploads') ? {} : { payload: {} };
    return browser.request({ method: method as 'GET', url, headers: withKey, ...payload });
  };

  test('every route states it, and as the table has it', () => {
    const kinds: Readonly<Record<string, string>> = { 'signed-link': 'everyone', operator: 'operator' };
    const stated = server.routes
      .filter(({ method }) => method !== 'HEAD')
      .filter(({ method, url }) => !ELSEWHERE.test(`${method} ${url}`))
      .map(({ method, url, access }) => {
        let whom = kinds[access.kind] ?? access.kind;
        if (access.kind === 'project') whom = access.role === 'operator' ? 'operator-member' : access.role;
        if (access.kind === 'licence') whom = access.isOptional ? 'everyone' : nameOfHolders(access.of);
        return `${whom}: ${method} ${url}`;
      });
    const table = ROUTES.map((route) => `${route.for}: ${route.method} ${route.path}`);
    expect(stated.sort()).toEqual(table.sort());
  });

  test('every route of /openapi.json is in the table', async () => {
    const { paths } = (await server.app.inject('/openapi.json')).json() as { paths: Record<string, object> };
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(documented.length).toBeGreaterThan(60);
    const known = new Set(ROUTES.map(({ method, path }) => `${method} ${path}`));
    expect(documented.filter((name) => !known.has(name))).toEqual([]);
  });

  test('nobody else gets in, on any route, and who may gets further', async () => {
    // Those that end something come last for each caller: the rest needs it.
    const ending = /logout|sessions\/:sessionId|auth\/password$|\/leave$/;
    const isDelete = ({ method, path }: Route) =>
      method === 'DELETE' || ending.test(path) || path.endsWith('/revoke') || path.endsWith('/reset');
    const harmless = ROUTES.filter((route) => !isDelete(route));
    for (const route of harmless) {
      for (const caller of CALLERS) {
        const { statusCode, body } = await ask(caller, route);
        const isLetIn = LET_IN[route.for]?.includes(caller) === true;
        const found = { route: `${route.method} ${route.path}`, caller, statusCode, body: body.slice(0, 200) };
        if (isLetIn) expect(found, 'is let in').not.toMatchObject({ statusCode: expect.toBeOneOf([401, 403]) });
        else expect(found, 'is refused').toMatchObject({ statusCode: expect.toBeOneOf([401, 403, 404]) });
        if (!isLetIn)
          expect([route.path, caller, reasonOf(route, body)]).toEqual([route.path, caller, reasonFor(route, caller)]);
        expect(statusCode, JSON.stringify(found)).not.toBe(500);
      }
    }
    for (const route of ROUTES.filter(isDelete)) {
      for (const caller of CALLERS.filter((name) => LET_IN[route.for]?.includes(name) !== true)) {
        const { statusCode, body } = await ask(caller, route);
        expect([route.path, caller, reasonOf(route, body)]).toEqual([route.path, caller, reasonFor(route, caller)]);
        const found = [route.method, route.path, caller, [401, 403, 404].includes(statusCode)];
        expect(found).toEqual([route.method, route.path, caller, true]);
      }
    }
  });

  test('a token is told of its own avatar alone, and never what that avatar is told', async () => {
    const other = newPublicId();
    await context.db.orm.insert(avatars).values({
      id: other,
      name: 'Other',
      provider: 'local',
      model: 'l',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'leo',
      projectId: ids.projectId ?? '',
      prompt: 'SECRET PROMPT',
    });
    const get = (url: string) => server.app.inject({ url, headers: { license: keys.get('token') } });
    const list = (await get('/api/open/v1/avatar/list')).json().data;
    expect(list.map(({ id }: { id: string }) => id)).toEqual([ids.avatarId]);
    expect((await get(`/api/open/v1/avatar/detail?avatarId=${ids.avatarId}`)).json().data).toMatchObject({
      id: ids.avatarId,
      name: 'Zoe',
      prompt: '',
      firstMessage: '',
    });
    for (const path of [`detail?avatarId=${other}`, 'getByName?name=Other']) {
      expect((await get(`/api/open/v1/avatar/${path}`)).statusCode).toBe(404);
    }
    for (const caller of ['token', 'demo-key'] as const) {
      for (const path of ['list', `detail?avatarId=${ids.avatarId}`, 'getByName?name=Zoe']) {
        const url = `/api/open/v1/avatar/${path}`;
        const { body } = await server.app.inject({ url, headers: { license: keys.get(caller) } });
        expect([caller, path, body.includes('SECRET'), body.includes('Zoe')]).toEqual([caller, path, false, true]);
      }
    }
    const told = await server.app.inject({
      url: `/api/open/v1/avatar/detail?avatarId=${ids.avatarId}`,
      headers: { license: keys.get('key') },
    });
    expect(told.json().data.prompt).toBe('SECRET PROMPT');
  });

  test('ICE servers with credentials are for holders, and for pages of the token’s origin', async () => {
    const page = 'https://shop.example';
    const bound = await mint(ids.key ?? '', { origin: page });
    const countFor = async (license: string | undefined, origin?: string) => {
      const headers = { ...(license === undefined ? {} : { license }), ...(origin === undefined ? {} : { origin }) };
      const { iceServers } = (await server.app.inject({ url: '/api/webrtc/generate-ice-servers', headers })).json();
      return iceServers.length;
    };
    expect(await countFor(undefined)).toBe(1);
    expect(await countFor('sk_wrong')).toBe(1);
    expect(await countFor(ids.key)).toBe(2);
    expect(await countFor(bound, page)).toBe(2);
    expect(await countFor(bound, 'https://evil.example')).toBe(1);
    expect(await countFor(bound)).toBe(1);
  });

  test('with the demo key one reads the talk whose key one has, and no other', async () => {
    const demoKey = keys.get('demo-key') ?? '';
    const talks = [newPublicId(), newPublicId()] as const;
    for (const sessionId of talks) {
      const { conversations } = server.plane;
      const { projectId = '', licenceId = '', avatarId = '' } = ids;
      await conversations.start({ sessionId, projectId, licenceId, avatarId, startedAt: new Date() });
      await conversations.addMessage({ sessionId, role: 'user', text: `said in ${sessionId}`, at: new Date() });
      await conversations.end(sessionId, { endedAt: new Date(), status: 'completed', reason: 'x' });
    }
    const [mine, theirs] = talks;
    const talkKey = server.plane.talkKeys.of(mine);
    const read = async (path: string) => {
      const reply = await server.app.inject({ url: path, headers: { license: demoKey } });
      return [reply.statusCode, reply.body.includes('said in') || reply.body.includes('startTime')];
    };
    expect(await read(`/api/chat/sessions/${mine}?talkKey=${talkKey}`)).toEqual([200, true]);
    expect(await read(`/api/chat/messages?sessionId=${mine}&talkKey=${talkKey}`)).toEqual([200, true]);
    for (const wrong of ['', `&talkKey=${talkKey}`, '&talkKey=AAAA']) {
      expect(await read(`/api/chat/messages?sessionId=${theirs}${wrong}`)).toEqual([403, false]);
      expect(await read(`/api/chat/sessions/${theirs}?x=1${wrong}`)).toEqual([403, false]);
    }
    expect(await read('/api/chat/sessions')).toEqual([403, false]);
  });
});

/** Each has one: the requests of an address are counted. */
function addressOf(caller: Caller): string {
  return `203.0.113.${7 + CALLERS.indexOf(caller)}`;
}

/** Why members are refused what their role is too small for; null where it is none of theirs. */
function reasonFor({ for: whom, path }: Route, caller: Caller): string | null {
  if (!['viewer', 'editor', 'owner'].includes(caller) || !path.includes(':projectId')) return null;
  return { owner: 'owners-only', editor: 'editors-only', 'operator-member': 'operators-only' }[whom] ?? null;
}

function reasonOf({ path }: Route, body: string): string | null {
  if (!path.includes(':projectId')) return null;
  return /"reason":"((?:owners|editors|operators)-only)"/.exec(body)?.[1] ?? null;
}

function nameOfHolders(holders: readonly string[]): string {
  if (holders.length === 1) return 'key';
  return holders.includes('token') ? 'caller' : 'own-talk';
}
