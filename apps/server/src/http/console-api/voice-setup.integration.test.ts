import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { buildSessionConfig } from '../../gateway/calls/session-config.ts';
import { offeredVoices } from '../../roles/voice-services.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

/** Looked for in whatever leaves the server. */
const CANARY = 'sk-canary-3f9d-0123456789-a7Zq';

describeOnBothDatabases('what an avatar speaks with', (context) => {
  let server: ConsoleTestServer;
  let owner: TestBrowser;
  let projectId: string;
  let avatarId: string;
  let url: string;
  let answer = 200;
  const keys: (string | undefined)[] = [];
  const logged: string[] = [];
  const closing: (() => Promise<void>)[] = [];

  /** A language model at hand, which repeats the key that it refuses. */
  const service = createServer((request, response) => {
    keys.push(request.headers.authorization);
    request.resume().on('end', () => {
      if (answer !== 200) {
        const message = `Incorrect API key provided: ${request.headers.authorization?.slice(7)}`;
        response.writeHead(answer).end(JSON.stringify({ error: { message } }));
        return;
      }
      const delta = { choices: [{ index: 0, delta: { content: 'Hello.' }, finish_reason: 'stop' }] };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify(delta)}\n\ndata: [DONE]\n\n`);
    });
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => service.listen(0, 'localhost', resolve));
    url = `http://localhost:${(service.address() as AddressInfo).port}/v1`;
    const note = (fields: object, message: string) => void logged.push(JSON.stringify([fields, message]));
    const logger = { debug: note, info: note, warn: note, error: note };
    const closers = { add: (_name: string, close: () => Promise<void>) => void closing.push(close) };
    const privateHosts = ['localhost'];
    const offered = offeredVoices({ hasDoubles: false, privateHosts, logger, brain: null }, closers);
    server = await createConsoleServer(context.db, { offered, logger, fetchPrivateHosts: privateHosts });
  });
  afterAll(async () => {
    await server?.close();
    await Promise.all(closing.map((close) => close()));
    service.close();
  });
  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from attempts`);
    [owner, projectId] = await newOwner();
    avatarId = newPublicId();
    await context.db.orm.insert(avatars).values({
      id: avatarId,
      projectId,
      name: 'Mia',
      provider: 'cascade',
      model: 'gpt-realtime',
      voice: 'marin',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'mia',
    });
    answer = 200;
    keys.length = 0;
  });

  async function newOwner(): Promise<[TestBrowser, string]> {
    const browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    return [browser, (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId];
  }
  const keep = async (origin: string, key = CANARY) =>
    (await owner.send('POST', `/projects/${projectId}/voice-keys`, { name: 'Mind', origin, key })).json();
  const change = (parts: object, browser = owner) =>
    browser.send('PATCH', `/projects/${projectId}/avatars/${avatarId}`, { parts });
  const thinker = (more: object = {}, options: object = {}) => ({
    thinker: { id: 'openai-compatible', options: { url, model: 'qwen3:4b', ...options }, ...more },
  });
  const refusalOf = (reply: { json(): { error: { reason: string; fields?: { path: string }[] } } }) => {
    const { reason, fields } = reply.json().error;
    return [reason, fields?.[0]?.path];
  };

  test('the catalogue says what may be set', async () => {
    const listed = (await owner.send('GET', '/voice-catalogue')).json();
    const found = listed.find(
      ({ slot, id }: { slot: string; id: string }) => `${slot} ${id}` === 'thinker openai-compatible',
    );
    expect(found).toMatchObject({ takesKey: true, keyOrigin: null, options: { required: ['url', 'model'] } });
    expect(listed.find(({ id }: { id: string }) => id === 'openai-realtime').keyOrigin).toBe('https://api.openai.com');
    const voices = listed.filter(({ slot }: { slot: string }) => slot === 'voice').map(({ id }: { id: string }) => id);
    expect(voices).toEqual(expect.arrayContaining(['gpt-live', 'gemini-live']));
  });

  test('it is kept with what is usual filled in, and a call is given it with its key', async () => {
    const { keyId, ...key } = await keep(new URL(url).origin);
    expect(key).toMatchObject({ name: 'Mind', endsIn: 'a7Zq', origin: new URL(url).origin });
    const saved = await change(thinker({ keyId }));
    expect(saved.json().parts).toEqual(thinker({ keyId }, { sees: false }));
    const found = await server.plane.admission.findAvatar(projectId, { avatarId });
    if (found.kind === 'missing') throw new Error('there is no avatar');
    const { avatar } = found;
    expect(avatar.model).toBe('qwen3:4b');
    const call = {
      sessionId: 's',
      avatar,
      bundlePath: '/',
      pictureSizes: { usualPx: 512, largestPx: 512 },
      iceServers: [],
      recording: null,
      looksUp: false,
      startedAt: new Date(),
      tools: [],
    };
    const request = { key: 'sk', transparency: false, audioBack: false } as never;
    const { apiKey } = buildSessionConfig({ ...call, request }).parts?.thinker ?? {};
    expect(apiKey).toBe(CANARY);
    // Whoever brings the sound needs no key of the owner's.
    const silent = buildSessionConfig({ ...call, request: { ...(request as object), transparency: true } as never });
    expect(silent).not.toHaveProperty('parts');
  });

  test.each<[string, () => object, string, string]>([
    ['a part that is not there', () => ({ thinker: { id: 'hal' } }), 'unknown-voice', 'parts.thinker.id'],
    ['a part that no avatar may name', () => ({ thinker: { id: 'demo' } }), 'unknown-voice', 'parts.thinker.id'],
    ['no model', () => thinker({}, { model: '' }), 'wrong-option', 'parts.thinker.options.model'],
    ['an option too much', () => thinker({}, { temperature: 2 }), 'wrong-option', 'parts.thinker.options.temperature'],
    ['no address', () => thinker({}, { url: 'ftp://x' }), 'wrong-option', 'parts.thinker.options.url'],
    [
      'a machine of this network',
      () => thinker({}, { url: 'http://10.0.0.1/v1' }),
      'private-service',
      'parts.thinker.options.url',
    ],
    [
      'this machine in disguise',
      () => thinker({}, { url: 'http://2130706433/v1' }),
      'private-service',
      'parts.thinker.options.url',
    ],
    [
      'metadata',
      () => thinker({}, { url: 'http://169.254.169.254/v1' }),
      'private-service',
      'parts.thinker.options.url',
    ],
    ['a needed key left out', () => ({ voice: { id: 'openai-realtime' } }), 'no-voice-key', 'parts.voice.keyId'],
    ['a key that is not there', () => thinker({ keyId: newPublicId() }), 'voice-key-gone', 'parts.thinker.keyId'],
  ])('%s is refused at once, with a sentence', async (_what, parts, reason, path) => {
    const reply = await change(parts());
    expect(reply.statusCode).toBe(400);
    expect(refusalOf(reply)).toEqual([reason, path]);
    expect((await owner.send('GET', `/projects/${projectId}/avatars/${avatarId}`)).json().parts).toEqual({});
  });

  test('an avatar names a voice that is there', async () => {
    const path = `/projects/${projectId}/avatars/${avatarId}`;
    const reply = await owner.send('PATCH', path, { provider: 'hal' });
    expect([reply.statusCode, refusalOf(reply)]).toEqual([400, ['unknown-voice', 'provider']]);
    expect(reply.json().error.message).toContain('openai-realtime');
    expect((await owner.send('PATCH', path, { provider: 'scripted' })).statusCode).toBe(400);
    expect((await owner.send('PATCH', path, { provider: 'openai-realtime' })).statusCode).toBe(200);
  });

  test('a key goes to the place that it was given for, and to no other', async () => {
    const { keyId } = await keep('https://api.groq.com');
    const reply = await change(thinker({ keyId }));
    expect(refusalOf(reply)).toEqual(['voice-key-elsewhere', 'parts.thinker.keyId']);
    const trial = { slot: 'thinker', part: thinker({ keyId }).thinker };
    expect((await owner.send('POST', `/projects/${projectId}/voice-trials`, trial)).statusCode).toBe(400);
    expect(keys).toEqual([]);
  });

  test('nobody uses, sees or deletes the key of another project', async () => {
    const { keyId } = await keep(new URL(url).origin);
    const [stranger, theirs] = await newOwner();
    const mine = `/projects/${projectId}/voice-keys`;
    for (const reply of [
      await stranger.send('GET', mine),
      await stranger.send('DELETE', `${mine}/${keyId}`),
      await stranger.send('DELETE', `/projects/${theirs}/voice-keys/${keyId}`),
    ]) {
      expect(reply.statusCode).toBe(404);
    }
    const part = thinker({ keyId }).thinker;
    const trial = await stranger.send('POST', `/projects/${theirs}/voice-trials`, { slot: 'thinker', part });
    expect(refusalOf(trial)[0]).toBe('voice-key-gone');
    expect((await owner.send('GET', mine)).json()).toHaveLength(1);
  });

  test('keys that are too long, of several lines or too many are refused', async () => {
    const path = `/projects/${projectId}/voice-keys`;
    const origin = 'https://api.groq.com';
    for (const body of [
      { name: 'Mind', origin, key: 'k'.repeat(1001) },
      { name: 'Mind', origin, key: 'two\nlines' },
      { name: 'Mind', origin: `${origin}/v1`, key: CANARY },
      { name: 'Mind', origin: 'file:///etc', key: CANARY },
    ]) {
      const reply = await owner.send('POST', path, body);
      expect(reply.statusCode).toBe(400);
      expect(reply.body).not.toContain(CANARY);
    }
    for (let number = 0; number < 50; number += 1) await keep(origin, 'short');
    const reply = await owner.send('POST', path, { name: 'Mind', origin, key: CANARY });
    expect([reply.statusCode, refusalOf(reply)[0]]).toEqual([409, 'voice-keys-full']);
    expect((await owner.send('GET', path)).json()[0].endsIn).toBe('');
  });

  test('a trial asks one short thing and says why there is no answer; the key is in nothing that leaves the server', async () => {
    const { keyId } = await keep(new URL(url).origin);
    const trial = { slot: 'thinker', part: thinker({ keyId }).thinker };
    const path = `/projects/${projectId}/voice-trials`;
    expect((await owner.send('POST', path, trial)).json()).toEqual({ works: true, message: '' });
    expect(keys).toEqual([`Bearer ${CANARY}`]);
    answer = 400;
    const refused = (await owner.send('POST', path, trial)).json();
    expect(refused).toMatchObject({ works: false, message: expect.stringContaining('Incorrect API key provided: …') });
    answer = 401;
    expect((await owner.send('POST', path, trial)).json().message).toContain("another key in the avatar's settings");

    await change(thinker({ keyId }));
    const answers = await Promise.all(
      [
        `/projects/${projectId}`,
        `/projects/${projectId}/voice-keys`,
        `/projects/${projectId}/avatars`,
        `/projects/${projectId}/avatars/${avatarId}`,
        `/projects/${projectId}/audit`,
        '/voice-catalogue',
        '/talk-page',
        '/audit',
      ].map((read) => owner.send('GET', read)),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
    for (const text of [...answers.map(({ body }) => body), ...logged]) expect(text).not.toContain(CANARY);
    const { rows } = await context.db.orm.execute<{ row: string }>(sql`select v::text as row from voice_keys v`);
    for (const { row } of rows) expect(row).not.toContain(Buffer.from(CANARY).toString('hex'));
    for (const { row } of rows) expect(row).not.toContain(CANARY);
  });

  test('a key that is deleted is sent nowhere any more', async () => {
    const { keyId } = await keep(new URL(url).origin);
    await change(thinker({ keyId }));
    expect((await owner.send('DELETE', `/projects/${projectId}/voice-keys/${keyId}`)).statusCode).toBe(200);
    const found = await server.plane.admission.findAvatar(projectId, { avatarId });
    expect(JSON.stringify(found)).not.toContain(CANARY);
  });
});
