import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLogger as logger } from '../core/logger.ts';
import type { PartChoice } from './catalogue.ts';
import { SpeechServiceError, speakFilmWords, speaksAs } from './film-speaker.ts';
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
      ...{ logger, signal },
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
    ...[true, true, false, false, false],
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
