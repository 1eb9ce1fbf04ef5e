import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import { silentLogger } from '../core/logger.ts';
import type { VoiceProvider } from '../core/voice-port.ts';
import { RecordedTalk, testVoiceConformance } from './conformance.ts';
import { createLocalVoice, type LocalVoice } from './local/local-voice.ts';
import { openThinker } from './openai-compatible/language-models.ts';
import { speechSpeaker } from './openai-compatible/speech.ts';
import { ScriptedCompletionsServer } from './openai-compatible/testing/scripted-completions-server.ts';
import { ScriptedSoundServer, type SoundAnswer } from './openai-compatible/testing/scripted-sound-server.ts';
import { transcribingRecogniser } from './openai-compatible/transcription.ts';

let mind: ScriptedCompletionsServer;
let sound: ScriptedSoundServer;
let local: LocalVoice;
let provider: VoiceProvider;
beforeAll(async () => {
  [mind, sound] = await Promise.all([ScriptedCompletionsServer.start(), ScriptedSoundServer.start()]);
  local = await createLocalVoice({ logger: silentLogger, clock: systemClock });
  provider = local.withParts('cascade', {
    thinker: openThinker({ url: mind.url, model: 'small', sees: false }, systemClock),
    recogniser: transcribingRecogniser({ url: sound.url, model: 'whisper-1', apiKey: 'ears' }, silentLogger),
    speaker: speechSpeaker(
      { url: sound.url, model: 'kokoro', apiKey: 'mouth', voice: 'af_heart' },
      (voice) => voice === 'bella',
    ),
  });
});
afterAll(async () => {
  await local.close();
  await Promise.all([mind.close(), sound.close()]);
});
beforeEach(() => {
  mind.requests.length = 0;
  sound.heard.length = 0;
  sound.spoken.length = 0;
  sound.transcript = 'What is your name?';
  sound.refusal = null;
  mind.answer = () => ['I am **Ada**, your guide. ', 'What would you like to know?'];
});

/** A second of something loud. */
const SPEECH = Int16Array.from({ length: 24_000 }, (_, index) => 8000 * Math.sin(index / 10));
const PAUSE = new Int16Array(6000);

testVoiceConformance('A cascade of services', {
  provider: () => provider,
  userSpeech: async () => SPEECH,
  counts: ['recogniser', 'thinker', 'speaker'],
});

test('whoever speaks is written down in the pause already, and asked for once more only if more was said', async () => {
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'user-turn-started', itemId: 'item-1' }, { type: 'audio', pcm: SPEECH, silenceMs: 0 });
  talk.send({ type: 'audio', pcm: PAUSE, silenceMs: 260 });
  // The answer is begun before the turn is over.
  await talk.until(() => mind.requests.length === 1);
  talk.send({ type: 'audio', pcm: PAUSE, silenceMs: 510 }, { type: 'user-turn-stopped', itemId: 'item-1' });
  await talk.until(() => talk.of('turn-done').length === 1);
  expect(talk.of('user-transcript-done')[0]?.text).toBe('What is your name?');
  expect([sound.heard, mind.requests.length]).toEqual([[30_000], 1]);

  mind.requests.length = 0;
  talk.send({ type: 'user-turn-started', itemId: 'item-2' }, { type: 'audio', pcm: SPEECH, silenceMs: 0 });
  talk.send({ type: 'audio', pcm: PAUSE, silenceMs: 260 });
  await talk.until(() => mind.requests.length === 1);
  sound.transcript = 'What is your name, and where are you from?';
  talk.send({ type: 'audio', pcm: SPEECH, silenceMs: 0 }, { type: 'user-turn-stopped', itemId: 'item-2' });
  await talk.until(() => talk.of('turn-done').length === 2);
  expect(sound.heard.slice(1)).toEqual([30_000, 54_000]);
  expect(mind.requests.at(-1)?.messages.at(-1)?.content).toBe('What is your name, and where are you from?');
  expect(mind.requests).toHaveLength(2);
  expect(sound.keys).toContain('Bearer ears');
});

test('a scrap of sound is not sent anywhere', async () => {
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'user-turn-started', itemId: 'item-1' }, { type: 'audio', pcm: SPEECH.slice(0, 1200) });
  talk.send({ type: 'user-turn-stopped', itemId: 'item-1' });
  await talk.until(() => talk.of('user-transcript-done').length === 1);
  expect([talk.of('user-transcript-done')[0]?.text, sound.heard]).toEqual(['', []]);
});

test('each piece is shown as it begins to sound, without its Markdown, in the voice that the service has for it', async () => {
  const talk = await RecordedTalk.open(provider, { voice: 'marin' });
  talk.send({ type: 'text', itemId: 'item-1', text: 'Hi' }, { type: 'respond', turnId: 'turn-1' });
  await talk.untilDone('turn-1');
  expect(talk.textOf('turn-1')).toBe('I am Ada, your guide. What would you like to know?');
  expect(talk.of('audio').every(({ pcm }) => pcm.length > 0)).toBe(true);
  const pieces = sound.spoken.length;
  expect(talk.of('audio').reduce((samples, { pcm }) => samples + pcm.length, 0)).toBe(12_000 * pieces);
  expect(sound.spoken.map(({ voice, model }) => [voice, model])).toEqual(
    Array.from({ length: pieces }, () => ['af_heart', 'kokoro']),
  );
  expect(sound.keys).toContain('Bearer mouth');
  const own = await RecordedTalk.open(provider, { voice: 'bella' });
  own.send({ type: 'say', turnId: 'turn-1', text: 'Hello.' });
  await own.untilDone('turn-1');
  expect(sound.spoken.at(-1)).toMatchObject({ input: 'Hello.', voice: 'bella' });
});

