import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import { silentLogger } from '../core/logger.ts';
import type { ToolDefinition, VoiceProvider } from '../core/voice-port.ts';
import { RecordedTalk, testVoiceConformance } from './conformance.ts';
import { createLocalVoice, type LocalVoice } from './local/local-voice.ts';
import { openThinker } from './openai-compatible/language-models.ts';
import {
  type CompletionAnswer,
  ScriptedCompletionsServer,
} from './openai-compatible/testing/scripted-completions-server.ts';

let server: ScriptedCompletionsServer;
let local: LocalVoice;
let provider: VoiceProvider;
beforeAll(async () => {
  server = await ScriptedCompletionsServer.start();
  local = await createLocalVoice({ logger: silentLogger, clock: systemClock, transcriptLimitMs: 60_000 });
  const settings = { url: server.url, model: 'small', apiKey: 'key-1', sees: true };
  provider = local.withParts('cascade', { thinker: openThinker(settings, systemClock) });
});
afterAll(async () => {
  await local.close();
  await server.close();
});
beforeEach(() => {
  server.requests.length = 0;
  server.answer = () => ['I am Ada, ', 'your guide. ', 'What would you like to know?'];
});

testVoiceConformance('A language model between the local ears and the local mouth', {
  provider: () => provider,
  limitMs: 50_000,
  userSpeech: () => spokenByMouth('What is your name?'),
  counts: ['thinker'],
});

/** With some silence around it. */
async function spokenByMouth(text: string): Promise<Int16Array> {
  const talk = await RecordedTalk.open(local, { voice: 'sage' });
  talk.send({ type: 'say', turnId: 'turn-1', text });
  await talk.untilDone('turn-1', 30_000);
  const silence: number[] = new Array(12_000).fill(0);
  return Int16Array.from([...silence, ...talk.of('audio').flatMap((event) => [...event.pcm]), ...silence]);
}

async function ask(text: string, talk?: RecordedTalk): Promise<RecordedTalk> {
  const asked = talk ?? (await RecordedTalk.open(provider));
  const turnId = `turn-${asked.of('turn-done').length + 1}`;
  asked.send({ type: 'text', itemId: `item-${turnId}`, text }, { type: 'respond', turnId });
  await asked.untilDone(turnId, 30_000);
  return asked;
}

function lastMessages() {
  return server.requests.at(-1)?.messages ?? [];
}

test('the first sentence is heard while the model still writes the second', async () => {
  const written = deferred<void>();
  server.answer = () => ['Here is the first. ', 'And', { waitFor: written.promise }, ' here is the second.'];
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'text', itemId: 'item-1', text: 'Tell me.' }, { type: 'respond', turnId: 'turn-1' });
  await talk.until(() => talk.of('audio').length > 0, 30_000);
  expect(talk.textOf('turn-1')).toBe('Here is the first.');
  written.resolve();
  await talk.untilDone('turn-1', 30_000);
  expect(talk.textOf('turn-1')).toBe('Here is the first. And here is the second.');
  const [, second] = talk.of('text-delta');
  expect(second?.audioStartMs).toBeGreaterThan(500);
});

test('the model is told who it is, how to speak, and the talk so far with what was heard of it', async () => {
  const talk = await RecordedTalk.open(provider, { model: 'large', language: 'de-DE' });
  talk.send({ type: 'history', items: [{ role: 'user', text: 'Earlier I asked about the sea.' }] });
  await ask('Who are you?', talk);
  talk.send({ type: 'cancel', turnId: 'turn-1', playedMs: 900, heardText: 'I am Ada,' });
  await ask('And now?', talk);
  const { model } = server.requests[0] ?? {};
  expect([model, server.keys.at(-1)]).toEqual(['large', 'Bearer key-1']);
  const [system, ...messages] = lastMessages();
  expect(system?.content).toMatch(/^You are Ada, a friendly guide\./);
  expect(system?.content).toContain('German');
  expect(messages.map(({ role, content }) => [role, content])).toEqual([
    ['user', 'Earlier I asked about the sea.'],
    ['user', 'Who are you?'],
    ['assistant', 'I am Ada,'],
    ['user', 'And now?'],
  ]);
});

test('names of other providers’ models mean the one of this server', async () => {
  const talk = await RecordedTalk.open(provider, { model: 'gpt-realtime' });
  await ask('Hi', talk);
  expect(server.requests.at(-1)?.model).toBe('small');
});

test('an interrupted answer is not written to its end', async () => {
  const gone = server.goneCount;
  const never = deferred<void>();
  server.answer = () => ['This is the beginning. ', { waitFor: never.promise }, 'Nobody hears this.'];
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'text', itemId: 'item-1', text: 'Tell me.' }, { type: 'respond', turnId: 'turn-1' });
  await talk.until(() => talk.of('audio').length > 0, 30_000);
  talk.send({ type: 'cancel', turnId: 'turn-1', playedMs: 300, heardText: 'This is' });
  await talk.until(() => server.goneCount > gone, 10_000);
  never.resolve();
  server.answer = () => ['Gladly.'];
  await ask('Something else.', talk);
  expect(lastMessages().map(({ content }) => content)).toContain('This is');
  expect(talk.textOf('turn-1')).not.toContain('Nobody');
});

