import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import { ManualClock } from '../../core/manual-clock.ts';
import type { VoiceInput, VoiceProvider } from '../../core/voice-port.ts';
import { RecordedTalk, testVoiceConformance } from '../conformance.ts';
import { guardedNetwork, openNetwork } from '../shared/service-network.ts';
import { createGptLiveVoice, type GptLiveOptions } from './gpt-live-voice.ts';
import { ScriptedGptLiveServer, TEST_API_KEY } from './testing/scripted-gpt-live-server.ts';

let server: ScriptedGptLiveServer;
let provider: VoiceProvider;
const logged: string[] = [];
const log = (fields: object, message: string): void => void logged.push(JSON.stringify({ ...fields, message }));
const logger: Logger = { debug: log, info: log, warn: log, error: log };

function createVoice(options: Partial<GptLiveOptions> = {}): VoiceProvider {
  const usual = { apiKey: TEST_API_KEY, url: server.socketUrl, backend: 'gpt-5.5', network: openNetwork };
  return createGptLiveVoice({ ...usual, clock: systemClock, logger, ...options });
}

/** A second of a loud tone, and the quiet at the end of a turn. */
const SPEECH = Int16Array.from({ length: 36_000 }, (_, n) => (n < 24_000 ? Math.round(8000 * Math.sin(n / 15)) : 0));

function turnOf(itemId: string): VoiceInput[] {
  return [
    { type: 'user-turn-started', itemId },
    ...Array.from(
      { length: 15 },
      (_, at): VoiceInput => ({ type: 'audio', pcm: SPEECH.slice(at * 2400, (at + 1) * 2400) }),
    ),
    { type: 'user-turn-stopped', itemId },
  ];
}

beforeAll(async () => {
  server = await ScriptedGptLiveServer.start();
  provider = createVoice();
});
beforeEach(() => {
  server.refusal = null;
  Object.assign(server.behaviour, { transcript: 'Hello there.', isMute: false });
});
afterEach(() => {
  expect(server.sessions.flatMap(({ mistakes }) => mistakes)).toEqual([]);
  expect(logged.join('\n')).not.toContain(TEST_API_KEY);
});
afterAll(async () => {
  await provider.close();
  await server.close();
});

testVoiceConformance('The GPT-Live voice', { provider: () => provider, userSpeech: async () => SPEECH });

const WEATHER = { name: 'weather', description: 'Tells it.', parameters: { type: 'object', properties: {} } };

