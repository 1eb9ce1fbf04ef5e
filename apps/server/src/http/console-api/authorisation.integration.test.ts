import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Route = { readonly method: Method; readonly path: string };
/** Of the generated document: the methods of a path with their parameters. */
type OpenOperation = {
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties?: object } }>>;
  };
};
type OpenPath = Readonly<Record<string, OpenOperation>>;

/** A body that each route takes, so that nothing but the authorisation can refuse it. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /projects/{projectId}/avatars/{avatarId}/knowledge-links': { url: 'https://pages.example/' },
  'POST /projects/{projectId}/avatars/{avatarId}/mcp-servers': { name: 'Stolen', url: 'https://mcp.example/' },
  'PATCH /projects/{projectId}/avatars/{avatarId}/mcp-servers/{mcpServerId}': { name: 'Stolen' },
  'POST /projects/{projectId}/avatars/{avatarId}/tool-trials': { tool: { name: 'weather' } },
  'PATCH /projects/{projectId}': { name: 'Stolen' },
  'POST /projects/{projectId}/keys': { name: 'Stolen' },
  'PATCH /projects/{projectId}/keys/{licenceId}': { maxConcurrentCalls: 999 },
  'PATCH /projects/{projectId}/avatars/{avatarId}': { name: 'Stolen' },
  'POST /projects/{projectId}/avatars/{avatarId}/talk-links': {
    name: 'Stolen',
    lifetimeHours: 1,
    maxConcurrentCalls: 1,
    maxMinutesPerDay: 1,
  },
  'PATCH /projects/{projectId}/members/{userId}': { role: 'viewer' },
  'POST /projects/{projectId}/invitations': { role: 'owner' },
  'POST /invitations/accept': { secret: 'x' },
  'POST /projects/{projectId}/points': { points: 1 },
  'PUT /projects/{projectId}/wallet': { isUnlimited: true },
  'POST /projects/{projectId}/conversations/delete': { sessionIds: ['0'.repeat(32)] },
  'POST /projects/{projectId}/conversations/export': { sessionIds: ['0'.repeat(32)] },
  'POST /projects/{projectId}/live-talks/{sessionId}/answers': { text: 'Stolen' },
  'PUT /projects/{projectId}/snippets': { snippets: ['Stolen'] },
  'POST /projects/{projectId}/webhooks': { kind: 'message', url: 'https://thief.example/' },
  'PATCH /projects/{projectId}/webhooks/{webhookId}': { url: 'https://thief.example/' },
};

/** What routes have to be asked with. */
const QUERIES: Readonly<Record<string, string>> = {
  '/projects/{projectId}/avatars/{avatarId}/knowledge/search': '?query=boats',
};

/** Asked for with a key, where no cookie counts; upload-links and generations try the keys of others. */
const BY_KEY = /^\/(browser-tokens|(uploads|generations)(\/.*)?)$/;
/** Open to everyone. */
const OPEN_ROUTES =
  /^\/(auth\/(options|session|register|login|password-reset.*)|browser-tokens|talk-page|invitations\/look)$/;

