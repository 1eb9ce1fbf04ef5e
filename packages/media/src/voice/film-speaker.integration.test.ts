import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLogger as logger } from '../core/logger.ts';
import type { PartChoice } from './catalogue.ts';
import { NEURAL_MOUTH, type SpeechOf, SpeechServiceError, speakFilmWords, speaksAs } from './film-speaker.ts';
import { compatibleSpeaker } from './openai-compatible/entries.ts';
import { ScriptedSoundServer } from './openai-compatible/testing/scripted-sound-server.ts';

let server: ScriptedSoundServer;
let part: PartChoice;
beforeAll(async () => {
  server = await ScriptedSoundServer.start();
  const options = { url: server.url, model: 'kokoro', voice: 'af_heart' };
  part = { id: compatibleSpeaker.id, options, apiKey: 'mouth' };
});
afterAll(() => server.close());
beforeEach(() => {
  server.refusal = null;
  server.soundBytes = 24_001;
  server.spoken.length = 0;
});

const never = new AbortController().signal;
const words = { text: 'Good morning.', voice: 'bella', language: 'en' };
async function spoken(text: string, { signal = never, most = Infinity, voice = words.voice } = {}) {
  let samples = 0;
  await speakFilmWords(
    part,
    { ...words, text, voice },
    {
      logger,
      signal,
      onSound(pcm) {
        samples += pcm.length;
        return samples < most;
      },
    },
  );
  return samples;
}

it('speaks with voices of its own and with the one that it is told to take; names of this machine’s voices are not its', () => {
  expect(['bella', 'af_heart', 'alloy', 'marin', ''].map((voice) => speaksAs(part, voice))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(speaksAs({ ...part, options: { ...part.options, voice: 'alloy' } }, 'alloy')).toBe(true);
  expect(speaksAs({ ...part, id: 'nobody' }, 'bella')).toBe(false);
});

it('a long text is spoken in pieces of whole sentences, with a pause between them', async () => {
  const sentence = 'This is one of many sentences that are said one after the other. ';
  const text = sentence.repeat(40).trim();
  expect(await spoken(text)).toBe(3 * 12_000 + 2 * 6_000);
  expect(server.spoken.map(({ voice, model }) => `${voice} ${model}`)).toEqual(Array(3).fill('bella kokoro'));
  expect(server.keys.at(-1)).toBe('Bearer mouth');
  for (const { input } of server.spoken) {
    expect(input.length).toBeLessThanOrEqual(1000);
    expect(input).toMatch(/^This .*other\.$/);
  }
  expect(server.spoken.map(({ input }) => input).join(' ')).toBe(text);
});

it('a service that never ends is left as soon as there is enough of it', async () => {
  server.soundBytes = 48_000 * 60;
  expect(await spoken('Endless.', { most: 24_000 })).toBeLessThan(24_000 * 10);
});

it('tells what may go well later from what never will', async () => {
  const failure = async () => (await spoken('Hello.').catch((error: unknown) => error)) as SpeechServiceError;
  server.refusal = { status: 400, message: 'no such voice' };
  expect(await failure()).toBeInstanceOf(SpeechServiceError);
  expect((await failure()).isRetryable).toBe(false);
  server.refusal = { status: 503, message: 'busy' };
  expect((await failure()).isRetryable).toBe(true);
  server.refusal = 'drop';
  expect((await failure()).isRetryable).toBe(true);
});

it('ends quietly when it is given up', async () => {
  server.refusal = 'never';
  const controller = new AbortController();
  const speaking = spoken('Hello.', { signal: controller.signal });
  controller.abort();
  expect(await speaking).toBe(0);
});

it('the neural mouth of this machine speaks in its own voices, and takes its time', async () => {
  expect(['af_heart', 'bm_george', 'marin', 'bella', ''].map((voice) => speaksAs(NEURAL_MOUTH, voice))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  const asked: string[] = [];
  // Slower than it could ever be in a talk: each sentence begins when the one before has long been played.
  const speechOf: SpeechOf = async (symbols, voice) => {
    asked.push(voice);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const each = [...symbols].map(() => 1);
    return { samples: new Int16Array(24 * (each.length + 2)).fill(9000), durationsMs: [1, ...each, 1] };
  };
  let samples = 0;
  const onSound = (pcm: Int16Array): boolean => {
    samples += pcm.length;
    return true;
  };
  const said = { text: 'Good morning. It is late. Good night.', voice: 'bm_george', language: 'en' };
  await speakFilmWords(NEURAL_MOUTH, said, { logger, signal: never, onSound, speechOf });
  expect(asked).toEqual(['bm_george', 'bm_george', 'bm_george']);
  expect(samples).toBeGreaterThan(0);
  await expect(speakFilmWords(NEURAL_MOUTH, said, { logger, signal: never, onSound })).rejects.toThrow(
    'visavis models pull kokoro-82m',
  );
});
