import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeVoices } from '@visavis/media/voice-catalogue';
import { VoiceSampler } from '@visavis/media/voice-sampler';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { VoiceDirectory } from '../../control/voices/voice-directory.ts';
import { type Database, openDatabase } from '../../db/database.ts';
import { avatars } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { providerFor } from '../../roles/voice-choice.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

/** The samples of a WAV file of PCM16, after checks of its header. */
function readWav(file: Buffer): Int16Array {
  expect([file.toString('latin1', 0, 4), file.toString('latin1', 8, 16)]).toEqual(['RIFF', 'WAVEfmt ']);
  expect([file.readUInt32LE(4) + 8, file.readUInt32LE(40) + 44]).toEqual([file.length, file.length]);
  const [format, channels, sampleRateHz, bits] = [
    file.readUInt16LE(20),
    file.readUInt16LE(22),
    file.readUInt32LE(24),
    file.readUInt16LE(34),
  ];
  expect({ format, channels, sampleRateHz, bits }).toEqual({ format: 1, channels: 1, sampleRateHz: 24_000, bits: 16 });
  return new Int16Array(file.buffer.slice(file.byteOffset + 44, file.byteOffset + file.length));
}

const rms = (samples: Int16Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / samples.length);

describe('hearing a voice before choosing it', () => {
  let folder: string;
  let db: Database;
  let server: ConsoleTestServer;
  let browser: TestBrowser;
  const sampler = new VoiceSampler(silent);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-voices-'));
    db = await openDatabase({ dataDir: folder, logger: silent });
    server = await createConsoleServer(db, {
      voices: new VoiceDirectory({
        providers: describeVoices({}),
        providerOf: (avatar) => providerFor(avatar, 'openai-realtime'),
      }),
      voicePreviews: {
        speak: (sample, signal) => sampler.speak(sample, signal),
        hasKey: (provider) => (provider === 'openai-realtime' ? false : null),
      },
    });
    browser = new TestBrowser(server.app);
    await browser.register('mia@example.org');
  });
  afterAll(async () => {
    await server?.close();
    await sampler.close();
    await db?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => db.orm.execute(sql`delete from attempts`));

  test('voices are listed by provider, with what people call them, for whoever is logged in', async () => {
    const listed = await browser.send('GET', '/voices');
    const [local, openAi] = listed.json();
    expect(local).toMatchObject({ provider: 'local', hasSamples: true, takesOtherNames: false });
    expect(local.voices).toHaveLength(13);
    expect(local.voices).toContainEqual({ voice: 'marin', name: 'Clara', gender: 'female', language: 'en-US' });
    expect(openAi).toMatchObject({ provider: 'openai-realtime', hasSamples: false });
    expect(openAi.voices).toContainEqual({ voice: 'marin', name: 'Marin', gender: 'female', language: null });
    expect((await new TestBrowser(server.app).send('GET', '/voices')).statusCode).toBe(401);
  });

  test('an avatar says whose voice is heard: its own, and that of the server’s settings for a built-in one', async () => {
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    const row = {
      provider: 'local',
      model: 'local',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'x',
    } as const;
    await db.orm.insert(avatars).values([
      { ...row, id: newPublicId(), projectId: null, name: 'navtalk.Iris', voice: 'marin' },
      { ...row, id: newPublicId(), projectId, name: 'Own', voice: 'marin' },
      { ...row, id: newPublicId(), projectId, name: 'By hand', voice: 'English male' },
      { ...row, id: newPublicId(), projectId, name: 'Elsewhere', voice: 'onyx', provider: 'openai-realtime' },
      { ...row, id: newPublicId(), projectId, name: 'Unknown', voice: 'x', provider: 'somebody' },
    ]);
    const list = (await browser.send('GET', `/projects/${projectId}/avatars`)).json();
    const speakers = list.map(
      ({ name, speaker }: { name: string; speaker: { name: string; provider: string } | null }) => [
        name,
        speaker?.name,
        speaker?.provider,
      ],
    );
    expect(Object.fromEntries(speakers.map(([name, ...of]: string[]) => [name, of]))).toEqual({
      'navtalk.Iris': ['Marin', 'openai-realtime'],
      Own: ['Clara', 'local'],
      'By hand': ['Henry', 'local'],
      Elsewhere: ['Cedar', 'openai-realtime'],
      Unknown: [undefined, undefined],
    });
  });

  const hear = (body: object) => browser.send('POST', '/voice-preview', body);

  test('gives a sound file in which somebody speaks, and each voice its own', async () => {
    const files = [];
    for (const voice of ['marin', 'cedar', 'fable']) {
      const reply = await hear({ voice });
      expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'audio/wav']);
      const samples = readWav(reply.rawPayload);
      expect(samples.length).toBeGreaterThan(24_000);
      expect(rms(samples)).toBeGreaterThan(0.02);
      files.push(reply.rawPayload);
    }
    expect(new Set(files.map((file) => file.toString('base64'))).size).toBe(3);
  });

  test('says the given words: more of them take longer', async () => {
    const lengthOf = async (text: string) => readWav((await hear({ voice: 'marin', text })).rawPayload).length;
    expect(await lengthOf('Good morning to all of you, and welcome to our little hotel by the sea.')).toBeGreaterThan(
      2 * (await lengthOf('Good morning.')),
    );
  });

  test('says why a voice of OpenAI cannot be heard without a key, and of a provider it does not know', async () => {
    const withoutKey = await hear({ voice: 'marin', provider: 'openai-realtime' });
    expect([withoutKey.statusCode, withoutKey.json().error.code]).toEqual([501, 'not-available']);
    expect(withoutKey.json().error.message).toContain('OPENAI_API_KEY');
    expect((await hear({ voice: 'marin', provider: '<b>x</b>' })).statusCode).toBe(501);
  });

  test('refuses strangers, other sites, long texts and wrong fields', async () => {
    const stranger = new TestBrowser(server.app);
    expect((await stranger.send('POST', '/voice-preview', { voice: 'marin' })).statusCode).toBe(401);
    const foreign = { method: 'POST', url: '/api/v1/voice-preview', payload: { voice: 'marin' } } as const;
    expect((await browser.request({ ...foreign, headers: { origin: 'https://evil.example' } })).statusCode).toBe(403);
    for (const body of [
      {},
      { voice: '' },
      { voice: 'x'.repeat(121) },
      { voice: 'marin', text: 'a'.repeat(301) },
      { voice: 'marin', text: '  ' },
      { voice: 'marin', language: '../../etc' },
    ]) {
      expect([body, (await hear(body)).statusCode]).toEqual([body, 400]);
    }
  });

  test('is bounded: who asks for many at once hears some, others are served in between, and a minute ends in 429', async () => {
    const other = new TestBrowser(server.app, '203.0.113.99');
    other.cookies.set([...browser.cookies.keys()][0] ?? '', [...browser.cookies.values()][0] ?? '');
    const ask = (text = 'Good morning.') => other.send('POST', '/voice-preview', { voice: 'marin', text });
    const neighbour = new TestBrowser(server.app, '203.0.113.100');
    await neighbour.register('leo@example.org');
    const atOnce = Array.from({ length: 12 }, () => ask('Good morning to all of you, and welcome.'));
    let answered = 0;
    for (const reply of atOnce) void reply.then(({ statusCode }) => (answered += statusCode === 200 ? 1 : 0));
    expect((await neighbour.send('POST', '/voice-preview', { voice: 'marin', text: 'Hello.' })).statusCode).toBe(200);
    expect(answered).toBeLessThan(3);
    const statuses = (await Promise.all(atOnce)).map(({ statusCode }) => statusCode);
    const heard = statuses.filter((status) => status === 200).length;
    // One is spoken and three wait; on a busy machine the last of them may ask when the first has been served.
    expect(heard).toBeGreaterThanOrEqual(4);
    expect(heard).toBeLessThan(8);
    expect(statuses.filter((status) => status === 429)).toHaveLength(12 - heard);
    let reply = await ask();
    for (let count = 13; count < 40 && reply.statusCode !== 429; count += 1) reply = await ask();
    expect(reply.statusCode).toBe(429);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask()).json().error.message).toContain('Too many requests');
  });

  test('is in the OpenAPI document', async () => {
    const { paths } = (await server.app.inject('/openapi.json')).json();
    expect(paths['/api/v1/voice-preview'].post.requestBody).toBeDefined();
  });
});
