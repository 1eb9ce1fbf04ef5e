import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from '../console-api/testing/console-server.ts';
import { TestBrowser } from '../console-api/testing/test-browser.ts';

type Fields = Readonly<Record<string, unknown>>;
type Body = { readonly code: unknown; readonly message: string; readonly data: Fields & Fields[] };

/** What a published client asks for, from which page, and what it cannot do without (protocol reference, §14 and §19). */
type LookUp = {
  readonly client: string;
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly query?: Fields;
  readonly keyIn: readonly ('query' | 'header' | 'apikey')[];
  readonly needs: (body: Body) => void;
};

const absolute = expect.stringMatching(/^https?:\/\/[^/]+\/uploadFiles\/[^/]+$/);

/** Avatars of the project that take no calls: one is being made, one could not be. */
const UNFINISHED = ['making', 'failed'] as const;

const LOOK_UPS: readonly LookUp[] = [
  {
    client: 'the WordPress plugin lists avatars [19.wordpress.needs] [22.7]',
    path: '/api/open/v1/avatar/list',
    keyIn: ['header'],
    needs({ data }) {
      expect(Array.isArray(data)).toBe(true);
      // It shows those alone that are ready, which it tells by this very word.
      const shown = data.filter(({ status }) => status === 'SUCCESS');
      const names = (items: readonly Fields[]) => items.map(({ name }) => name);
      expect(names(data)).toEqual(expect.arrayContaining([...UNFINISHED, 'navtalk.Leo']));
      expect(names(shown)).toEqual(names(data).filter((name) => !UNFINISHED.some((state) => state === name)));
      for (const item of shown) {
        expect(item).toMatchObject({
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          videoFile: expect.any(Boolean),
          name: expect.stringMatching(/./),
          url: absolute,
          thumbnailUrl: absolute,
        });
      }
    },
  },
  {
    client: 'the JavaScript sample asks by name [19.js.needs] [19.html.needs] [22.13]',
    path: '/api/open/v1/avatar/getByName',
    keyIn: ['query'],
    query: { name: 'navtalk.Leo' },
    needs({ data }) {
      expect(data).toMatchObject({ thumbnailUrl: absolute, providerName: expect.stringMatching(/./) });
    },
  },
  {
    client: 'the JavaScript sample asks by id [19.js.needs] [19.html.needs] [22.13]',
    path: '/api/open/v1/avatar/detail',
    keyIn: ['query'],
    query: { avatarId: 'AVATAR' },
    needs({ data }) {
      expect(data).toMatchObject({ thumbnailUrl: absolute, providerName: expect.stringMatching(/./) });
    },
  },
  {
    client: 'iOS asks by name [19.ios.needs] [22.13]',
    path: '/api/open/v1/avatar/getByName',
    keyIn: ['header'],
    query: { name: 'navtalk.Leo' },
    needs({ data }) {
      // Tools and camera are switched on by this very word.
      expect(data).toMatchObject({ url: absolute, providerName: 'openai', status: 'Success' });
    },
  },
  {
    client: 'Android asks by id, with the key twice [19.android.needs] [22.13]',
    path: '/api/open/v1/avatar/detail',
    keyIn: ['query', 'header'],
    query: { avatarId: 'AVATAR' },
    needs({ data }) {
      for (const name of ['thumbnailUrl', 'providerName', 'name', 'model', 'voice', 'id', 'avatarId']) {
        expect([name, data[name]]).toEqual([name, expect.stringMatching(/./)]);
      }
    },
  },
  {
    client: 'a client that posts instead',
    path: '/api/open/v1/avatar/detail',
    method: 'POST',
    keyIn: ['header'],
    query: { id: 'AVATAR' },
    needs({ data }) {
      expect(data).toMatchObject({ providerName: 'openai', prompt: 'You are Leo.', firstMessage: expect.any(String) });
    },
  },
  {
    client: 'the transfer sample reads chat records',
    path: '/api/chat/sessions',
    keyIn: ['apikey'],
    needs({ data }) {
      expect(data.data).toEqual([]);
    },
  },
  {
    client: 'the transparency sample asks for relays [19.transparency.needs] [20.17]',
    path: '/api/webrtc/generate-ice-servers',
    method: 'POST',
    keyIn: ['header'],
    needs(body) {
      const servers = body.data.iceServers as { urls: unknown }[];
      expect(servers.length).toBeGreaterThan(0);
      expect(servers.every(({ urls }) => Array.isArray(urls))).toBe(true);
      expect(body).toMatchObject({ iceServers: servers });
    },
  },
];

const ORIGIN = 'https://shop.example';

