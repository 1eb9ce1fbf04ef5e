import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import type { VoiceProvider } from '../core/voice-port.ts';
import { findEntry } from './catalogue.ts';
import type { PartTools } from './catalogue-entry.ts';
import { RecordedTalk, testVoiceConformance } from './conformance.ts';
import { createLocalVoice, type LocalVoice } from './local/local-voice.ts';
import { guardedNetwork, openNetwork } from './shared/service-network.ts';
import { type Refusal, ScriptedHostedServices } from './shared/testing/scripted-hosted-services.ts';

let services: ScriptedHostedServices;
let local: LocalVoice;
beforeAll(async () => {
  services = await ScriptedHostedServices.start();
  local = await createLocalVoice({ logger: silentLogger, clock: systemClock });
});
afterAll(async () => {
  await local.close();
  await services.close();
});
beforeEach(() => {
  services.asked.length = 0;
  services.listened.length = 0;
  services.refusal = null;
  services.ending = 'words';
  services.call = null;
});

const SPEECH = Int16Array.from({ length: 24_000 }, (_, index) => 8000 * Math.sin(index / 10));
const PAUSE = new Int16Array(7200);
const KEY = 'sk-canary';
const TOOLS = [{ name: 'open_door', description: 'Opens a door.', parameters: { type: 'object', properties: {} } }];

function tools(given: Partial<PartTools> = {}): PartTools {
  return {
    clock: systemClock,
    logger: silentLogger,
    network: openNetwork,
    local: async () => local,
    brain: null,
    isOperators: false,
    apiKey: KEY,
    ...given,
  };
}

/** Options without those that lead to the service itself. */
const SPEAKERS = {
  elevenlabs: { voice: 'v1' },
  cartesia: { voice: 'v1' },
  'azure-speech': { voice: 'de-DE-SeraphinaMultilingualNeural' },
};
const THINKERS = { anthropic: '/v1', google: '/v1beta', mistral: '/v1' };

async function openSpeaker(id: keyof typeof SPEAKERS, given: Partial<PartTools> = {}) {
  const entry = findEntry('speaker', id) ?? expect.unreachable();
  return entry.open({ ...SPEAKERS[id], url: services.origin }, tools(given));
}

async function openThinker(id: keyof typeof THINKERS, given: Partial<PartTools> = {}) {
  const entry = findEntry('thinker', id) ?? expect.unreachable();
  return entry.open({ url: services.origin + THINKERS[id] }, tools(given));
}

async function openEars(given: Partial<PartTools> = {}) {
  const entry = findEntry('recogniser', 'deepgram') ?? expect.unreachable();
  return (await entry.open({ url: services.origin.replace('http', 'ws') }, tools(given))) ?? expect.unreachable();
}

async function voiceOf(speaker: keyof typeof SPEAKERS, thinker: keyof typeof THINKERS): Promise<VoiceProvider> {
  const parts = await Promise.all([openSpeaker(speaker), openThinker(thinker), openEars()]);
  return local.withParts('hosted', { speaker: parts[0], thinker: parts[1], recogniser: parts[2] });
}