describeOnBothDatabases('authorisation', (context) => {
  let server: ConsoleTestServer;
  let owner: TestBrowser;
  let stranger: TestBrowser;
  let routes: Route[];
  let ids: Record<string, string>;
  let strangerIds: Record<string, string>;

  const makeProject = async (browser: TestBrowser): Promise<Record<string, string>> => {
    const systemAvatarId = newPublicId();
    await context.db.orm.insert(avatars).values({
      id: systemAvatarId,
      name: 'navtalk.Leo',
      provider: 'local',
      model: 'l',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'leo',
    });
    const userId = await browser.register(`${newPublicId()}@example.org`);
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    const base = `/projects/${projectId}`;
    const { licenceId } = (await browser.send('POST', `${base}/keys`, { name: 'k' })).json();
    const { avatarId } = (await browser.send('POST', `${base}/avatars`, { fromAvatarId: systemAvatarId })).json();
    const hook = { kind: 'message', url: 'https://hooks.example/' };
    const { webhookId } = (await browser.send('POST', `${base}/webhooks`, hook)).json();
    const { deliveryId } = (await browser.send('POST', `${base}/webhooks/${webhookId}/test`)).json();
    const { invitationId } = (await browser.send('POST', `${base}/invitations`, { role: 'viewer' })).json();
    const { uploadId } = (await browser.send('POST', `${base}/upload-links`)).json();
    const mcp = { name: 'harbour', url: 'https://mcp.example/' };
    const { mcpServerId } = (await browser.send('POST', `${base}/avatars/${avatarId}/mcp-servers`, mcp)).json();
    const voiceKey = { name: 'Ears', origin: 'https://ears.example', key: 'sk-x' };
    const { keyId } = (await browser.send('POST', `${base}/voice-keys`, voiceKey)).json();
    const text = { method: 'POST' as const, url: `/api/v1${base}/avatars/${avatarId}/knowledge?name=a.txt` };
    const sent = await browser.request({ ...text, payload: 'Words.', headers: { 'content-type': 'text/plain' } });
    const { sourceId } = sent.json();
    const film = { avatar: avatarId, text: 'Hello.' };
    const { generationId } = (await browser.send('POST', `${base}/generations`, film)).json();
    const sessionId = newPublicId();
    const { conversations } = server.plane;
    await conversations.start({ sessionId, projectId, licenceId, avatarId, startedAt: new Date() });
    await conversations.end(sessionId, { endedAt: new Date(), status: 'completed', reason: 'x' });
    const things = {
      licenceId,
      avatarId,
      webhookId,
      deliveryId,
      sessionId,
      uploadId,
      invitationId,
      generationId,
      mcpServerId,
      sourceId,
      keyId,
      callerId: 'somebody',
    };
    return { ...things, projectId, systemAvatarId, userId };
  };

  const fill = (path: string, values: Record<string, string>): string =>
    path.replace(/\{(\w+)\}/g, (_match, name: string) => values[name] ?? `no-${name}`) + (QUERIES[path] ?? '');

  const bodyOf = ({ method, path }: Route, values: Record<string, string>): object | undefined => {
    if (`${method} ${path}` === 'POST /projects/{projectId}/avatars') return { fromAvatarId: values.systemAvatarId };
    if (path.endsWith('/playground-token')) return { licenceId: values.licenceId };
    return BODIES[`${method} ${path}`] ?? (method === 'GET' || method === 'DELETE' ? undefined : {});
  };

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    // A registered server has a founder; neither of the two below is the operator.
    await new TestBrowser(server.app).register(`${newPublicId()}@example.org`);
    [owner, stranger] = [new TestBrowser(server.app), new TestBrowser(server.app)];
    [ids, strangerIds] = [await makeProject(owner), await makeProject(stranger)];
    const { paths } = (await server.app.inject('/openapi.json')).json() as { paths: Record<string, object> };
    routes = Object.entries(paths)
      .filter(([path]) => path.startsWith('/api/v1/'))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => ({
          method: method.toUpperCase() as Method,
          path: path.slice('/api/v1'.length),
        })),
      );
  });
  afterAll(() => server.close());

  test('every route but the ones for getting in wants someone logged in', async () => {
    const guarded = routes.filter(({ path }) => !OPEN_ROUTES.test(path));
    expect(guarded.length).toBeGreaterThan(35);
    for (const route of guarded) {
      const reply = await new TestBrowser(server.app).send(route.method, fill(route.path, ids), bodyOf(route, ids));
      expect([route, reply.statusCode]).toEqual([route, 401]);
    }
  });

  test('another user’s project is not there, on every route of projects, and stays as it was', async () => {
    const dump = async () => {
      const { rows } = await context.db.orm.execute(sql`
        select (select jsonb_agg(to_jsonb(p)) from projects p where id = ${ids.projectId}) as project,
          (select jsonb_agg(to_jsonb(k) order by k.ordinal) from licence_keys k where project_id = ${ids.projectId}) as keys,
          (select jsonb_agg(to_jsonb(a) order by a.ordinal) from avatars a where project_id = ${ids.projectId}) as avatars,
          (select jsonb_agg(to_jsonb(s)) from knowledge_sources s where avatar_id = ${ids.avatarId}) as knowledge,
          (select jsonb_agg(to_jsonb(s)) from mcp_servers s where avatar_id = ${ids.avatarId}) as mcp,
          (select jsonb_agg(to_jsonb(v)) from voice_keys v where project_id = ${ids.projectId}) as voice_keys,
          (select jsonb_agg(to_jsonb(w) order by w.ordinal) from webhooks w where project_id = ${ids.projectId}) as webhooks,
          (select jsonb_agg(to_jsonb(u)) from upload_links u where project_id = ${ids.projectId}) as links,
          (select jsonb_agg(to_jsonb(f)) from films f where project_id = ${ids.projectId}) as films,
          (select jsonb_agg(to_jsonb(c)) from conversations c where project_id = ${ids.projectId}) as talks,
          (select jsonb_agg(to_jsonb(m)) from project_members m where project_id = ${ids.projectId}) as members,
          (select jsonb_agg(to_jsonb(i)) from project_invitations i where project_id = ${ids.projectId}) as invitations,
          (select jsonb_agg(to_jsonb(w)) from wallets w where project_id = ${ids.projectId}) as wallet`);
      return rows;
    };
    const before = await dump();
    const ofProjects = routes.filter(({ path }) => path.startsWith('/projects/{projectId}'));
    expect(ofProjects.length).toBeGreaterThan(28);
    for (const route of ofProjects) {
      const reply = await stranger.send(route.method, fill(route.path, ids), bodyOf(route, ids));
      expect([route, reply.statusCode]).toEqual([route, 404]);
      // In one's own project, with the ids of another's things.
      if (
        !/\{(licenceId|avatarId|mcpServerId|sourceId|webhookId|deliveryId|sessionId|userId|invitationId|uploadId|keyId)\}/.test(
          route.path,
        )
      )
        continue;
      const mixed = { ...ids, projectId: strangerIds.projectId ?? '' };
      const crossed = await stranger.send(route.method, fill(route.path, mixed), bodyOf(route, mixed));
      expect([route, 'crossed', crossed.statusCode]).toEqual([route, 'crossed', 404]);
    }
    const foreignSource = { fromAvatarId: ids.avatarId };
    const copied = await stranger.send('POST', `/projects/${strangerIds.projectId}/avatars`, foreignSource);
    expect(copied.statusCode).toBe(404);
    const foreignHook = { ...strangerIds, deliveryId: ids.deliveryId ?? '' };
    const resent = fill('/projects/{projectId}/webhooks/{webhookId}/deliveries/{deliveryId}/resend', foreignHook);
    expect((await stranger.send('POST', resent)).statusCode).toBe(404);
    expect(await dump()).toEqual(before);
    const trail = (await stranger.send('GET', '/audit?limit=100')).body;
    expect(trail).not.toContain(ids.projectId);
  });

  test('no route with an id is outside these checks', () => {
    const withIds = routes.filter(({ path }) => path.includes('{'));
    const elsewhere = withIds.filter(({ path }) => !path.startsWith('/projects/{projectId}') && !BY_KEY.test(path));
    expect(elsewhere).toEqual([{ method: 'DELETE', path: '/auth/sessions/{sessionId}' }]);
    const names = withIds.flatMap(({ path }) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name));
    expect([...new Set(names)].filter((name) => !(name in ids))).toEqual([]);
  });

  test('no route that writes takes a request of another site', async () => {
    const writing = routes.filter(({ method }) => method !== 'GET');
    expect(writing.length).toBeGreaterThan(25);
    const foreign = [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site', origin: 'http://console.example' },
      { origin: undefined, 'content-type': 'text/plain' },
    ];
    for (const { method, path } of writing) {
      for (const headers of foreign) {
        const reply = await owner.request({ method, url: `/api/v1${fill(path, ids)}`, headers });
        const expected = BY_KEY.test(path) ? [400, 401, 403, 415] : [403];
        expect([method, path, headers, expected.includes(reply.statusCode)]).toEqual([method, path, headers, true]);
      }
    }
  });

  test('another project’s key reaches nothing by its id, on every route of the open interface', async () => {
    const key = (await stranger.send('POST', `/projects/${strangerIds.projectId}/keys`, { name: 'k' })).json().key;
    const { paths } = (await server.app.inject('/openapi.json')).json() as { paths: Record<string, OpenPath> };
    const open = Object.entries(paths).filter(([path]) => /^\/api\/(open|chat)\//.test(path));
    const values: Record<string, string> = { id: '', jobId: ids.avatarId ?? '', sessionId: ids.sessionId ?? '' };
    values.avatarId = ids.avatarId ?? '';
    values.ratingKey = 'guessed';
    values.text = 'Hello.';
    values.utteranceId = 'greeting';
    let checked = 0;
    for (const [path, documented] of open) {
      const names = Object.values(documented)
        .flatMap(namesOf)
        .filter((name) => name in values);
      if (names.length === 0) continue;
      // Clients may ask in other ways than the documented one.
      const methods = (['GET', 'POST', 'DELETE'] as const).filter((method) =>
        server.app.hasRoute({ method, url: path.replace(/\{(\w+)\}/, ':$1') }),
      );
      expect(methods).toEqual(expect.arrayContaining(Object.keys(documented).map((method) => method.toUpperCase())));
      for (const method of methods) {
        checked += 1;
        const id = (path.startsWith('/api/chat/') ? ids.sessionId : ids.avatarId) ?? '';
        const query = new URLSearchParams(
          Object.fromEntries(names.map((name) => [name, name === 'id' ? id : (values[name] ?? '')])),
        );
        const reply = await server.app.inject({
          method,
          headers: { license: key },
          url: `${path.replace('{id}', id)}?${query}`,
        });
        // A rating is opened by the key of its call alone, whatever licence comes with it.
        const refused = path === '/api/chat/ratings' ? 403 : 404;
        expect([method, path, reply.statusCode]).toEqual([method, path, refused]);
        expect(reply.json().data).toBeNull();
      }
    }
    expect(checked).toBeGreaterThan(8);
    const { rows } = await context.db.orm.execute(sql`select name from avatars where id = ${ids.avatarId}`);
    expect(rows).toHaveLength(1);
  });

  test('ids that are none, oversize bodies and wrong types are refused, not run', async () => {
    const hostile = [`' or 1=1 --`, '../../etc/passwd', '%00', '<script>', '0'.repeat(5000)];
    for (const route of routes.filter(({ path }) => path.includes('{') && !BY_KEY.test(path))) {
      for (const text of hostile) {
        const values = Object.fromEntries(Object.keys(ids).map((name) => [name, encodeURIComponent(text)]));
        const reply = await owner.send(route.method, fill(route.path, values), bodyOf(route, ids));
        expect([route, text.slice(0, 20), [400, 404, 414].includes(reply.statusCode)]).toEqual([
          route,
          text.slice(0, 20),
          true,
        ]);
      }
    }
    const large = { name: randomBytes(1_100_000).toString('hex') };
    expect((await owner.send('POST', '/projects', large)).statusCode).toBe(413);
    expect((await server.app.inject('/uploadFiles/..%2f..%2fmaster.key')).statusCode).toBe(404);
  });
});

/** Names of what a route takes, in the address or in the body. */
function namesOf({ parameters = [], requestBody }: OpenOperation): string[] {
  const bodies = Object.values(requestBody?.content ?? {});
  return [
    ...parameters.map(({ name }) => name),
    ...bodies.flatMap(({ schema }) => Object.keys(schema.properties ?? {})),
  ];
}