const WEATHER: ToolDefinition = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

test('tools are called with words before them, several in one answer, and their results come back to the model', async () => {
  const talk = await RecordedTalk.open(provider, { tools: [WEATHER] });
  const call = (id: string, city: string) => ({
    call: { id, name: 'get_weather', arguments: JSON.stringify({ city }) },
  });
  server.answer = () => ['Let me look. ', call('call-1', 'Paris'), call('call-2', 'Rome')];
  await ask('How is the weather in Paris and Rome?', talk);
  expect(talk.textOf('turn-1').trim()).toBe('Let me look.');
  expect(talk.of('tool-call-done').map(({ callId, argumentsJson }) => [callId, argumentsJson])).toEqual([
    ['call-1', '{"city":"Paris"}'],
    ['call-2', '{"city":"Rome"}'],
  ]);
  expect(server.requests.at(-1)?.tools).toHaveLength(1);
  server.answer = () => ['It is sunny in Paris.'];
  talk.send({ type: 'tool-result', callId: 'call-1', output: 'sunny' }, { type: 'respond', turnId: 'turn-2' });
  await talk.untilDone('turn-2', 30_000);
  const told = lastMessages().filter(({ role }) => role === 'tool');
  expect(told.map(({ content, tool_call_id: id }) => [id, content])).toEqual([
    ['call-1', 'sunny'],
    ['call-2', 'There is no result yet.'],
  ]);
});

test('a picture of the camera is shown to the model with the words that follow it', async () => {
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'image', dataUrl: 'data:image/jpeg;base64,/9j/4AAQ' });
  await ask('What do you see?', talk);
  expect(lastMessages().at(-1)?.content).toEqual([
    { type: 'text', text: 'What do you see?' },
    { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,/9j/4AAQ' } },
  ]);
});

test('what a model thinks before it answers is not spoken', async () => {
  server.answer = () => ['<thi', 'nk>They are lost.</th', 'ink>Gladly. Go left.'];
  const talk = await ask('Where is the door?');
  expect(talk.textOf('turn-1')).toBe('Gladly. Go left.');
});

test('asked without words, the model is told that the user is silent', async () => {
  const talk = await RecordedTalk.open(provider);
  talk.send({ type: 'respond', turnId: 'turn-1', instructions: 'Ask for their name.' });
  await talk.untilDone('turn-1', 30_000);
  expect(lastMessages().at(-1)).toMatchObject({ role: 'user', content: expect.stringContaining('said nothing') });
  expect(lastMessages()[0]?.content).toContain('Ask for their name.');
});

test.for<[string, CompletionAnswer, string, RegExp]>([
  ['a wrong key', { status: 401, message: 'Incorrect API key' }, 'authentication', /refused the key.*LLM_API_KEY/],
  ['no credit', { status: 402, message: 'Payment required' }, 'quota', /no credit/],
  ['a used-up quota', { status: 429, message: 'insufficient_quota: check billing' }, 'quota', /no credit/],
  ['an unknown model', { status: 404, message: 'model "small" not found' }, 'invalid-request', /small.*LLM_MODEL/],
  ['too many requests', { status: 429, message: 'Slow down' }, 'rate-limit', /too often/],
  ['a bad request', { status: 400, message: 'No tools here' }, 'invalid-request', /No tools here/],
  ['a broken service', { status: 500, message: 'Out of memory' }, 'internal', /Out of memory/],
  ['a line that drops', 'drop', 'connectivity', /cannot be reached.*LLM_URL/],
])('of %s, the user is told, and the talk goes on', async ([, answer, category, sentence]) => {
  server.answer = () => answer;
  const talk = await ask('Hi');
  const [failure] = talk.of('failed');
  expect(failure?.category).toBe(category);
  expect(failure?.message).toMatch(sentence);
  expect(talk.of('failed')).toHaveLength(1);
  server.answer = () => ['Here I am.'];
  await ask('Hello?', talk);
  expect(talk.textOf('turn-2')).toBe('Here I am.');
});

test('a model that says nothing is given up', async () => {
  const never = deferred<void>();
  server.answer = () => [{ waitFor: never.promise }];
  const settings = { url: server.url, model: 'small', sees: false };
  const impatient = {
    ...systemClock,
    schedule: (_delayMs: number, callback: () => void) => systemClock.schedule(200, callback),
  };
  const slow = local.withParts('slow', { thinker: openThinker(settings, impatient) });
  const talk = await RecordedTalk.open(slow);
  talk.send({ type: 'text', itemId: 'item-1', text: 'Hi' }, { type: 'respond', turnId: 'turn-1' });
  await talk.untilDone('turn-1', 10_000);
  never.resolve();
  expect(talk.of('failed')[0]).toMatchObject({ category: 'connectivity', message: expect.stringContaining('45 s') });
});
