import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import { ManualClock } from '../../core/manual-clock.ts';
import type { VoiceInput, VoiceProvider } from '../../core/voice-port.ts';
import { RecordedTalk, testVoiceConformance } from '../conformance.ts';
import { guardedNetwork, openNetwork } from '../shared/service-network.ts';
import { createGeminiLiveVoice, type GeminiLiveOptions } from './gemini-live-voice.ts';
import { USUAL_BEHAVIOUR } from './testing/scripted-live-connection.ts';
import { ScriptedLiveServer, TEST_API_KEY } from './testing/scripted-live-server.ts';

let server: ScriptedLiveServer;
let provider: VoiceProvider;
const logged: string[] = [];
const log = (fields: object, message: string): void => void logged.push(JSON.stringify({ ...fields, message }));
const logger: Logger = { debug: log, info: log, warn: log, error: log };

function createVoice(options: Partial<GeminiLiveOptions> = {}): VoiceProvider {
  const usual = { apiKey: TEST_API_KEY, url: server.socketUrl, network: openNetwork, clock: systemClock, logger };
  return createGeminiLiveVoice({ ...usual, ...options });
}

/** A second of a loud tone. */
const SPEECH = Int16Array.from({ length: 24_000 }, (_, n) => Math.round(8000 * Math.sin(n / 15)));

function turnOf(itemId: string): VoiceInput[] {
  return [
    { type: 'user-turn-started', itemId },
    { type: 'audio', pcm: SPEECH },
    { type: 'user-turn-stopped', itemId },
  ];
}

beforeAll(async () => {
  server = await ScriptedLiveServer.start();
  provider = createVoice();
});
beforeEach(() => {
  server.refusal = null;
  server.handshakeRefusal = null;
  server.deadHandles.clear();
  Object.assign(server.behaviour, USUAL_BEHAVIOUR);
});
afterEach(() => {
  expect(server.connections.flatMap(({ mistakes }) => mistakes)).toEqual([]);
  expect(logged.join('\n')).not.toContain(TEST_API_KEY);
});
afterAll(async () => {
  await provider.close();
  await server.close();
});

testVoiceConformance('The Gemini Live voice', {
  provider: () => provider,
  userSpeech: async () => SPEECH,
  counts: ['voice'],
});

