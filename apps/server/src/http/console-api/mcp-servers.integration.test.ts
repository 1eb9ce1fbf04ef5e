import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ToolReceiver } from '../../../../../tests/support/tool-receiver.ts';
import { newPublicId } from '../../control/ids.ts';
import { type McpServerProcess, startMcpServer } from '../../control/server-tools/mcp/testing/mcp-server-process.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { addBuiltInAvatar } from './testing/built-in-avatar.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

describeOnBothDatabases('MCP servers of avatars', (context) => {
  let mcp: McpServerProcess;
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  let projectId: string;
  let avatarId: string;
  let path: string;

  beforeAll(async () => {
    mcp = await startMcpServer();
    server = await createConsoleServer(context.db, { toolPrivateHosts: ['127.0.0.1'] });
  });
  afterAll(async () => {
    await server?.close();
    await mcp?.stop();
  });
  beforeEach(async () => {
    await context.db.orm.execute('delete from attempts');
    browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    projectId = (await browser.send('POST', '/projects', { name: 'Harbour' })).json().projectId;
    const fromAvatarId = await addBuiltInAvatar(context.db);
    const tools = [{ name: 'weather', webhook: { url: 'http://127.0.0.1:9/' } }];
    const made = await browser.send('POST', `/projects/${projectId}/avatars`, { fromAvatarId, name: 'Mia', tools });
    ({ avatarId } = made.json());
    path = `/projects/${projectId}/avatars/${avatarId}/mcp-servers`;
  });

  const add = async (fields: object = {}) => {
    const headers = { authorization: 'Bearer right' };
    const reply = await browser.send('POST', path, { name: 'harbour', url: mcp.url, headers, ...fields });
    expect([reply.statusCode, reply.body]).toEqual([201, expect.any(String)]);
    return reply.json();
  };
  const openTools = async () => {
    const found = await server.plane.admission.findAvatar(projectId, { avatarId });
    if (found.kind !== 'found') throw new Error('The avatar is not found.');
    return server.plane.forVoices.openServerTools({ sessionId: newPublicId(), projectId, avatar: found.avatar });
  };
  const { signal } = new AbortController();

  test('their tools are listed in calls, prefixed where a name is taken, and answer the model', async () => {
    const made = await add();
    expect(made).toMatchObject({ name: 'harbour', headerNames: ['authorization'], allowedTools: null });
    const tools = await openTools();
    expect(tools.tools.map(({ name }) => name)).toEqual(['weather', 'tides', 'harbour_weather', 'berths_free', 'slow']);
    expect(tools.tools[1]).toMatchObject({
      description: 'When the water is high.',
      parameters: { type: 'object', properties: { port: { type: 'string' } } },
      serverWaitMs: 18_000,
    });
    const call = (name: string, given: object = {}) =>
      tools.run({ callId: name, name, argumentsJson: JSON.stringify(given) }, signal);
    const [tides, weather] = await Promise.all([call('tides', { port: 'Brest' }), call('harbour_weather')]);
    expect([tides, weather]).toEqual(['High water in Brest at noon.', 'Fog.']);
    expect(JSON.parse(await call('berths_free'))).toEqual({ error: 'The harbour master is asleep.' });
    tools.close();
  });

  test('a list is asked for once in minutes, and only tools that are allowed are in calls', async () => {
    const { mcpServerId } = await add({ allowedTools: ['tides'], timeoutMs: 700 });
    await openTools();
    const lists = async () => (await mcp.asked()).filter((method) => method === 'tools/list').length;
    const before = await lists();
    expect((await openTools()).tools.map(({ name }) => name)).toEqual(['weather', 'tides']);
    expect(await lists()).toBe(before);
    await browser.send('PATCH', `${path}/${mcpServerId}`, { allowedTools: ['slow'] });
    const tools = await openTools();
    expect(tools.tools.map(({ name }) => name)).toEqual(['weather', 'slow']);
    const late = JSON.parse(await tools.run({ callId: 'c', name: 'slow', argumentsJson: '{}' }, signal));
    expect(late.error).toMatch(/^The MCP server could not be/);
  });

  test('show their tools when they are asked, and say in a sentence why they do not', async () => {
    const { mcpServerId } = await add();
    const tools = await browser.send('POST', `${path}/${mcpServerId}/tools`);
    expect(tools.json().map(({ name }: { name: string }) => name)).toEqual(['tides', 'weather', 'berths.free', 'slow']);
    await browser.send('PATCH', `${path}/${mcpServerId}`, { headers: { authorization: 'Bearer wrong' } });
    const refused = await browser.send('POST', `${path}/${mcpServerId}/tools`);
    expect([refused.statusCode, refused.json().error.message]).toEqual([
      409,
      'The MCP server answered with status 401: it does not take these headers.',
    ]);
    await browser.send('PATCH', `${path}/${mcpServerId}`, { url: 'http://127.0.0.1:9/mcp' });
    const away = await browser.send('POST', `${path}/${mcpServerId}/tools`);
    expect(away.json().error.message).toBe('The MCP server could not be asked. The receiver refused the connection.');
    // A call goes on without them.
    expect((await openTools()).tools.map(({ name }) => name)).toEqual(['weather']);
  });

  test('that are not there are not asked again by the next call, and at once when somebody looks', async () => {
    const dead = await ToolReceiver.start();
    dead.reply = () => ({ status: 503 });
    const { mcpServerId } = await add({ url: dead.url });
    for (let calls = 0; calls < 3; calls += 1) {
      expect((await openTools()).tools.map(({ name }) => name)).toEqual(['weather']);
    }
    expect(dead.requests).toHaveLength(1);
    await browser.send('POST', `${path}/${mcpServerId}/tools`);
    expect(dead.requests).toHaveLength(2);
    await dead.close();
  });

  test('are tried by a project one after another, and by a crowd of one’s own not at all', async () => {
    const slow = await ToolReceiver.start();
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    slow.reply = async () => {
      asked.resolve();
      await answered.promise;
      return { status: 503 };
    };
    const { mcpServerId } = await add({ url: slow.url });
    const attempt = () => browser.send('POST', `${path}/${mcpServerId}/tools`);
    const first = attempt();
    await asked.promise;
    const others = [attempt(), attempt(), attempt()];
    const refused = await Promise.race(others);
    expect([refused.statusCode, refused.json().error.reason]).toEqual([429, 'trying-already']);
    expect(slow.requests).toHaveLength(1);
    answered.resolve();
    const statuses = (await Promise.all([first, ...others])).map(({ statusCode }) => statusCode);
    expect(statuses.toSorted()).toEqual([409, 409, 409, 429]);
    await slow.close();
  });

  test('headers are encrypted, never shown, and not sent to another host', async () => {
    const { mcpServerId } = await add();
    const elsewhere = await ToolReceiver.start();
    elsewhere.reply = () => ({ status: 404 });
    const moved = await browser.send('PATCH', `${path}/${mcpServerId}`, { url: `${elsewhere.url}/mcp` });
    expect(moved.json().headerNames).toEqual([]);
    await browser.send('POST', `${path}/${mcpServerId}/tools`);
    expect(elsewhere.requests.length).toBeGreaterThan(0);
    await elsewhere.close();
    expect(JSON.stringify(elsewhere.requests)).not.toContain('Bearer right');
    await add({ name: 'again' });
    const { rows } = await context.db.orm.execute('select * from mcp_servers');
    expect(JSON.stringify(rows)).not.toContain('Bearer right');
    expect((await browser.send('GET', path)).body).not.toContain('right');
  });

  test('are refused where they lie in the operator’s network, send somewhere else, answer without end, or are too many', async () => {
    for (const url of [
      'http://localhost/mcp',
      'http://169.254.169.254/',
      'ftp://x.example/',
      'http://a:b@x.example/',
    ]) {
      const refused = await browser.send('POST', path, { name: 'x', url });
      expect([url, refused.statusCode]).toEqual([url, 400]);
    }
    for (const headers of [{ host: 'x' }, { 'mcp-session-id': 'x' }, { 'bad name': 'x' }, { ok: 'line\nbreak' }]) {
      expect((await browser.send('POST', path, { name: 'x', url: mcp.url, headers })).statusCode).toBe(400);
    }
    const odd = await ToolReceiver.start();
    const { mcpServerId } = await add({ url: odd.url });
    const sentence = async () =>
      (await browser.send('POST', `${path}/${mcpServerId}/tools`)).json().error.message as string;
    odd.reply = () => ({ status: 307, headers: { location: mcp.url } });
    expect(await sentence()).toBe('The MCP server answered with status 307.');
    odd.reply = () => ({ body: 'no JSON at all' });
    expect(await sentence()).toMatch(/^The MCP server could not be understood/);
    odd.reply = () => ({ body: 'x'.repeat(5_000_000) });
    expect(await sentence()).toMatch(/^The MCP server could not be understood/);
    await odd.close();
    for (let count = 1; count < 10; count += 1) await add({ name: `n${count}` });
    const full = await browser.send('POST', path, { name: 'one more', url: mcp.url });
    expect([full.statusCode, full.json().error.reason]).toEqual([409, 'mcp-servers-full']);
  });

  test('go with their avatar, and are nobody’s in another project', async () => {
    const { mcpServerId } = await add();
    const stranger = new TestBrowser(server.app, '203.0.113.9');
    await stranger.register(`${newPublicId()}@example.org`);
    const other = (await stranger.send('POST', '/projects', { name: 'Other' })).json().projectId;
    for (const base of [path, path.replace(projectId, other)]) {
      expect((await stranger.send('GET', base)).statusCode).toBe(404);
      expect((await stranger.send('PATCH', `${base}/${mcpServerId}`, { name: 'x' })).statusCode).toBe(404);
      expect((await stranger.send('DELETE', `${base}/${mcpServerId}`)).statusCode).toBe(404);
      expect((await stranger.send('POST', `${base}/${mcpServerId}/tools`)).statusCode).toBe(404);
    }
    expect((await browser.send('DELETE', `${path}/${mcpServerId}`)).statusCode).toBe(200);
    expect((await browser.send('GET', path)).json()).toEqual([]);
    await add();
    await context.db.orm.execute('delete from avatars where project_id is not null');
    expect((await context.db.orm.execute('select 1 from mcp_servers')).rows).toEqual([]);
  });
});
