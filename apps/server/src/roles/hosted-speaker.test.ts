import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ScriptedSoundServer } from '../../../../packages/media/src/voice/openai-compatible/testing/scripted-sound-server.ts';
import type { HostedSpeaker } from '../control/films/film-workshop.ts';
import { createHostedSpeaker } from './hosted-speaker.ts';

let folder: string;
let service: ScriptedSoundServer;
let speaker: HostedSpeaker;
const warned: unknown[] = [];
const logger = { debug() {}, info() {}, error() {}, warn: (...given: unknown[]) => warned.push(given) };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hosted-speaker-'));
  service = await ScriptedSoundServer.start();
  const options = { url: service.url, model: 'kokoro' };
  const made = createHostedSpeaker({ id: 'openai-compatible', options, apiKey: 'mouth' }, logger);
  if (made === undefined) throw new Error('There is none.');
  speaker = made;
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  service.refusal = null;
  service.soundBytes = 24_000;
});

const words = { text: 'Good morning.', voice: 'bella', language: 'en' };
const speak = (name: string) => speaker.speak(words, join(folder, name), new AbortController().signal);

test('what a service says is a sound file whose head tells its length, for its owner alone to read', async () => {
  await speak('spoken.wav');
  const path = join(folder, 'spoken.wav');
  const wav = await readFile(path);
  expect([wav.length, wav.readUInt32LE(4), wav.readUInt32LE(40)]).toEqual([24_044, 24_036, 24_000]);
  expect(wav.subarray(44).some((byte) => byte !== 0)).toBe(true);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('what it will not speak is refused in a sentence without the names of hosts and settings, which are logged', async () => {
  service.refusal = { status: 401, message: 'wrong key' };
  const failure = await speak('refused.wav').catch((error: unknown) => error);
  expect(failure).toMatchObject({ refusal: { code: 'voice-refused' } });
  expect(String(failure)).not.toMatch(/127\.0\.0\.1|TTS_/);
  expect(JSON.stringify(warned)).toContain('TTS_API_KEY');
  service.refusal = null;
  service.soundBytes = 0;
  await expect(speak('silent.wav')).rejects.toMatchObject({ refusal: { code: 'no-words' } });
});

test('a service is not asked for a text when what it says cannot be written down', async () => {
  const before = service.spoken.length;
  const path = join(folder, 'none', 'spoken.wav');
  const long = { ...words, text: 'Good morning to you. '.repeat(150) };
  await expect(speaker.speak(long, path, new AbortController().signal)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(service.spoken.length - before).toBe(0);
});

test('what may pass is no refusal', async () => {
  service.refusal = 'drop';
  await expect(speak('away.wav')).rejects.not.toHaveProperty('refusal');
});

test('without a service all texts are spoken on this machine', () => {
  expect(createHostedSpeaker(undefined, logger)).toBeUndefined();
});

test('the neural mouth of this machine speaks in its own voices, where its model is here', async () => {
  expect(createHostedSpeaker(undefined, logger)).toBeUndefined();
  const speechOf = async (symbols: string) => ({
    samples: new Int16Array(2400 * ([...symbols].length + 2)).fill(9000),
    durationsMs: null,
  });
  const neural = createHostedSpeaker(undefined, logger, speechOf);
  expect(['af_heart', 'marin', 'bella'].map((voice) => neural?.speaks(voice))).toEqual([true, false, false]);
  const path = join(folder, 'neural.wav');
  await neural?.speak({ ...words, voice: 'af_heart' }, path, new AbortController().signal);
  expect((await stat(path)).size).toBeGreaterThan(10_000);
});