describe('a talk', () => {
  it('begins with the published setup: model, voice, persona, language, tools and our turns', async () => {
    const weather = { name: 'weather', description: 'Tells it.', parameters: { type: 'object', properties: {} } };
    await RecordedTalk.open(provider, { voice: 'cedar', prompt: 'You are Mia.', language: 'fr-FR', tools: [weather] });
    expect(server.paths.at(-1)).toBe('/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent');
    expect(server.latest.key).toBe(TEST_API_KEY);
    const setup = server.latest.setup!;
    expect(setup.model).toBe('models/gemini-3.8-live');
    expect(setup.generationConfig.speechConfig.voiceConfig.prebuiltVoiceConfig.voiceName).toBe('Charon');
    expect(setup.systemInstruction.parts[0]?.text).toMatch(/You are Mia\.[\s\S]*Speak French/);
    expect(setup.tools?.[0]?.functionDeclarations[0]).toMatchObject({
      name: 'weather',
      parametersJsonSchema: weather.parameters,
    });
    expect(setup.sessionResumption).toEqual({});
  });

  it('names the model of the avatar, and not that of another service', async () => {
    await RecordedTalk.open(provider, { model: 'gemini-3.1-flash-live-preview', voice: 'zephyr' });
    expect(server.latest.setup?.model).toBe('models/gemini-3.1-flash-live-preview');
    expect(server.latest.setup?.generationConfig.speechConfig.voiceConfig.prebuiltVoiceConfig.voiceName).toBe('Zephyr');
    await RecordedTalk.open(provider, { model: 'gpt-realtime' });
    expect(server.latest.setup?.model).toBe('models/gemini-3.8-live');
  });

  it('sends sound at 16 kHz between the marks of a turn only, and answers it after its words', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'audio', pcm: SPEECH }, ...turnOf('item-1'), { type: 'audio', pcm: SPEECH });
    await talk.until(() => talk.of('turn-done').length === 1);
    expect(talk.of('user-transcript-done')).toEqual([
      { type: 'user-transcript-done', itemId: 'item-1', text: 'Hello there.' },
    ]);
    expect(talk.textOf(talk.of('turn-started')[0]!.turnId)).toBe('You gave me this: Hello there.');
    const sent = server.latest
      .of('realtimeInput')
      .flatMap(({ realtimeInput: input }) => ('audio' in input ? [input] : []));
    const bytes = sent.reduce((sum, { audio }) => sum + Buffer.from(audio.data, 'base64').length, 0);
    expect(bytes / 2).toBeGreaterThan(15_900);
    expect(bytes / 2).toBeLessThanOrEqual(16_000);
  });

  it('waits a moment for words that come after the answer, and tells all of them', async () => {
    server.behaviour.lateTranscriptMs = 100;
    const talk = await RecordedTalk.open(provider);
    talk.send(...turnOf('item-1'));
    await talk.until(() => talk.of('turn-done').length === 1);
    const aside = new Set(['user-transcript-delta', 'usage']);
    const order = talk.events.map(({ type }) => type).filter((type) => !aside.has(type));
    expect(order.slice(0, 2)).toEqual(['user-transcript-done', 'turn-started']);
    expect(talk.of('user-transcript-done')[0]?.text).toBe('Hello there.');
  });

  it('says nothing to what was no speech, and nothing to a turn that is void', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'user-turn-started', itemId: 'a' }, { type: 'audio', pcm: SPEECH });
    talk.send({ type: 'user-turn-dropped', itemId: 'a' });
    await talk.until(() => server.latest.contents.length === 2);
    await sleep(200);
    // What it has cost is told all the same.
    expect(talk.events.filter(({ type }) => type !== 'usage')).toEqual([]);
    talk.send(...turnOf('b'));
    await talk.until(() => talk.of('turn-done').length === 1);
    expect(talk.of('user-transcript-done')).toHaveLength(1);
  });

  it('drops the answer to words that were none for it, once they are known', async () => {
    server.behaviour.lateTranscriptMs = 100;
    const talk = await RecordedTalk.open(provider);
    talk.send(...turnOf('a'));
    await talk.until(() => talk.of('user-transcript-delta').length > 0);
    talk.send({ type: 'user-turn-dropped', itemId: 'a' }, { type: 'say', turnId: 'next', text: 'Here I am.' });
    // What is held back comes before what is said later.
    await talk.untilDone('next');
    expect(talk.events.filter((event) => 'turnId' in event && event.turnId !== 'next')).toEqual([]);
  });

  it.each([0, 100])(
    'tells nothing of an answer to words that are dropped as they are told (late: %i)',
    async (lateMs) => {
      server.behaviour.lateTranscriptMs = lateMs;
      const talk = await RecordedTalk.open(provider);
      talk.onEvent = ({ type }) => {
        if (type === 'user-transcript-done') talk.send({ type: 'user-turn-dropped', itemId: 'a' });
      };
      talk.send(...turnOf('a'));
      await talk.until(() => talk.of('user-transcript-done').length === 1);
      await talk.until(() => talk.of('usage').length === 1);
      expect(talk.events.map(({ type }) => type)).not.toContain('turn-started');
      expect(talk.of('audio')).toEqual([]);
      talk.send({ type: 'say', turnId: 'next', text: 'Here I am.' });
      await talk.untilDone('next');
    },
  );

  it('keeps words of a reply that come when its sound is over', async () => {
    server.behaviour.lateWords = true;
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'turn', text: 'The guide is on the way.' });
    await talk.untilDone('turn');
    expect(talk.textOf('turn')).toBe('The guide is on the way.');
    expect(talk.events.at(-1)).toEqual({ type: 'turn-done', turnId: 'turn' });
  });

  it('tells the service what was heard of an answer that was cut', async () => {
    const talk = await RecordedTalk.open(provider);
    const text = 'This is a rather long answer that nobody will hear to its end, since it is cut off.';
    talk.send({ type: 'say', turnId: 'turn', text });
    await talk.until(() => talk.of('audio', 'turn').length >= 2);
    talk.send({ type: 'cancel', turnId: 'turn', playedMs: 250, heardText: 'This is' }, ...turnOf('item-1'));
    await talk.until(() => talk.of('turn-done').length === 1);
    expect(server.latest.texts).toContain(
      'user: [You were interrupted: of your last answer the user heard only this: This is]',
    );
    expect(talk.of('turn-done')[0]?.turnId).toBe(talk.of('turn-started')[0]?.turnId);
    expect(talk.of('failed')).toEqual([]);
  });

  it('calls a tool and tells its result when an answer is wanted', async () => {
    const weather = { name: 'weather', description: 'Tells it.', parameters: { type: 'object', properties: {} } };
    const talk = await RecordedTalk.open(provider, { tools: [weather] });
    talk.send({ type: 'text', itemId: 'a', text: 'How is the weather?' }, { type: 'respond', turnId: 'ask' });
    await talk.untilDone('ask');
    expect(talk.of('audio', 'ask')).toEqual([]);
    const call = talk.of('tool-call-done', 'ask')[0]!;
    expect(call).toMatchObject({ callId: 'call_1', name: 'weather', argumentsJson: '{"city":"Paris"}' });
    talk.send({ type: 'tool-result', callId: call.callId, output: '{"sky":"sunny"}' });
    await sleep(100);
    expect(server.latest.of('toolResponse')).toEqual([]);
    talk.send({ type: 'respond', turnId: 'tell' });
    await talk.untilDone('tell');
    expect(talk.textOf('tell')).toContain('weather says {"sky":"sunny"}');
    expect(server.latest.of('toolResponse')[0]?.toolResponse.functionResponses).toMatchObject([
      { id: 'call_1', name: 'weather', response: { output: { sky: 'sunny' } } },
    ]);
  });

  it('answers no call that the service has taken back', async () => {
    const weather = { name: 'weather', description: 'Tells it.', parameters: { type: 'object', properties: {} } };
    const talk = await RecordedTalk.open(provider, { tools: [weather] });
    talk.send({ type: 'text', itemId: 'a', text: 'How is the weather?' }, { type: 'respond', turnId: 'ask' });
    await talk.untilDone('ask');
    server.latest.emit({ toolCallCancellation: { ids: ['call_1'] } });
    await sleep(50);
    talk.send({ type: 'tool-result', callId: 'call_1', output: 'sunny' }, { type: 'respond', turnId: 'tell' });
    await talk.untilDone('tell');
    expect(server.latest.of('toolResponse')).toEqual([]);
    expect(talk.textOf('tell')).toContain('sunny');
  });

  it('sees pictures, and is told instructions for one reply', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'image', dataUrl: 'data:image/jpeg;base64,AAAA' }, { type: 'respond', turnId: 'look' });
    await talk.untilDone('look');
    expect(talk.textOf('look')).toContain('a picture');
    talk.send({ type: 'respond', turnId: 'brief', instructions: 'Be brief.' });
    await talk.untilDone('brief');
    expect(talk.textOf('brief')).toContain('[Instructions for what you say next: Be brief.]');
  });
});