describe('a talk', () => {
  it('begins with the published settings: model, voice, persona, language, and tools of the model behind', async () => {
    await RecordedTalk.open(provider, { voice: 'quartz', prompt: 'You are Mia.', language: 'fr-FR', tools: [WEATHER] });
    expect(server.paths.at(-1)).toBe('/v1/live/sessions');
    expect(server.latest.authorization).toBe(`Bearer ${TEST_API_KEY}`);
    const { model, instructions, audio, delegation, input } = server.latest.session!;
    expect([model, audio.output.voice, input]).toEqual(['gpt-live-1', 'quartz', undefined]);
    expect(instructions).toMatch(/You are Mia\.[\s\S]*Speak French/);
    expect(delegation.responses).toMatchObject({ model: 'gpt-5.5', tools: [{ name: 'weather' }] });
  });

  it('derives turns from what is said: words of the user, then one answer from quiet to quiet', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send(...turnOf('item-1'));
    await talk.until(() => talk.of('turn-done').length === 1);
    const order = talk.events.map(({ type }) => type).filter((type) => !type.endsWith('-delta') && type !== 'audio');
    expect(order).toEqual(['user-transcript-done', 'turn-started', 'turn-done']);
    expect(talk.of('user-transcript-done')[0]?.text).toBe('Hello there.');
    expect(talk.textOf(talk.of('turn-started')[0]!.turnId)).toBe('You gave me this: Hello there.');
    // Neither the quiet before nor that after is part of it.
    expect(talk.of('audio').every(({ pcm }) => pcm.some((sample) => Math.abs(sample) > 300))).toBe(true);
  });

  it('keeps the time of the service going by silence, where no sound comes', async () => {
    await RecordedTalk.open(provider);
    const session = server.latest;
    await sleep(700);
    expect(session.heardMs).toBeGreaterThanOrEqual(300);
    expect(session.heardMs).toBeLessThanOrEqual(800);
    expect(logged.filter((line) => line.includes('tick'))).toEqual([]);
  });

  it('mutes what is cancelled, asks the service to stop, and tells it what was heard', async () => {
    const talk = await RecordedTalk.open(provider);
    const text = 'This is a rather long answer that nobody will hear to its end, since it is cut off by somebody.';
    talk.send({ type: 'say', turnId: 'turn', text });
    await talk.until(() => talk.of('audio', 'turn').length >= 2);
    talk.send({ type: 'cancel', turnId: 'turn', playedMs: 250, heardText: 'This is' });
    talk.send({ type: 'say', turnId: 'next', text: 'Here I am.' });
    await talk.untilDone('next');
    expect(talk.textOf('next')).toBe('Here I am.');
    expect(server.latest.of('session.instructions.append').map(({ content }) => content)).toContain(
      'Stop speaking now. Your answer was interrupted, and the user has heard only this of it: This is',
    );
    expect(talk.of('turn-done', 'turn')).toEqual([]);
  });

  it('passes on the answer to whoever has interrupted, however soon it comes', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'turn', text: 'One two three four five six seven eight nine ten eleven twelve.' });
    await talk.until(() => talk.of('audio', 'turn').length >= 2);
    const [begin, ...rest] = turnOf('item-1');
    talk.send({ type: 'cancel', turnId: 'turn', playedMs: 250, heardText: 'One' }, begin!, ...rest.slice(0, 10));
    await talk.until(() => server.latest.heardMs >= 1000);
    await sleep(50);
    talk.send(...rest.slice(10));
    await talk.until(() => talk.of('turn-done').length === 1);
    expect(talk.textOf(talk.of('turn-started')[0]!.turnId)).toBe('You gave me this: Hello there.');
  });

  it('calls tools of the page by the model behind, and goes on with their results when asked', async () => {
    const talk = await RecordedTalk.open(provider, { tools: [WEATHER] });
    talk.send({ type: 'text', itemId: 'a', text: 'How is the weather?' }, { type: 'respond', turnId: 'ask' });
    await talk.untilDone('ask');
    const call = talk.of('tool-call-done', 'ask')[0]!;
    expect(call).toMatchObject({ callId: 'call_1', name: 'weather', argumentsJson: '{"city":"Paris"}' });
    talk.send({ type: 'tool-result', callId: call.callId, output: 'sunny' });
    await talk.until(() => server.latest.of('response.item.create').length === 1);
    expect(server.latest.of('response.create')).toEqual([]);
    talk.send({ type: 'respond', turnId: 'tell' });
    await talk.untilDone('tell');
    expect(talk.textOf('tell')).toBe('The tool says sunny.');
  });

  it('answers typed words though a note on them comes after them', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'text', itemId: 'a', text: 'When do you open?' });
    talk.send({ type: 'history', items: [{ role: 'system', text: 'Opening hours: 9 to 5.' }] });
    talk.send({ type: 'respond', turnId: 'turn' });
    await talk.untilDone('turn');
    expect(talk.textOf('turn')).toBe('You gave me this: When do you open?');
    expect(server.latest.of('session.thinking.append').at(-1)?.content).toBe('Note: Opening hours: 9 to 5.');
  });

  it('tells the seconds that the service counts, each once', async () => {
    const talk = await RecordedTalk.open(provider);
    for (const seconds of [4, 4, 9.5]) server.latest.emit({ type: 'session.usage.updated', usage: { seconds } });
    server.latest.emit({ type: 'session.closed', reason: 'expired', usage: { seconds: 10 } });
    await talk.until(() => talk.of('usage').length === 3);
    expect(talk.of('usage').map(({ part, amounts }) => [part, amounts])).toEqual([
      ['voice', { seconds: 4 }],
      ['voice', { seconds: 5.5 }],
      ['voice', { seconds: 0.5 }],
    ]);
  });

  it('does not answer a turn that is void', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'user-turn-started', itemId: 'a' }, { type: 'audio', pcm: SPEECH.slice(0, 24_000) });
    talk.send({ type: 'user-turn-dropped', itemId: 'a' });
    // It has answered what it has heard of the turn, in the quiet after it; what it counts then comes after its answer.
    await talk.until(() => server.latest.heardMs >= 1600);
    server.latest.emit({ type: 'session.usage.updated', usage: { seconds: 2 } });
    await talk.until(() => talk.of('usage').length === 1);
    expect(talk.events.map(({ type }) => type)).toEqual(['usage']);
    talk.send(...turnOf('b'));
    await talk.until(() => talk.of('turn-done').length === 1);
    expect(talk.of('turn-started')).toHaveLength(1);
  });
});

