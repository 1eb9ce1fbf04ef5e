import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPublicId } from '../control/ids.ts';
import { avatars } from '../db/schema.ts';
import { describeOnBothDatabases } from '../db/testing/test-databases.ts';
import { until } from '../gateway/navtalk-v2/test-harness.ts';
import { type ConsoleTestServer, createConsoleServer } from './console-api/testing/console-server.ts';
import { TestBrowser } from './console-api/testing/test-browser.ts';

describeOnBothDatabases('client secrets', (context) => {
  let server: ConsoleTestServer;
  let key: string;
  const names = { mine: `Zoe ${newPublicId()}`, other: `Max ${newPublicId()}`, theirs: `Eve ${newPublicId()}` };

  const makeAvatar = async (name: string, projectId: string) => {
    const fields = { id: newPublicId(), name, provider: 'local', model: 'l', voice: 'cedar', language: 'en' };
    const bundle = { bundleSource: 'shipped' as const, bundleName: 'leo', projectId };
    await context.db.orm.insert(avatars).values({ ...fields, ...bundle, prompt: 'SECRET PROMPT', firstMessage: 'Hi' });
  };

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    const makeProject = async () => {
      const browser = new TestBrowser(server.app);
      await browser.register(`${newPublicId()}@example.org`);
      const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
      const made = (await browser.send('POST', `/projects/${projectId}/keys`, { name: 'k' })).json();
      return { projectId, key: made.key };
    };
    const [mine, theirs] = [await makeProject(), await makeProject()];
    key = mine.key;
    await makeAvatar(names.mine, mine.projectId);
    await makeAvatar(names.other, mine.projectId);
    await makeAvatar(names.theirs, theirs.projectId);
  });
  afterAll(() => server.close());

  const mint = (payload: object, bearer = key) =>
    server.app.inject({
      method: 'POST',
      url: '/v1/realtime/client_secrets',
      payload,
      headers: { authorization: `Bearer ${bearer}` },
    });

  it('are asked for by the OpenAI SDK in pages of other origins: a browser lets its headers pass', async () => {
    const sent = new Set<string>();
    const client = new OpenAI({
      apiKey: 'sk-x',
      baseURL: 'http://visavis.example/v1',
      dangerouslyAllowBrowser: true,
      maxRetries: 0,
      fetch: async (_url, init) => {
        for (const [name] of new Headers(init?.headers)) sent.add(name);
        return Response.json({ object: 'list', data: [] });
      },
    });
    await client.models.list();
    await client.realtime.clientSecrets.create({});
    expect(sent).toContain('x-stainless-lang');
    const url = '/v1/realtime/client_secrets';
    const reply = await server.app.inject({ method: 'OPTIONS', url, headers: { origin: 'https://shop.example' } });
    const allowed = String(reply.headers['access-control-allow-headers']).split(', ');
    // Browsers send these without being asked.
    expect([...sent].filter((name) => !allowed.includes(name)).toSorted()).toEqual(['accept', 'user-agent']);
  });

  it('open the session that they were minted for, and no other avatar', async () => {
    const session = { type: 'realtime', model: names.mine, instructions: 'Be brief.', tool_choice: 'none' };
    const reply = await mint({ expires_after: { anchor: 'created_at', seconds: 60 }, session });
    const { value, expires_at, session: told } = reply.json();
    expect(value).toMatch(/^ek_vt_/);
    expect(expires_at - Date.now() / 1000).toBeLessThan(62);
    expect(told).toMatchObject({ type: 'realtime', model: names.mine, instructions: 'Be brief.' });

    const models = await server.app.inject({ url: '/v1/models', headers: { authorization: `Bearer ${value}` } });
    expect(models.json().data).toEqual([{ id: names.mine, object: 'model', created: 0, owned_by: 'project' }]);
    const ask = (model: string) =>
      server.app.inject({
        method: 'POST',
        url: `/v1/realtime/calls${model}`,
        payload: 'v=0\r\n',
        headers: { authorization: `Bearer ${value}`, 'content-type': 'application/sdp' },
      });
    const refused = await ask(`?model=${encodeURIComponent(names.other)}`);
    expect([refused.statusCode, refused.json().error.code]).toEqual([404, 'model_not_found']);
    const pending = ask('');
    await until(() => server.placer.calls.length === 1, 'the call');
    const call = server.placer.calls[0]!;
    await until(() => call.commands.some(({ type }) => type === 'remote-description'), 'the offer');
    expect(call.config.avatar.name).toBe(names.mine);
    expect(call.commands[0]).toEqual({ type: 'configure', patch: { prompt: 'Be brief.', tools: [] } });
    call.emit({ type: 'local-description', description: { type: 'answer', sdp: 'v=0\r\n' } });
    expect((await pending).statusCode).toBe(201);
    call.emit({ type: 'channel', state: 'open' });
    await until(() => call.commands.some(({ type }) => type === 'channel-message'), 'session.created');
    expect(JSON.stringify(call.commands)).not.toContain('SECRET PROMPT');
  });

  it('come with a session of the beta for clients that ask for one, and not for sessions that only write down', async () => {
    const ask = (path: string, payload: object, bearer = key) =>
      server.app.inject({
        method: 'POST',
        url: `/v1/realtime/${path}`,
        payload,
        headers: { authorization: `Bearer ${bearer}` },
      });
    const body = { model: names.mine, instructions: 'Be brief.', modalities: ['audio', 'text'], voice: 'ash' };
    const session = (await ask('sessions', body)).json();
    expect(session).toMatchObject({
      object: 'realtime.session',
      model: names.mine,
      instructions: 'Be brief.',
      voice: 'ash',
      modalities: ['text', 'audio'],
      client_secret: { value: expect.stringMatching(/^ek_vt_/) },
    });
    expect(session.client_secret.expires_at).toBeGreaterThan(Date.now() / 1000);
    const { value } = session.client_secret;
    const models = await server.app.inject({ url: '/v1/models', headers: { authorization: `Bearer ${value}` } });
    expect(models.json().data).toMatchObject([{ id: names.mine }]);
    expect((await ask('sessions', {}, value)).statusCode).toBe(403);
    expect((await ask('sessions', { model: names.theirs })).json().error.code).toBe('model_not_found');
    const refused = await ask('transcription_sessions', {});
    expect([refused.statusCode, refused.json().error]).toMatchObject([400, { code: 'unsupported' }]);
    expect(refused.json().error.message).toContain('avatars answer');
    expect((await ask('transcription_sessions', {}, 'sk_wrong')).statusCode).toBe(401);
  });

  it('are minted for keys alone, for avatars that these may call, and for sessions that can be opened', async () => {
    const { value } = (await mint({})).json();
    const codes = async (payload: object, bearer = key) => {
      const reply = await mint(payload, bearer);
      return [reply.statusCode, reply.json().error?.code];
    };
    expect(await codes({}, value)).toEqual([403, 'forbidden']);
    expect(await codes({}, 'sk_wrong')).toEqual([401, 'invalid_api_key']);
    expect(await codes({ session: { model: names.theirs } })).toEqual([400, 'model_not_found']);
    expect(await codes({ session: { instructions: 'x'.repeat(100_001) } })).toEqual([400, 'string_above_max_length']);
    const { session } = (await mint({ session: { include: ['x'.repeat(60_000)], audio: { noise: 'loud' } } })).json();
    expect(session).toEqual({ type: 'realtime', object: 'realtime.session', audio: { input: {}, output: {} } });
    expect(await codes({ session: { instructions: 'ä'.repeat(40_000) } })).toEqual([400, 'invalid_value']);
    for (const broken of ['\u0000', '\\\u0000', '\ud83d']) {
      expect(await codes({ session: { instructions: `Hi${broken}` } })).toEqual([400, 'invalid_value']);
      expect(await codes({ session: { model: broken } })).toEqual([400, 'invalid_value']);
    }
    expect(await codes({ session: { instructions: 'C:\\u0000' } })).toEqual([200, undefined]);
    for (const seconds of [9, 7201, 'x', 60.5]) {
      expect(await codes({ expires_after: { seconds } })).toEqual([400, 'invalid_value']);
    }
  });
});
