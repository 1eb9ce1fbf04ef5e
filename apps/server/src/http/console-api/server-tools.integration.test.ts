import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ToolReceiver } from '../../../../../tests/support/tool-receiver.ts';
import { newPublicId } from '../../control/ids.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { addBuiltInAvatar } from './testing/built-in-avatar.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

describeOnBothDatabases('tools that the server answers', (context) => {
  let server: ConsoleTestServer;
  let receiver: ToolReceiver;
  let browser: TestBrowser;
  let projectId: string;
  let avatarPath: string;
  let avatarId: string;

  beforeAll(async () => {
    server = await createConsoleServer(context.db, { toolPrivateHosts: ['127.0.0.1'] });
    receiver = await ToolReceiver.start();
  });
  afterAll(async () => {
    await server?.close();
    await receiver?.close();
  });
  beforeEach(async () => {
    await context.db.orm.execute('delete from attempts');
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    projectId = (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    const fromAvatarId = await addBuiltInAvatar(context.db);
    const made = await browser.send('POST', `/projects/${projectId}/avatars`, { fromAvatarId, name: 'Mia' });
    expect(made.statusCode).toBe(201);
    ({ avatarId } = made.json());
    avatarPath = `/projects/${projectId}/avatars/${avatarId}`;
    receiver.requests.length = 0;
  });
  afterEach(() => {
    receiver.reply = () => ({ body: '{"sky":"clear"}' });
  });

  const weather = (webhook: object = {}) => ({
    name: 'weather',
    description: 'Tells the weather.',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    webhook: { url: `${receiver.url}/weather?key=1`, ...webhook },
  });
  const save = (tool: object) => browser.send('PATCH', avatarPath, { tools: [tool] });
  const attempt = async (tool: object, given: object = { city: 'Paris' }) =>
    (await browser.send('POST', `${avatarPath}/tool-trials`, { tool, arguments: given })).json();

  /** The tools of a call with the avatar, as the gateway has them. */
  async function open() {
    const found = await server.plane.admission.findAvatar(projectId, { avatarId });
    if (found.kind !== 'found') throw new Error('The avatar is not found.');
    return server.plane.forVoices.openServerTools({ sessionId: 'call-1', projectId, avatar: found.avatar });
  }
  const run = async (argumentsJson = '{"city":"Paris"}', signal = new AbortController().signal) => {
    const tools = await open();
    return tools.run({ callId: 'c1', name: 'weather', argumentsJson }, signal);
  };

  test('are asked by a signed post that says who calls with what, and answer the model', async () => {
    expect((await save(weather())).statusCode).toBe(200);
    expect((await open()).tools).toEqual([
      {
        name: 'weather',
        description: 'Tells the weather.',
        parameters: weather().parameters,
        serverWaitMs: 11_500,
      },
    ]);
    expect(await run()).toBe('{"sky":"clear"}');
    const [post] = receiver.requests;
    if (post === undefined) throw new Error('Nothing was asked.');
    expect([post.method, post.path]).toEqual(['POST', '/weather?key=1']);
    expect(JSON.parse(post.body)).toEqual({
      type: 'tool.call',
      timestamp: expect.any(String),
      data: { sessionId: 'call-1', avatarId, callId: 'c1', name: 'weather', arguments: { city: 'Paris' } },
    });
    const { secret } = (await browser.send('POST', `/projects/${projectId}/tool-secret/reveal`)).json();
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signed = `${post.headers['webhook-id']}.${post.headers['webhook-timestamp']}.${post.body}`;
    expect(post.headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(post.headers['webhook-id']).toBe('call-1_c1');
  });

  test('are asked by their query where they are to be got', async () => {
    const { parameters, ...plain } = weather({ method: 'GET' });
    await save({ ...plain, parameters: { ...parameters, properties: { ...parameters.properties, days: {} } } });
    await run('{"city":"Paris & Lyon","days":2}');
    expect(receiver.requests[0]).toMatchObject({
      method: 'GET',
      path: '/weather?key=1&city=Paris+%26+Lyon&days=2',
      body: '',
    });
  });

  test('get nothing of a model that its owner has fixed in the address, or that the tool does not name', async () => {
    await save(weather({ method: 'GET' }));
    await run('{"city":"Paris","key":"2","admin":"yes"}');
    const open = { ...weather({ method: 'GET' }), parameters: { type: 'object', properties: {} } };
    await save(open);
    await run('{"city":"Paris","key":"2"}');
    expect(receiver.requests.map(({ path }) => path)).toEqual([
      '/weather?key=1&city=Paris',
      '/weather?key=1&city=Paris',
    ]);
  });

  test('that fail, hang, send the caller elsewhere or answer with no text become a sentence for the model', async () => {
    await save(weather({ timeoutMs: 600 }));
    receiver.reply = () => ({ status: 500, body: 'database is away' });
    expect(JSON.parse(await run())).toEqual({
      error: 'The tool answered with status 500.',
      answer: 'database is away',
    });
    receiver.reply = () => ({ status: 302, headers: { location: `${receiver.url}/elsewhere` } });
    expect(JSON.parse(await run()).error).toBe('The tool answered with status 302.');
    receiver.reply = () => ({ body: Buffer.from([1, 0, 2]), headers: { 'content-type': 'image/png' } });
    expect(JSON.parse(await run()).error).toBe('The tool answered with something that is no text.');
    receiver.reply = () => ({ hangs: true });
    expect(JSON.parse(await run()).error).toBe('The tool did not answer within 0.6 s.');
    receiver.reply = () => ({ status: 204 });
    expect(JSON.parse(await run())).toEqual({ status: 'done' });
    receiver.reply = () => ({ body: 'x'.repeat(300_000), headers: { 'content-type': 'text/plain' } });
    expect(await run()).toMatch(/^x{131072}… \(The answer was longer/);
    const paths = receiver.requests.map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(['/weather?key=1']));
  });

  test('are broken off with their call', async () => {
    await save(weather());
    const ends = new AbortController();
    receiver.reply = () => {
      ends.abort();
      return { hangs: true };
    };
    expect(JSON.parse(await run('{}', ends.signal)).error).toContain('did not answer');
  });

  test('with addresses of the operator’s network are refused, named or tried, and asked by nobody', async () => {
    for (const url of [
      'http://localhost:5432/',
      'http://10.0.0.7/',
      'http://169.254.169.254/latest',
      'http://[::1]/',
    ]) {
      const refused = await save(weather({ url }));
      expect([refused.statusCode, refused.json().error.reason]).toEqual([400, 'private-tool']);
      const trial = await browser.send('POST', `${avatarPath}/tool-trials`, { tool: weather({ url }) });
      expect(trial.statusCode).toBe(400);
    }
    for (const url of ['ftp://shop.example/', 'nonsense', `https://u:p@shop.example/`]) {
      expect((await save(weather({ url }))).statusCode).toBe(400);
    }
    for (const timeoutMs of [10, 10_000_000]) expect((await save(weather({ timeoutMs }))).statusCode).toBe(400);
  });

  test('can be tried before they are saved, by editors of their project alone', async () => {
    expect(await attempt(weather())).toMatchObject({ isAnswered: true, output: '{"sky":"clear"}' });
    receiver.reply = () => ({ status: 404 });
    expect(await attempt(weather())).toMatchObject({ isAnswered: false });
    const { webhook: _, ...ofPage } = weather();
    expect((await attempt(ofPage)).error.reason).toBe('tool-without-address');
    const stranger = new TestBrowser(server.app, '203.0.113.9');
    await stranger.register(`${newPublicId()}@example.org`);
    const refused = await stranger.send('POST', `${avatarPath}/tool-trials`, { tool: weather() });
    expect(refused.statusCode).toBe(404);
    expect(receiver.requests).toHaveLength(2);
  });
});