describe('when the connection ends', () => {
  it('goes on by the handle of the session, which is told only what it does not know', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'text', itemId: 'a', text: 'My name is Tom.' }, { type: 'respond', turnId: 'one' });
    await talk.untilDone('one');
    server.latest.giveHandle('handle-1');
    await sleep(50);
    const count = server.connections.length;
    server.latest.drop();
    talk.send({ type: 'text', itemId: 'b', text: 'Who am I?' }, { type: 'respond', turnId: 'two' });
    await talk.untilDone('two');
    expect(server.connections.length).toBe(count + 1);
    expect(server.latest.setup?.sessionResumption).toEqual({ handle: 'handle-1' });
    expect(server.latest.texts).toEqual(['user: Who am I?', 'model: You gave me this: Who am I?']);
    expect(talk.of('failed')).toEqual([]);
  });

  it('tells the whole talk to a new session where there is no handle, or a dead one', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'history', items: [{ role: 'system', text: 'It is Monday.' }] }, ...turnOf('a'));
    await talk.until(() => talk.of('turn-done').length === 1);
    server.deadHandles.add('dead');
    server.latest.giveHandle('dead');
    await sleep(50);
    server.latest.close(1011, 'Deadline expired before operation could complete.');
    talk.send({ type: 'respond', turnId: 'two' });
    await talk.untilDone('two');
    expect(server.latest.setup).toMatchObject({
      sessionResumption: {},
      historyConfig: { initialHistoryInClientContent: true },
    });
    expect(server.latest.texts.slice(0, 3)).toEqual([
      'user: [It is Monday.]',
      'user: Hello there.',
      'model: You gave me this: Hello there.',
    ]);
  });

  it('is not asked for ever where it refuses one after another', async () => {
    const clock = new ManualClock();
    const voice = createVoice({ clock, reconnectDelaysMs: [10, 10, 10] });
    const talk = await RecordedTalk.open(voice);
    server.deadHandles.add('dead');
    server.latest.giveHandle('dead');
    await sleep(50);
    const count = server.connections.length;
    server.latest.drop();
    const reach = (condition: () => boolean) => () => {
      if (!condition()) clock.advance(100);
      return condition();
    };
    const again = reach(() => server.connections.length > count);
    await expect.poll(again, { interval: 5 }).toBe(true);
    server.handshakeRefusal = 400;
    const asked = server.paths.length;
    const failed = reach(() => talk.of('failed').length > 0);
    await expect.poll(failed, { interval: 5 }).toBe(true);
    expect(talk.of('failed')).toMatchObject([{ category: 'invalid-request', retryable: false }]);
    expect(server.paths.length - asked).toBe(1);
    await voice.close();
  });

  it('changes it for new settings and when the service announces the end, while nobody speaks', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'one', text: 'One two three four five six seven eight nine ten eleven twelve.' });
    await talk.until(() => talk.of('audio', 'one').length > 0);
    const first = server.latest;
    talk.send({ type: 'configure', config: { prompt: 'You are a pirate.' } });
    first.giveHandle('handle-2');
    await talk.untilDone('one');
    expect(talk.of('audio', 'one').length).toBe(4);
    await talk.until(() => server.latest !== first && server.latest.setup !== null);
    expect(server.latest.setup?.systemInstruction.parts[0]?.text).toContain('pirate');
    expect(server.latest.setup?.sessionResumption).toEqual({ handle: 'handle-2' });
    const second = server.latest;
    second.emit({ goAway: { timeLeft: '10s' } });
    await talk.until(() => server.latest !== second && server.latest.setup !== null);
    expect(talk.of('failed')).toEqual([]);
  });

  it('ends a reply that was cut, and a turn of the user that was open goes on', async () => {
    server.behaviour.stalls = true;
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'one', text: 'One two three four five six.' });
    await talk.until(() => talk.of('audio', 'one').length > 0);
    server.behaviour.stalls = false;
    talk.send({ type: 'user-turn-started', itemId: 'a' });
    const first = server.latest;
    first.drop();
    await talk.untilDone('one');
    talk.send({ type: 'audio', pcm: SPEECH });
    await talk.until(() => server.latest !== first && server.latest.setup !== null);
    await sleep(50);
    talk.send({ type: 'user-turn-stopped', itemId: 'a' });
    await talk.until(() => talk.of('turn-done').length === 2);
    expect(talk.of('user-transcript-done')).toMatchObject([{ text: 'Hello there.' }]);
  });

  it('says so when the service stays away, and ends the talk at last', async () => {
    const patient = createVoice({ reconnectDelaysMs: [10, 10, 10] });
    const talk = await RecordedTalk.open(patient);
    server.refusal = { code: 1011, reason: 'The service is currently unavailable.' };
    server.latest.drop();
    talk.send({ type: 'respond', turnId: 'lost' });
    await talk.until(() => talk.of('failed').length === 2);
    expect(talk.of('failed').map(({ retryable }) => retryable)).toEqual([true, false]);
    expect(talk.of('turn-done', 'lost')).toHaveLength(1);
    await patient.close();
  });
});