describe('when a session ends', () => {
  it('another one is begun with the talk so far, and what was not answered is asked for again', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'text', itemId: 'a', text: 'My name is Tom.' }, { type: 'respond', turnId: 'one' });
    await talk.untilDone('one');
    const first = server.latest;
    first.emit({ type: 'session.closed', reason: 'expired', usage: { seconds: 3600 } });
    await talk.until(() => server.latest !== first && server.latest.session !== null);
    talk.send({ type: 'say', turnId: 'two', text: 'Here we are.' });
    await talk.untilDone('two');
    const told = server.latest.session?.input?.map(({ role, content: [part] }) => `${role}: ${part.text}`);
    expect(told).toEqual(['user: My name is Tom.', 'assistant: You gave me this: My name is Tom.']);
    expect(talk.of('failed')).toEqual([]);
  });

  it('for new settings too, once nobody speaks', async () => {
    const talk = await RecordedTalk.open(provider);
    const first = server.latest;
    talk.send({ type: 'configure', config: { prompt: 'You are a pirate.' } });
    await talk.until(() => server.latest !== first && server.latest.session !== null);
    expect(server.latest.session?.instructions).toContain('pirate');
  });

  it('for good when the service ends it for its content', async () => {
    const clock = new ManualClock();
    const talk = await RecordedTalk.open(createVoice({ clock }));
    const count = server.sessions.length;
    server.latest.emit({ type: 'session.closed', reason: 'content', usage: { seconds: 1 } });
    await talk.until(() => talk.of('failed').length === 1);
    expect(talk.of('failed')[0]).toMatchObject({ retryable: false, message: expect.stringContaining('what was said') });
    // Nothing waits for its time any more: no other session will be begun.
    expect([clock.pendingTimers, server.sessions.length]).toEqual([0, count]);
  });

  it('says so when the service stays away, and ends the talk at last', async () => {
    const patient = createVoice({ reconnectDelaysMs: [10, 10, 10] });
    const talk = await RecordedTalk.open(patient);
    server.refusal = { status: 503, error: { message: 'Overloaded.' } };
    server.latest.drop();
    talk.send({ type: 'respond', turnId: 'lost' });
    await talk.until(() => talk.of('failed').length === 2);
    expect(talk.of('failed').map(({ category, retryable }) => [category, retryable])).toEqual([
      ['connectivity', true],
      ['connectivity', false],
    ]);
    expect(talk.of('turn-done', 'lost')).toHaveLength(1);
    await patient.close();
  });
});

describe('a refusal', () => {
  it('of a wrong key is final, tells what to do, and keeps the key to itself', async () => {
    const key = 'sk-wrong-1234567';
    const wrong = createVoice({ apiKey: key });
    const error = await RecordedTalk.open(wrong).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'VoiceOpenError', category: 'authentication', retryable: false });
    expect(String(error)).toContain("avatar's settings");
    expect(String(error) + logged.join('\n')).not.toContain(key);
    await wrong.close();
  });

  it.each([
    ['insufficient_quota', 'quota', false],
    ['rate_limit_exceeded', 'rate-limit', true],
    ['server_error', 'internal', true],
    ['unknown_parameter', 'invalid-request', true],
  ])('%s in a talk is one of the closed list', async (code, category, retryable) => {
    const talk = await RecordedTalk.open(provider);
    server.latest.emit({ type: 'error', error: { type: 'error', code, message: 'No.' } });
    await talk.until(() => talk.of('failed').length === 1);
    expect(talk.of('failed')).toMatchObject([{ category, retryable }]);
  });

  it('meets addresses in the own network, where an owner of an avatar gives one', async () => {
    const guarded = createVoice({ network: guardedNetwork([]) });
    await expect(RecordedTalk.open(guarded)).rejects.toThrow();
    await guarded.close();
  });
});

it('a reply that is never begun is told of in time', async () => {
  const clock = new ManualClock();
  const timed = createVoice({ clock });
  const talk = await RecordedTalk.open(timed);
  server.behaviour.isMute = true;
  talk.send({ type: 'respond', turnId: 'one' });
  clock.advance(9999);
  expect(talk.events).toEqual([]);
  clock.advance(1);
  expect(talk.events).toMatchObject([
    { type: 'failed', retryable: true, message: expect.stringContaining('did not answer in time') },
    { type: 'turn-done', turnId: 'one' },
  ]);
  await timed.close();
});