describeOnBothDatabases('look-ups of published clients, from another origin', (context) => {
  let server: ConsoleTestServer;
  let url: string;
  let license: string;
  const avatarId = newPublicId();

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    await context.db.orm.insert(avatars).values({
      id: avatarId,
      name: 'navtalk.Leo',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'leo',
      thumbnail: 'still.webp',
      prompt: 'You are Leo.',
    });
    const browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    for (const state of UNFINISHED) {
      await context.db.orm.insert(avatars).values({
        id: newPublicId(),
        projectId,
        name: state,
        state,
        provider: 'local',
        model: 'local',
        voice: 'cedar',
        language: 'en',
        bundleSource: 'made',
        bundleName: state,
      });
    }
    license = (await browser.send('POST', `/projects/${projectId}/keys`, { name: 'Web' })).json().key;
    url = (await server.listen(0)).replace('ws:', 'http:');
  });
  afterAll(() => server.close());

  const ask = ({ path, method = 'GET', query = {}, keyIn }: Omit<LookUp, 'needs' | 'client'>, key: string) => {
    const given = Object.entries(query).map(([name, value]) => [name, value === 'AVATAR' ? avatarId : String(value)]);
    const search = new URLSearchParams(Object.fromEntries(given));
    if (keyIn.includes('query')) search.set('license', key);
    if (keyIn.includes('apikey')) search.set('apikey', key);
    const headers = { origin: ORIGIN, ...(keyIn.includes('header') ? { license: key } : {}) };
    return fetch(`${url}${path}?${search}`, { method, headers });
  };

  describe.each(LOOK_UPS)('$client', (lookUp) => {
    test('and finds all that it needs', async () => {
      const reply = await ask(lookUp, license);
      const body = (await reply.json()) as Body;
      expect([reply.status, body.code, body.message]).toEqual([200, 200, 'SUCCESS']);
      expect(reply.headers.get('access-control-allow-origin')).toBe('*');
      expect(reply.headers.get('content-type')).toMatch(/^application\/json/);
      lookUp.needs(body);
    });

    test('and its browser may send the key as a header', async () => {
      const method = lookUp.method ?? 'GET';
      const reply = await fetch(url + lookUp.path, {
        method: 'OPTIONS',
        headers: {
          origin: ORIGIN,
          'access-control-request-method': method,
          'access-control-request-headers': 'license,content-type',
        },
      });
      expect(reply.status).toBe(204);
      expect(reply.headers.get('access-control-allow-origin')).toBe('*');
      expect(reply.headers.get('access-control-allow-methods')).toContain(method);
      for (const name of ['license', 'content-type']) {
        expect(reply.headers.get('access-control-allow-headers')).toContain(name);
      }
    });

    if (lookUp.path.endsWith('ice-servers')) return;
    // ICE servers are given without a key.
    test('and can read why a wrong key is refused', async () => {
      const reply = await ask(lookUp, 'sk_navtalk_wrong');
      expect(reply.status).toBe(401);
      expect(reply.headers.get('access-control-allow-origin')).toBe('*');
      expect(await reply.json()).toEqual({ code: 401, message: expect.stringMatching(/./), data: null });
    });
  });

  test('and their pages can read that there is nothing, but ask nothing of the console', async () => {
    const preflight = (path: string) =>
      fetch(url + path, {
        method: 'OPTIONS',
        headers: {
          origin: ORIGIN,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'license',
        },
      });
    for (const path of [
      '/api/no-such-thing',
      '/api/open/v9/none',
      '/api/realtime-api',
      '/api/v10/projects',
      '/api/v2',
    ]) {
      const reply = await preflight(path);
      expect([path, reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([path, 204, '*']);
      expect(reply.headers.get('access-control-allow-headers')).toContain('license');
    }
    const nothing = await fetch(`${url}/api/no-such-thing`, { method: 'POST', headers: { origin: ORIGIN, license } });
    expect([nothing.status, nothing.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
    for (const path of ['/api/v1', '/api/v1/', '/api/v1/projects', '/api/v1/talk-page', '/api/v1/no-such-thing']) {
      const reply = await preflight(path);
      expect([path, reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([path, 404, null]);
    }
  });

  test('samples of the first protocol get a result for any tool, from their page, with the key in the body [19.v1.tools]', async () => {
    const address = `${url}/api/realtime_function_call`;
    const preflight = await fetch(address, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    const call = (key: string) =>
      fetch(address, {
        method: 'POST',
        headers: { origin: ORIGIN, 'content-type': 'application/json' },
        body: JSON.stringify({ userInput: 'Goodbye.', license: key, chatId: 'c' }),
      });
    const answer = await call(license);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await answer.text()).toBe('{"status":"noted"}');
    expect((await call('sk_navtalk_wrong')).status).toBe(401);
  });
});
