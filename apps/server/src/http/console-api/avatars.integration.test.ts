import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { TestClient } from '../../gateway/navtalk-v2/test-client.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

describeOnBothDatabases('avatars', (context) => {
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let path: string;
  let license: string;
  let baseUrl: string;
  const systemAvatarId = newPublicId();
  const jobs: { avatarId: string; picture: object }[] = [];

  beforeAll(async () => {
    server = await createConsoleServer(context.db, {
      maker: {
        async start(job) {
          jobs.push(job);
        },
      },
    });
    baseUrl = await server.listen(24000 + Math.floor(Math.random() * 400));
    await context.db.orm.insert(avatars).values({
      ...{ id: systemAvatarId, name: 'navtalk.Leo', provider: 'local', model: 'local', voice: 'cedar', language: 'en' },
      ...{ bundleSource: 'shipped', bundleName: 'leo', thumbnail: 'still.webp', prompt: 'You are Leo.' },
    });
  });
  afterAll(() => server.close());

  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from attempts`);
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    license = (await browser.send('POST', `/projects/${projectId}/keys`, { name: 'k' })).json().key;
    path = `/projects/${projectId}/avatars`;
  });

  test('an avatar is copied, changed in all fields, copied again and deleted', async () => {
    const made = await browser.send('POST', path, { fromAvatarId: systemAvatarId });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      ...{ isSystem: false, name: 'Leo', title: 'Leo', voice: 'cedar', prompt: 'You are Leo.', state: 'ready' },
      thumbnailUrl: `/uploadFiles/${made.json().avatarId}.webp`,
    });
    expect(JSON.stringify(made.json())).not.toContain('bundle');
    const fields = {
      ...{ name: 'Mia', provider: 'openai-realtime', model: 'gpt-realtime', voice: 'marin', language: 'de-DE' },
      ...{
        prompt: 'Sei nett.',
        firstMessage: 'Hallo!',
        knowledge: 'Offen ab 9 Uhr.',
        maxCallSeconds: 600,
        recordCalls: true,
      },
      tools: [{ name: 'book', description: 'Books a table', parameters: { type: 'object', properties: {} } }],
    };
    const { avatarId } = made.json();
    expect((await browser.send('PATCH', `${path}/${avatarId}`, fields)).json()).toMatchObject(fields);
    expect((await browser.send('GET', `${path}/${avatarId}`)).json()).toMatchObject(fields);
    const copy = (await browser.send('POST', path, { fromAvatarId: avatarId })).json();
    expect(copy).toMatchObject({ ...fields, name: 'Mia 2' });
    expect((await browser.send('DELETE', `${path}/${avatarId}`)).statusCode).toBe(200);
    const list = (await browser.send('GET', path)).json();
    expect(list.map((avatar: { name: string }) => avatar.name)).toEqual(['Mia 2', 'navtalk.Leo']);
  });

  test('a call uses the avatar’s tools, knowledge and time limit', async () => {
    const tool = { name: 'book', description: 'Books', parameters: { type: 'object', properties: {} } };
    const fields = { fromAvatarId: systemAvatarId, knowledge: 'Open from nine.', tools: [tool], maxCallSeconds: 10 };
    const { avatarId } = (await browser.send('POST', path, fields)).json();
    await context.db.orm.execute(sql`update avatars set max_call_seconds = 1 where id = ${avatarId}`);
    const client = new TestClient(baseUrl, { license, avatarId });
    await client.event('conversation.connected.success');
    const config = server.placer.calls.at(-1)!.config;
    expect(config.tools).toEqual([tool]);
    expect(config.prompt).toBe('You are Leo.\n\n# Knowledge\n\nOpen from nine.');
    expect(await client.closed).toEqual({ code: 1000, reason: 'Call time is over' });
    expect(client.events.at(-1)).toMatchObject({
      type: 'conversation.connected.close',
      data: { code: 'call-time-limit' },
    });
  });

  test('built-in avatars stay as they are, and input that does not fit is refused', async () => {
    expect((await browser.send('PATCH', `${path}/${systemAvatarId}`, { name: 'Mine' })).statusCode).toBe(403);
    expect((await browser.send('DELETE', `${path}/${systemAvatarId}`)).statusCode).toBe(403);
    for (const body of [
      {},
      { fromAvatarId: systemAvatarId, uploadId: newPublicId() },
      { pictureUrl: 'https://pictures.example/a.jpg' },
      { pictureUrl: 'file:///etc/passwd', name: 'x' },
      { fromAvatarId: '../../etc/passwd' },
      { fromAvatarId: systemAvatarId, prompt: 'x'.repeat(100_001) },
      { fromAvatarId: systemAvatarId, tools: [{ name: 'no spaces' }] },
      { fromAvatarId: systemAvatarId, language: 'x' },
    ]) {
      const reply = await browser.send('POST', path, body);
      expect([Object.keys(body), reply.statusCode]).toEqual([Object.keys(body), 400]);
    }
    expect((await browser.send('POST', path, { fromAvatarId: newPublicId() })).statusCode).toBe(404);
  });

  test('a picture becomes an avatar when the maker says so; until then it takes no calls', async () => {
    const body = { pictureUrl: 'https://pictures.example/a.jpg', name: 'Photo' };
    const { avatarId, state } = (await browser.send('POST', path, body)).json();
    expect(state).toBe('making');
    expect(jobs.at(-1)).toMatchObject({ avatarId, picture: { kind: 'url', url: body.pictureUrl } });
    expect((await new TestClient(baseUrl, { license, avatarId }).closed).reason).toBe('Avatar not found');
    const { avatars: own } = server.services;
    expect(await own.settle(avatarId, { failure: 'There is no face in the picture.' })).toBe(true);
    expect(await own.settle(avatarId, { made: { bundleName: 'late', thumbnail: null } })).toBe(false);
    expect((await browser.send('GET', `${path}/${avatarId}`)).json()).toMatchObject({
      ...{ state: 'failed', stateDetail: 'There is no face in the picture.' },
    });
  });
});