describe.for<[keyof typeof SPEAKERS, keyof typeof THINKERS]>([
  ['elevenlabs', 'anthropic'],
  ['cartesia', 'google'],
  ['azure-speech', 'mistral'],
])('%s, %s and Deepgram', ([speaker, thinker]) => {
  let provider: VoiceProvider;
  beforeAll(async () => {
    provider = await voiceOf(speaker, thinker);
  });

  testVoiceConformance('A cascade of them', {
    provider: () => provider,
    userSpeech: async () => SPEECH,
    counts: ['recogniser', 'thinker', 'speaker'],
  });

  test('what is said is heard while it is said, answered, and spoken with each word once', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'user-turn-started', itemId: 'item-1' }, { type: 'audio', pcm: SPEECH, silenceMs: 0 });
    talk.send({ type: 'audio', pcm: PAUSE, silenceMs: 300 });
    // The answer is begun in the pause.
    await talk.until(() => services.asked.some(({ body }) => body.includes('What is your name?')));
    expect(talk.of('user-transcript-done')).toEqual([]);
    talk.send({ type: 'user-turn-stopped', itemId: 'item-1' });
    await talk.until(() => talk.of('turn-done').length === 1);
    expect(talk.of('user-transcript-done')[0]?.text).toBe('What is your name?');
    const turnId = talk.of('turn-started')[0]?.turnId ?? '';
    expect(talk.textOf(turnId)).toBe('I am Ada, your guide. What would you like to know?');
    expect(services.listened).toEqual([(SPEECH.length + PAUSE.length) * 2]);
    const starts = talk.of('text-delta').map(({ audioStartMs }) => audioStartMs ?? Number.NaN);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    // Two pieces without times; each of ten words with them.
    expect(starts.length >= 10).toBe(speaker !== 'azure-speech');
  });

  test('a tool is called, and its result goes back', async () => {
    const talk = await RecordedTalk.open(provider, { tools: TOOLS });
    services.call = { name: 'open_door', input: { door: 'blue' } };
    talk.send({ type: 'text', itemId: 'item-1', text: 'Open it' }, { type: 'respond', turnId: 'turn-1' });
    await talk.untilDone('turn-1');
    const [call] = talk.of('tool-call-done');
    expect([call?.name, JSON.parse(call?.argumentsJson ?? '{}')]).toEqual(['open_door', { door: 'blue' }]);
    services.call = null;
    talk.send({ type: 'tool-result', callId: call?.callId ?? '', output: '{"isOpen":"wide"}' });
    talk.send({ type: 'respond', turnId: 'turn-2' });
    await talk.untilDone('turn-2');
    expect(services.asked.some(({ body }) => body.includes('wide'))).toBe(true);
  });

  test.for<[string, Refusal, string, RegExp]>([
    ['a wrong key', { status: 401, message: 'Invalid key' }, 'authentication', /refused the key/],
    ['no credit left', { status: 402, message: 'Pay first' }, 'quota', /no credit left/],
    ['too many questions', { status: 429, message: 'Slow down' }, 'rate-limit', /too often/],
    ['a fault', { status: 503, message: 'Overloaded' }, 'internal', /failed \(503\)/],
    ['a line that drops', 'drop', 'connectivity', /cannot be reached/],
  ])(
    'of %s of the mouth the user is told in a sentence without the key, and the talk goes on',
    async ([, refusal, category, sentence]) => {
      const talk = await RecordedTalk.open(provider);
      services.refusal = refusal;
      talk.send({ type: 'say', turnId: 'turn-1', text: 'Hello.' });
      await talk.untilDone('turn-1');
      services.refusal = null;
      const [failure] = talk.of('failed');
      expect([failure?.category, failure?.message]).toEqual([category, expect.stringMatching(sentence)]);
      expect(JSON.stringify(talk.events)).not.toContain(KEY);
      talk.send({ type: 'say', turnId: 'turn-2', text: 'Here I am.' });
      await talk.untilDone('turn-2');
      expect(talk.textOf('turn-2')).toBe('Here I am.');
    },
  );
});

test.for([
  ['elevenlabs', 'xi-api-key', KEY, '/v1/text-to-speech/v1/stream/with-timestamps?output_format=pcm_24000'],
  ['cartesia', 'authorization', `Bearer ${KEY}`, '/tts/sse'],
  ['azure-speech', 'ocp-apim-subscription-key', KEY, '/cognitiveservices/v1'],
] as const)('%s is asked with its key, for the chosen voice or the avatar’s own', async ([id, header, value, path]) => {
  const provider = local.withParts('mouth', { thinker: null, speaker: await openSpeaker(id) });
  const talk = await RecordedTalk.open(provider, { voice: 'marin', language: 'de-DE' });
  talk.send({ type: 'say', turnId: 'turn-1', text: 'Fisch & Brot <heute> "frisch".' });
  await talk.untilDone('turn-1');
  const [asked] = services.asked;
  expect([asked?.path, asked?.headers[header]]).toEqual([path, value]);
  expect(asked?.path + (asked?.body ?? '')).toContain(SPEAKERS[id].voice);
  const own = await RecordedTalk.open(provider, { voice: 'my/own' });
  own.send({ type: 'say', turnId: 'turn-1', text: 'Hello.' });
  await own.untilDone('turn-1');
  expect(services.asked[1]?.path + (services.asked[1]?.body ?? '')).toMatch(/my(?:\/|%2F)own/);
  expect(talk.textOf('turn-1')).toBe('Fisch & Brot <heute> "frisch".');
});

test('no sign of what is said becomes markup of Azure’s', async () => {
  const provider = local.withParts('mouth', { thinker: null, speaker: await openSpeaker('azure-speech') });
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'say', turnId: 'turn-1', text: 'He said "</voice>" & left\u0001.' });
  await talk.untilDone('turn-1');
  expect(services.asked[0]?.body.match(/[<>]/g)).toHaveLength(8);
  expect(services.asked[0]?.body).toContain('&#60;/voice&#62;');
});