describe('a refusal', () => {
  it('of a wrong key is final, tells what to do, and keeps the key to itself', async () => {
    const key = 'AIzaWrong0123456789';
    const clock = new ManualClock();
    const wrong = createVoice({ apiKey: key, clock });
    const count = server.connections.length;
    const error = await RecordedTalk.open(wrong).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'VoiceOpenError', category: 'authentication', retryable: false });
    expect(String(error)).toContain("avatar's settings");
    expect(String(error) + logged.join('\n')).not.toContain(key);
    // Nothing waits for its time any more: no other attempt will be made.
    expect([clock.pendingTimers, server.connections.length]).toEqual([0, count + 1]);
    await wrong.close();
  });

  it.each([
    [1011, 'You exceeded your current quota, please check your plan and billing details.', 'quota', /billing/],
    [
      1008,
      'models/x is not found for API version v1beta, or is not supported for bidiGenerateContent.',
      'invalid-request',
      /models\/x is not found/,
    ],
    [1007, 'Request contains an invalid argument.', 'invalid-request', /Check model, voice and tools/],
    [1011, 'Internal error encountered.', 'internal', /fault of its own/],
    [1006, '', 'connectivity', /cannot be reached/],
  ])('with %i %s is one of the closed list', async (code, reason, category, sentence) => {
    if (code === 1006) {
      const lost = createVoice({ url: 'ws://127.0.0.1:1' });
      await expect(RecordedTalk.open(lost)).rejects.toMatchObject({
        category,
        message: expect.stringMatching(sentence),
      });
      return lost.close();
    }
    server.refusal = { code, reason };
    await expect(RecordedTalk.open(provider)).rejects.toMatchObject({
      category,
      message: expect.stringMatching(sentence),
    });
  });

  it('for want of quota in a talk ends it, without another attempt', async () => {
    const clock = new ManualClock();
    const talk = await RecordedTalk.open(createVoice({ clock }));
    const count = server.connections.length;
    server.latest.close(1011, 'You exceeded your current quota, please check your plan and billing details.');
    await talk.until(() => talk.of('failed').length > 0);
    expect(talk.of('failed')).toMatchObject([{ category: 'quota', retryable: false }]);
    expect([clock.pendingTimers, server.connections.length]).toEqual([0, count]);
  });

  it('of one answer ends the reply with a sentence, and the talk goes on', async () => {
    server.behaviour.refusal = 'PROHIBITED_INPUT_CONTENT';
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'respond', turnId: 'one' });
    await talk.untilDone('one');
    expect(talk.of('failed')).toMatchObject([{ retryable: true, message: expect.stringContaining('other words') }]);
    server.behaviour.refusal = null;
    talk.send({ type: 'respond', turnId: 'two' });
    await talk.untilDone('two');
    expect(talk.of('audio', 'two').length).toBeGreaterThan(0);
  });

  it('meets addresses in the own network, where an owner of an avatar gives one', async () => {
    const guarded = createVoice({ network: guardedNetwork([]) });
    await expect(RecordedTalk.open(guarded)).rejects.toThrow();
    await guarded.close();
  });
});