test.for<[string, SoundAnswer, string, RegExp]>([
  ['a wrong key', { status: 401, message: 'Incorrect API key' }, 'authentication', /speech .*TTS_API_KEY/],
  ['an unknown model', { status: 404, message: 'No such model' }, 'invalid-request', /No such model.*TTS_MODEL/],
  ['a broken service', { status: 503, message: 'Out of memory' }, 'internal', /Out of memory/],
  ['a line that drops', 'drop', 'connectivity', /cannot be reached.*TTS_URL/],
])('of a mouth with %s, the user is told, and the talk goes on', async ([, refusal, category, sentence]) => {
  sound.refusal = refusal;
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'say', turnId: 'turn-1', text: 'Hello.' });
  await talk.untilDone('turn-1');
  expect(talk.of('failed').map((failure) => failure.category)).toEqual([category]);
  expect(talk.of('failed')[0]?.message).toMatch(sentence);
  sound.refusal = null;
  talk.send({ type: 'say', turnId: 'turn-2', text: 'Here I am.' });
  await talk.untilDone('turn-2');
  expect(talk.textOf('turn-2')).toBe('Here I am.');
});

test.for<[string, SoundAnswer]>([
  ['a wrong key', { status: 401, message: 'Incorrect API key' }],
  ['a line that drops', 'drop'],
])('of ears with %s, the user is asked to say it again', async ([, refusal]) => {
  sound.refusal = refusal;
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'user-turn-started', itemId: 'item-1' }, { type: 'audio', pcm: SPEECH, silenceMs: 0 });
  talk.send({ type: 'user-turn-stopped', itemId: 'item-1' });
  await talk.until(() => talk.of('failed').length === 1);
  expect(talk.of('failed')[0]).toMatchObject({ endsReply: false, message: expect.stringContaining('say it again') });
  expect(talk.of('user-transcript-done')[0]?.text).toBe('');
});

test('a reply that is cancelled is not spoken on', async () => {
  sound.refusal = 'never';
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'say', turnId: 'turn-1', text: 'Hello.' });
  talk.send({ type: 'cancel', turnId: 'turn-1', playedMs: 0, heardText: '' });
  sound.refusal = null;
  talk.send({ type: 'say', turnId: 'turn-2', text: 'Here I am.' });
  await talk.untilDone('turn-2');
  expect([talk.of('failed'), talk.textOf('turn-1'), talk.textOf('turn-2')]).toEqual([[], '', 'Here I am.']);
});

test('sound that comes slowly is heard to its end, and a mouth that falls silent in mid-sound is given up', async () => {
  const speech = { url: sound.url, model: 'kokoro', patienceMs: 150 };
  const slow = local.withParts('slow', { thinker: null, speaker: speechSpeaker(speech, () => true) });
  const talk = await RecordedTalk.open(slow);
  onTestFinished(() => {
    sound.pauseMs = 0;
  });
  // Six parts, all together later than a mouth may be silent.
  sound.pauseMs = 60;
  talk.send({ type: 'say', turnId: 'turn-1', text: 'Hello.' });
  await talk.untilDone('turn-1');
  expect(talk.of('failed')).toEqual([]);
  expect(talk.of('audio').reduce((samples, { pcm }) => samples + pcm.length, 0)).toBe(12_000);
  sound.pauseMs = 2000;
  talk.send({ type: 'say', turnId: 'turn-2', text: 'Hello.' });
  await talk.untilDone('turn-2');
  expect(talk.of('failed')[0]).toMatchObject({
    category: 'connectivity',
    message: expect.stringContaining('said nothing'),
  });
});

test('what was said first is told and answered first, however long it takes to be written down', async () => {
  const first = deferred<void>();
  onTestFinished(() => {
    sound.beforeTranscript = async () => {};
  });
  const talk = await RecordedTalk.open(provider);
  for (const [itemId, words] of [
    ['item-1', 'The first.'],
    ['item-2', 'The second.'],
  ] as const) {
    sound.transcript = words;
    sound.beforeTranscript = itemId === 'item-1' ? () => first.promise : async () => {};
    const heardBefore = sound.heard.length;
    talk.send({ type: 'user-turn-started', itemId }, { type: 'audio', pcm: SPEECH, silenceMs: 0 });
    talk.send({ type: 'user-turn-stopped', itemId });
    await talk.until(() => sound.heard.length > heardBefore);
  }
  expect(talk.of('user-transcript-done')).toEqual([]);
  first.resolve();
  await talk.until(() => talk.of('turn-done').length === 2);
  expect(talk.of('user-transcript-done').map(({ text }) => text)).toEqual(['The first.', 'The second.']);
});

test('an answer that was begun before a result came is thought of again', async () => {
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'user-turn-started', itemId: 'item-1' }, { type: 'audio', pcm: SPEECH, silenceMs: 0 });
  talk.send({ type: 'audio', pcm: PAUSE, silenceMs: 260 });
  await talk.until(() => mind.requests.length === 1);
  talk.send(
    { type: 'tool-result', callId: 'call-1', output: 'sunny' },
    { type: 'user-turn-stopped', itemId: 'item-1' },
  );
  await talk.until(() => talk.of('turn-done').length === 1);
  expect(mind.requests).toHaveLength(2);
});