test.for<[string, Partial<Pick<ScriptedHostedServices, 'refusal' | 'ending'>>]>([
  ['refuse the key', { refusal: { status: 401, message: 'Unauthorized' } }],
  ['drop the line at the beginning', { refusal: 'drop' }],
  ['drop the line at the end', { ending: 'drop' }],
])('of ears that %s the user is asked to say it again', async ([, failing]) => {
  const provider = local.withParts('ears', { thinker: null, recogniser: await openEars() });
  Object.assign(services, failing);
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'user-turn-started', itemId: 'item-1' }, { type: 'audio', pcm: SPEECH, silenceMs: 0 });
  talk.send({ type: 'user-turn-stopped', itemId: 'item-1' });
  await talk.until(() => talk.of('failed').length === 1);
  expect(talk.of('failed')[0]).toMatchObject({ endsReply: false, message: expect.stringContaining('say it again') });
});

test('words that were there before the end are heard at once, though the end brings none', async () => {
  const ears = await openEars();
  const paused: string[] = [];
  const counted: object[] = [];
  const turn = ears.listen({
    language: 'en',
    onWords: (words) => void paused.push(words),
    count: (amounts) => void counted.push(amounts),
  });
  turn.feed(SPEECH, 0);
  turn.feed(PAUSE, 300);
  await expect.poll(() => paused).toEqual(['What is your name?']);
  expect([await turn.finish(), turn.isLost]).toEqual(['What is your name?', false]);
  turn.discard();
  expect(await turn.finish()).toBe('What is your name?');
  // Once, however often it is ended.
  expect(counted).toEqual([{ seconds: 1.3 }]);
});

test('ears that never answer are given up, with what was understood so far', async () => {
  const { streamingRecogniser } = await import('./deepgram/streaming-recogniser.ts');
  services.ending = 'never';
  const ears = streamingRecogniser({
    url: services.origin.replace('http', 'ws'),
    model: 'nova-3',
    language: 'multi',
    apiKey: KEY,
    patienceMs: 300,
    logger: silentLogger,
    clock: systemClock,
    network: openNetwork,
  });
  const turn = ears.listen({ language: 'en', onWords: () => {}, count: () => {} });
  turn.feed(SPEECH, 0);
  await expect.poll(() => services.listened[0]).toBe(SPEECH.length * 2);
  expect([await turn.finish(), turn.isLost]).toEqual(['What is', true]);
});

test('a customer’s address inside the server’s own network is asked nothing', async () => {
  const guarded = { network: guardedNetwork([]) };
  const parts = await Promise.all([
    openSpeaker('elevenlabs', guarded),
    openThinker('anthropic', guarded),
    openEars(guarded),
  ]);
  const provider = local.withParts('guarded', { speaker: parts[0], thinker: parts[1], recogniser: parts[2] });
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'say', turnId: 'turn-1', text: 'Hello.' });
  await talk.untilDone('turn-1');
  talk.send({ type: 'text', itemId: 'item-1', text: 'Hi' }, { type: 'respond', turnId: 'turn-2' });
  await talk.untilDone('turn-2');
  talk.send({ type: 'user-turn-started', itemId: 'item-2' }, { type: 'audio', pcm: SPEECH, silenceMs: 0 });
  talk.send({ type: 'user-turn-stopped', itemId: 'item-2' });
  await talk.until(() => talk.of('failed').length === 3);
  expect(services.asked).toEqual([]);
});

test('an answer without end is not read to its end, and what nobody waits for any more is given up', async () => {
  const { fetch } = guardedNetwork(['127.0.0.1']);
  services.endless = 'complaint';
  const complaint = await fetch(`${services.origin}/endless`);
  await expect(complaint.text()).rejects.toThrow('far too long');
  services.endless = 'trickle';
  const aborter = new AbortController();
  const trickle = await fetch(`${services.origin}/endless`, { signal: aborter.signal });
  const reader = trickle.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  aborter.abort(new Error('Nobody listens.'));
  await expect(reader?.read()).rejects.toThrow('Nobody listens.');
});

test('a hosted part without a key says at once what it lacks', async () => {
  await expect(openSpeaker('elevenlabs', { apiKey: undefined })).rejects.toThrow('ElevenLabs needs a key');
  await expect(openThinker('google', { apiKey: undefined })).rejects.toThrow('Google Gemini needs a key');
  await expect(openEars({ apiKey: undefined })).rejects.toThrow('Deepgram needs a key');
});

test('a voice of one language is not asked to speak another one: that is told once, and the words are shown', async () => {
  const entry = findEntry('speaker', 'azure-speech');
  const speaker = await entry?.open(
    { url: services.origin, voice: 'de-DE-KatjaNeural', voices: 'zh=zh-CN-XiaoxiaoNeural' },
    tools(),
  );
  expect(speaker?.lackOf?.({ voice: 'marin', language: 'de-AT' })).toBeNull();
  expect(speaker?.lackOf?.({ voice: 'marin', language: 'zh-CN' })).toBeNull();
  expect(speaker?.lackOf?.({ voice: 'marin', language: 'fr' })).toMatch(/KatjaNeural does not speak French/);
});
