import { readFileSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConversationStore } from '../../control/conversations/conversation-store.ts';
import { newPublicId } from '../../control/ids.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from '../console-api/testing/console-server.ts';
import { TestBrowser } from '../console-api/testing/test-browser.ts';

const ORIGIN = 'https://shop.example';

describeOnBothDatabases('open REST', (context) => {
  let server: ConsoleTestServer;
  let license: string;
  let foreignLicense: string;
  let projectId: string;
  const systemAvatarId = newPublicId();

  const newProject = async (): Promise<{ projectId: string; key: string }> => {
    const browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    const id = (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    return { projectId: id, key: (await browser.send('POST', `/projects/${id}/keys`, { name: 'Web' })).json().key };
  };

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    await context.db.orm.insert(avatars).values({
      id: systemAvatarId,
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
    const [own, other] = [await newProject(), await newProject()];
    license = own.key;
    projectId = own.projectId;
    foreignLicense = other.key;
  });
  afterAll(() => server.close());

  const get = (path: string, query: Record<string, string> = {}, key = license) =>
    server.app.inject({
      url: `${path}?${new URLSearchParams({ license: key, ...query })}`,
      headers: { host: 'avatar.example', origin: ORIGIN },
    });
  const post = (path: string, body: object, key = license) =>
    server.app.inject({
      method: 'POST',
      url: path,
      payload: body,
      headers: { license: key, host: 'avatar.example', origin: ORIGIN },
    });

  const add = async (name: string): Promise<string> => {
    const url = `http://avatar.example/uploadFiles/${systemAvatarId}.webp`;
    const reply = await post('/api/open/v1/avatar/add', {
      name,
      url,
      providerId: '1',
      model: 'gpt-realtime',
      voice: 'marin',
    });
    expect(reply.json()).toMatchObject({ code: 200, message: 'SUCCESS' });
    return reply.json().data.avatarId;
  };

  test('an avatar is added, found, listed, updated and deleted [20.25] [20.27]', async () => {
    const avatarId = await add('Mia');
    expect((await get('/api/open/v1/avatar/status', { jobId: avatarId })).json().data).toEqual({
      jobId: avatarId,
      avatarId,
      status: 'Success',
      progress: 100,
      message: '',
    });
    const found = (await get('/api/open/v1/avatar/detail', { avatarId })).json().data;
    expect(found).toEqual({
      id: avatarId,
      avatarId,
      name: 'Mia',
      videoFile: false,
      providerId: '1',
      providerName: 'openai',
      model: 'gpt-realtime',
      voice: 'marin',
      firstMessage: '',
      prompt: 'You are Leo.',
      status: 'Success',
      url: `http://avatar.example/uploadFiles/${avatarId}.webp`,
      thumbnailUrl: `http://avatar.example/uploadFiles/${avatarId}.webp`,
    });
    expect((await get('/api/open/v1/avatar/getByName', { name: 'mia' })).json().data.id).toBe(avatarId);
    const list = (await get('/api/open/v1/avatar/list')).json();
    expect(list.data.map((avatar: { name: string; status: string }) => [avatar.name, avatar.status])).toEqual([
      ['Mia', 'SUCCESS'],
      ['navtalk.Leo', 'SUCCESS'],
    ]);

    const update = {
      id: avatarId,
      name: 'Mia',
      providerId: 1,
      model: 'gpt-realtime-mini',
      voice: 'sage',
      prompt: 'Hi',
    };
    expect((await post('/api/open/v1/avatar/update', update)).json().data).toBe('Avatar updated successfully');
    expect((await get('/api/open/v1/avatar/detail', { id: avatarId })).json().data).toMatchObject({
      model: 'gpt-realtime-mini',
      voice: 'sage',
      prompt: 'Hi',
    });
    expect((await post('/api/open/v1/avatar/delete', { avatarId })).json().data).toBe('Avatar deleted successfully');
    expect((await get('/api/open/v1/avatar/detail', { avatarId })).statusCode).toBe(404);
  });

  test('names are unique within the project, pictures are needed, built-in avatars stay as they are', async () => {
    const avatarId = await add('Zoe');
    const url = `/uploadFiles/${systemAvatarId}.webp`;
    const cases = [
      [400, 'add', { name: 'ZOE', url }],
      [400, 'add', { url }],
      [400, 'add', { name: 'No picture' }],
      [501, 'add', { name: 'Photo', url: 'https://pictures.example/photo.jpg' }],
      [404, 'add', { name: 'Copy', fromAvatarId: newPublicId() }],
      [403, 'update', { id: systemAvatarId, name: 'Mine' }],
      [403, 'delete', { id: systemAvatarId }],
      [404, 'update', { id: `${avatarId}' or true --`, name: 'x' }],
      [400, 'update', {}],
    ] as const;
    for (const [status, action, body] of cases) {
      const reply = await post(`/api/open/v1/avatar/${action}`, body);
      expect([action, body, reply.statusCode]).toEqual([action, body, status]);
      expect(reply.json()).toEqual({ code: status, message: expect.stringMatching(/./), data: null });
    }
  });

  test('another project’s key reaches none of it', async () => {
    const avatarId = await add('Private');
    const sessionId = newPublicId();
    const store = createConversationStore(context.db);
    await store.start({ sessionId, projectId, licenceId: 'l', avatarId, startedAt: new Date() });
    for (const path of ['avatar/detail', 'avatar/status']) {
      expect((await get(`/api/open/v1/${path}`, { avatarId, jobId: avatarId }, foreignLicense)).statusCode).toBe(404);
    }
    expect((await get('/api/open/v1/avatar/getByName', { name: 'Private' }, foreignLicense)).statusCode).toBe(404);
    for (const action of ['update', 'delete']) {
      const reply = await post(`/api/open/v1/avatar/${action}`, { id: avatarId, name: 'Stolen' }, foreignLicense);
      expect(reply.statusCode).toBe(404);
    }
    expect((await get(`/api/chat/sessions/${sessionId}`, {}, foreignLicense)).statusCode).toBe(404);
    expect((await get('/api/chat/messages', { sessionId }, foreignLicense)).statusCode).toBe(404);
    expect((await get('/api/chat/sessions', {}, foreignLicense)).json().data.data).toEqual([]);
    expect((await get('/api/open/v1/avatar/detail', { avatarId })).json().data.name).toBe('Private');
  });

  test('the card of an avatar tells what a page shows before a call, and nobody more than they may know', async () => {
    const avatarId = await add('Receptionist');
    const making = newPublicId();
    await context.db.orm.insert(avatars).values({
      id: making,
      projectId,
      name: 'Half done',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'made',
      bundleName: making,
      state: 'making',
    });
    const card = async (avatar: string, key?: string) => {
      const form = new URLSearchParams({ avatar, ...(key === undefined ? {} : { license: key }) });
      const reply = await server.app.inject({
        method: 'POST',
        url: '/api/open/v1/avatar/card',
        headers: { host: 'avatar.example', origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
        payload: form.toString(),
      });
      expect(reply.headers['access-control-allow-origin']).toBe('*');
      return { status: reply.statusCode, data: reply.json().data };
    };
    const own = {
      status: 200,
      data: { avatarId, name: 'Receptionist', description: '', posterUrl: `/uploadFiles/${avatarId}.webp`, face: null },
    };
    const unknown = { status: 404, data: null };
    // By its id for everyone, as its picture; by its name for its project alone.
    expect(await card(avatarId)).toEqual(own);
    expect(await card(avatarId.toUpperCase(), license)).toEqual(own);
    expect(await card('receptionist', license)).toEqual(own);
    expect(await card('Receptionist')).toEqual(unknown);
    expect(await card('Receptionist', foreignLicense)).toEqual(unknown);
    expect(await card(avatarId, foreignLicense)).toEqual(unknown);
    // Built-in ones have their names for everyone, and nobody stands in for an unknown one.
    expect((await card('navtalk.Leo')).data).toMatchObject({ avatarId: systemAvatarId, name: 'navtalk.Leo' });
    expect(await card('navtalk.Nobody')).toEqual(unknown);
    expect(await card('navtalk.Nobody', license)).toEqual(unknown);
    // One that takes no calls, a key that is none, and what is no name.
    expect(await card(making, license)).toEqual(unknown);
    expect(await card(making)).toEqual(unknown);
    expect(await card(avatarId, 'sk_navtalk_wrong')).toEqual({ status: 401, data: null });
    for (const text of ["' or true --", '%', '../../etc/passwd', '\u0000', `${avatarId}0`]) {
      expect((await card(text, license)).status).toBe(text === '\u0000' ? 400 : 404);
    }
    expect((await card('x'.repeat(100_000))).status).toBeGreaterThanOrEqual(400);
    // A token for one avatar opens that one's alone.
    const minted = await server.app.inject({
      method: 'POST',
      url: '/api/v1/browser-tokens',
      payload: { avatarId, lifetimeSeconds: 60 },
      headers: { authorization: `Bearer ${license}`, host: 'avatar.example' },
    });
    const { token } = minted.json();
    expect(await card('Receptionist', token)).toEqual(own);
    expect(await card('navtalk.Leo', token)).toEqual(unknown);
  });

  test('every route wants a key, in any of its places, and answers pages of other origins [20.28] [20.35] [22.13]', async () => {
    const paths = ['avatar/list', 'provider/list', 'model/list', 'voice/list'].map((path) => `/api/open/v1/${path}`);
    for (const url of [...paths, '/api/chat/sessions']) {
      for (const reply of [
        await server.app.inject({ url: `${url}?license=${license}`, headers: { origin: ORIGIN } }),
        await server.app.inject({ url: `${url}?apikey=${license}`, headers: { origin: ORIGIN } }),
        await server.app.inject({ url, headers: { license, origin: ORIGIN } }),
      ]) {
        expect([url, reply.statusCode]).toEqual([url, 200]);
        expect(reply.json()).toMatchObject({ code: 200, message: 'SUCCESS' });
        expect(reply.headers['access-control-allow-origin']).toBe('*');
      }
      for (const key of ['', 'license=wrong']) {
        const refused = await server.app.inject(`${url}?${key}`);
        expect([url, key, refused.statusCode, refused.json().code]).toEqual([url, key, 401, 401]);
      }
      expect((await server.app.inject({ method: 'OPTIONS', url })).headers['access-control-allow-headers']).toContain(
        'license',
      );
    }
    const lists = await Promise.all(paths.slice(1).map(async (path) => (await get(path)).json().data));
    expect(lists[0]).toEqual([{ id: '1', providerId: '1', name: 'OpenAIRealtime', providerName: 'openai' }]);
    expect(lists[1]).toContainEqual(expect.objectContaining({ id: 'transparency', model: 'transparency' }));
    const voices = lists[2].map(({ voice }: { voice: string }) => voice);
    const older = ['alloy', 'ash', 'ballad', 'coral', 'echo', 'fable', 'nova', 'onyx', 'sage', 'shimmer', 'verse'];
    expect(voices.toSorted()).toEqual([...older, 'cedar', 'marin'].toSorted());
  });

  test('chat records: sessions by time and status, page by page, and what was said', async () => {
    const store = createConversationStore(context.db);
    await context.db.orm.execute(sql`delete from conversations`);
    const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
    for (const [index, sessionId] of ids.entries()) {
      const startedAt = new Date(Date.UTC(2026, 4, 1 + index, 10));
      await store.start({ sessionId, projectId, licenceId: 'l', avatarId: systemAvatarId, startedAt });
    }
    await store.addMessage({
      sessionId: ids[0]!,
      role: 'user',
      text: '<b>Hello</b>',
      at: new Date(Date.UTC(2026, 4, 1, 10, 1)),
    });
    await store.end(ids[0]!, { endedAt: new Date(Date.UTC(2026, 4, 1, 10, 5)), status: 'completed', reason: 'x' });

    const first = (await get('/api/chat/sessions', { limit: '2' })).json().data;
    expect(first.data).toEqual([
      {
        id: ids[0],
        sessionId: ids[0],
        avatarId: systemAvatarId,
        status: 1,
        videoUrl: null,
        rating: null,
        ratingText: '',
        startTime: '2026-05-01 10:00:00',
        endTime: '2026-05-01 10:05:00',
      },
      expect.objectContaining({ id: ids[1], status: 0, endTime: null }),
    ]);
    const second = (await get('/api/chat/sessions', { limit: '2', cursor: first.cursor })).json().data;
    expect(second.data.map(({ id }: { id: string }) => id)).toEqual([ids[2]]);
    expect(second.cursor).toBeNull();
    const range = { startTime: '2026-05-02 00:00:00', endTime: '2026-05-02 23:59:59', status: '0' };
    expect((await get('/api/chat/sessions', range)).json().data.data).toHaveLength(1);
    expect((await get(`/api/chat/sessions/${ids[0]}`)).json().data).toEqual(first.data[0]);
    expect((await get('/api/chat/messages', { sessionId: ids[0]! })).json().data.data).toMatchObject([
      { role: 'user', text: '<b>Hello</b>', content: '<b>Hello</b>', createTime: '2026-05-01 10:01:00' },
    ]);
    for (const query of [
      { startTime: 'yesterday' },
      { status: '7' },
      { limit: '0' },
      { limit: '101' },
      { cursor: 'x' },
    ]) {
      expect([query, (await get('/api/chat/sessions', query as Record<string, string>)).statusCode]).toEqual([
        query,
        400,
      ]);
    }
    const hostile = `x' union select password from auth_accounts --`;
    expect((await get(`/api/chat/sessions/${encodeURIComponent(hostile)}`)).statusCode).toBe(404);
    expect((await get('/api/chat/messages', { sessionId: hostile })).statusCode).toBe(404);
  });

  test('chat records tell a call of a tool and its result as messages of role tool, as they always were', async () => {
    const store = createConversationStore(context.db);
    const sessionId = 'd'.repeat(32);
    const at = (second: number) => new Date(Date.UTC(2026, 4, 1, 10, 0, second));
    await store.start({ sessionId, projectId, licenceId: 'l', avatarId: systemAvatarId, startedAt: at(0) });
    await store.startToolCall({ sessionId, callId: 'c', name: 'add', argumentsJson: '{"x":1}', at: at(1) });
    await store.addMessage({ sessionId, role: 'assistant', text: 'One moment', at: at(2) });
    await store.finishToolCall({ sessionId, callId: 'c', output: '4', at: at(3) });
    const { data } = (await get('/api/chat/messages', { sessionId })).json().data;
    const message = (role: string, text: string, second: number) => ({
      id: expect.stringMatching(/^\d+$/),
      sessionId,
      role,
      text,
      content: text,
      createTime: `2026-05-01 10:00:0${second}`,
      interrupted: false,
    });
    expect(data).toEqual([
      message('tool', '{"callId":"c","name":"add","arguments":"{\\"x\\":1}"}', 1),
      message('assistant', 'One moment', 2),
      message('tool', '{"callId":"c","output":"4"}', 3),
    ]);
    const ids = data.map(({ id }: { id: string }) => Number(id));
    expect([...new Set(ids)].sort((one, other) => Number(one) - Number(other))).toEqual(ids);
    const range = { sessionId, startTime: '2026-05-01 10:00:03' };
    expect((await get('/api/chat/messages', range)).json().data.data).toEqual(data.slice(2));
  });

  test('the reference is generated, complete, and its page needs no other host', async () => {
    const openApi = (await server.app.inject('/openapi.json')).json();
    expect(openApi.openapi).toBe('3.1.0');
    const paths = Object.keys(openApi.paths);
    for (const path of [
      '/api/open/v1/avatar/add',
      '/api/chat/messages',
      '/api/webrtc/generate-ice-servers',
      '/api/v1/projects/{projectId}/keys/{licenceId}/reset',
    ]) {
      expect(paths).toContain(path);
    }
    expect(openApi.paths['/api/v1/projects'].post.requestBody.content['application/json'].schema).toMatchObject({
      type: 'object',
      required: ['name'],
    });
    const documentation = readFileSync(new URL('../../../../../docs/rest-api.md', import.meta.url), 'utf8');
    const isDocumented = (path: string): boolean => {
      const shown = path.replace(/^\/api\/v1/, '');
      const action = /\/(reset|revoke|test)$/.exec(shown)?.[0];
      return documentation.includes(action === undefined ? `${shown}\`` : `\`${action}\``);
    };
    expect(paths.filter((path) => !isDocumented(path))).toEqual([]);
    const page = await server.app.inject({ url: '/reference', headers: { accept: 'text/html' } });
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
    for (const [, address = ''] of page.body.matchAll(/(?:src|href)="(\/reference\/[^"]*)"/g)) {
      expect([address, (await server.app.inject(address)).statusCode]).toEqual([address, 200]);
    }
    expect(page.body).toMatch(/name="viewport" content="width=device-width/);
    expect(page.body).toMatch(/<a class="name" href="\/"><svg[\s\S]*Visavis<\/a>/);
    expect(page.body).not.toMatch(/fastify|swagger ui/i);
  });
});
