import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import { DEFAULT_TURN_DETECTION, type VoiceProvider } from '../../core/voice-port.ts';
import { UserPipeline } from '../../user-pipeline.ts';
import { RecordedTalk, testVoiceConformance } from '../conformance.ts';
import { createOpenAiRealtimeVoice, type OpenAiRealtimeOptions } from './openai-realtime-voice.ts';
import { ScriptedRealtimeServer, TEST_API_KEY } from './testing/scripted-realtime-server.ts';

let server: ScriptedRealtimeServer;
let provider: VoiceProvider;
const logged: string[] = [];
const log = (fields: object, message: string): void => void logged.push(JSON.stringify({ ...fields, message }));
const logger: Logger = { debug: log, info: log, warn: log, error: log };

function createVoice(options: Partial<OpenAiRealtimeOptions> = {}): VoiceProvider {
  const url = server.url;
  return createOpenAiRealtimeVoice({ apiKey: TEST_API_KEY, url, clock: systemClock, logger, ...options });
}

/** A second of a loud tone, then half a second of silence. */
const SPEECH = Int16Array.from({ length: 36_000 }, (_, n) => (n < 24_000 ? Math.round(8000 * Math.sin(n / 15)) : 0));

function speak(talk: RecordedTalk): void {
  for (let at = 0; at < SPEECH.length; at += 2400) talk.send({ type: 'audio', pcm: SPEECH.slice(at, at + 2400) });
}

beforeAll(async () => {
  server = await ScriptedRealtimeServer.start();
  provider = createVoice();
});
beforeEach(() => {
  Object.assign(server, { refusal: null });
  Object.assign(server.behaviour, { transcript: 'Hello there.', beta: false, nextFailure: null });
});
afterEach(() => {
  expect(server.connections.flatMap(({ mistakes }) => mistakes)).toEqual([]);
  expect(logged.join('\n')).not.toContain(TEST_API_KEY);
});
afterAll(async () => {
  await provider.close();
  await server.close();
});

testVoiceConformance('The OpenAI Realtime voice', {
  provider: () => provider,
  userSpeech: async () => SPEECH,
  counts: ['recogniser', 'voice'],
});

describe('a talk', () => {
  it('goes from speech to words to an answer', async () => {
    const talk = await RecordedTalk.open(provider, { voice: 'cedar', prompt: 'You are Mia.' });
    expect(server.latest.authorization).toBe(`Bearer ${TEST_API_KEY}`);
    expect(server.addresses.at(-1)?.searchParams.get('model')).toBe('gpt-realtime-2.1');
    speak(talk);
    await talk.until(() => talk.of('turn-done').length > 0);
    const turnId = talk.of('turn-started')[0]!.turnId;
    expect(talk.of('user-transcript-done')).toMatchObject([{ text: 'Hello there.' }]);
    expect(talk.textOf(turnId)).toBe('You gave me this: Hello there.');
    expect(talk.of('audio', turnId).length).toBeGreaterThan(1);
    const order = [...new Set(talk.events.map(({ type }) => type))].filter((type) => !type.endsWith('-delta'));
    expect(order.slice(0, 2)).toEqual(['user-speech-started', 'user-speech-stopped']);
    expect(order.slice(-2)).toEqual(['audio', 'turn-done']);
    expect(server.latest.of('session.update')[0]?.session).toMatchObject({ audio: { output: { voice: 'cedar' } } });
  });

  it('ends a turn whose sound stops in mid-word, and answers it', async () => {
    const talk = await RecordedTalk.open(provider);
    const user = new UserPipeline({
      turnEndModel: null,
      clock: systemClock,
      logger,
      speechModel: { createStream: () => ({ probability: async () => 0, reset() {} }) },
      turnDetection: DEFAULT_TURN_DETECTION,
      voiceDetectsTurns: true,
      isToBeSaid: false,
      openCanceller: () => null,
      onMicrophone() {},
      listener: (event) => (event.type === 'user-audio' ? talk.send({ type: 'audio', pcm: event.pcm }) : undefined),
    });
    user.push(new Uint8Array(SPEECH.buffer, 0, 40_000));
    await talk.until(() => talk.of('user-speech-started').length === 1);
    user.setTurnOpen(true);
    await talk.until(() => talk.of('user-speech-stopped').length === 1 && talk.of('turn-done').length > 0);
    user.close();
    expect(talk.textOf(talk.of('turn-started')[0]!.turnId)).toBe('You gave me this: Hello there.');
  });

  it('leaves it to the client when a turn is over, and answers when it is asked to', async () => {
    const turnDetection = { ...DEFAULT_TURN_DETECTION, endsBy: 'client' } as const;
    const rules = { turnDetection, answersTurns: false, interruptsReplies: false };
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'configure', config: rules });
    await talk.until(() => server.latest.of('session.update').length === 2);
    speak(talk);
    speak(talk);
    talk.send({ type: 'user-turn-dropped', itemId: '' });
    speak(talk);
    talk.send({ type: 'user-turn-stopped', itemId: 'mine' });
    await talk.until(() => talk.of('user-transcript-done').length === 1);
    // The service tells things in their order: until the client said so, there was no turn.
    expect(talk.events.map(({ type }) => type)).toEqual([
      'user-speech-started',
      'user-speech-stopped',
      'user-transcript-delta',
      'usage',
      'user-transcript-done',
    ]);
    // What was thrown away is no part of it.
    expect(talk.of('user-speech-stopped')).toMatchObject([{ audioEndMs: 1500 }]);
    talk.send({ type: 'respond', turnId: 'asked' });
    await talk.untilDone('asked');
    expect(talk.of('turn-started')).toEqual([]);
    expect(server.latest.of('response.create')).toHaveLength(1);
    expect(talk.textOf('asked')).toBe('You gave me this: Hello there.');
  });

  it('lets what is said go on over the user, and does not answer unasked, where the client wishes it so', async () => {
    const talk = await RecordedTalk.open(provider, { answersTurns: false, interruptsReplies: false });
    talk.send({
      type: 'say',
      turnId: 'turn',
      text: 'A rather long answer that goes on and on, whatever the user may say meanwhile.',
    });
    await talk.until(() => talk.of('audio', 'turn').length > 0);
    speak(talk);
    await talk.untilDone('turn');
    await talk.until(() => talk.of('user-transcript-done').length === 1);
    talk.send({ type: 'respond', turnId: 'asked' });
    await talk.untilDone('asked');
    expect(talk.textOf('turn')).toContain('meanwhile.');
    expect(talk.of('turn-started')).toEqual([]);
  });

  it('works with a server that knows only the beta', async () => {
    server.behaviour.beta = true;
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'text', itemId: 'a', text: 'Hi.' }, { type: 'respond', turnId: 'turn' });
    await talk.untilDone('turn');
    expect(talk.textOf('turn')).toBe('You gave me this: Hi.');
    expect(talk.of('audio', 'turn').length).toBeGreaterThan(0);
  });

  it('can be interrupted by the user; the service keeps what was heard', async () => {
    const talk = await RecordedTalk.open(provider);
    const text = 'This is a rather long answer that nobody will hear to its end, since it is cut off.';
    talk.send({ type: 'say', turnId: 'turn', text });
    await talk.until(() => talk.of('audio', 'turn').length >= 2);
    speak(talk);
    await talk.until(() => talk.of('user-speech-started').length === 1);
    talk.send({ type: 'cancel', turnId: 'turn', playedMs: 250, heardText: 'This is' });
    await talk.until(() => server.latest.of('conversation.item.truncate').length === 1);
    const { item_id, audio_end_ms } = server.latest.of('conversation.item.truncate')[0]!;
    expect(audio_end_ms).toBe(250);
    await talk.until(() => talk.of('turn-started').length === 1);
    await talk.untilDone(talk.of('turn-started')[0]!.turnId);
    expect(server.latest.items.get(item_id)).toMatchObject({ type: 'spoken', audioMs: 250 });
    expect(talk.of('failed')).toEqual([]);
  });

  it('calls a tool and tells its result', async () => {
    const weather = {
      name: 'weather',
      description: 'Tells the weather.',
      parameters: { type: 'object', properties: {} },
    };
    const talk = await RecordedTalk.open(provider, { tools: [weather] });
    talk.send({ type: 'text', itemId: 'a', text: 'How is the weather?' }, { type: 'respond', turnId: 'ask' });
    await talk.untilDone('ask');
    expect(talk.of('audio', 'ask')).toEqual([]);
    const call = talk.of('tool-call-done', 'ask')[0]!;
    expect(call).toMatchObject({ name: 'weather', argumentsJson: '{"city":"Paris"}' });
    expect(
      talk
        .of('tool-call-delta', 'ask')
        .map(({ delta }) => delta)
        .join(''),
    ).toBe(call.argumentsJson);
    talk.send({ type: 'tool-result', callId: call.callId, output: 'sunny' }, { type: 'respond', turnId: 'tell' });
    await talk.untilDone('tell');
    expect(talk.textOf('tell')).toContain('sunny');
  });

  it('sees pictures', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'image', dataUrl: 'data:image/jpeg;base64,AAAA' }, { type: 'respond', turnId: 'turn' });
    await talk.untilDone('turn');
    expect(talk.textOf('turn')).toContain('a picture');
  });

  it('answers a turn that the client ended, and says nothing to an empty one', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'user-turn-stopped', itemId: 'a' });
    await sleep(200);
    expect(talk.events).toEqual([]);
    talk.send({ type: 'audio', pcm: new Int16Array(4800) }, { type: 'user-turn-stopped', itemId: 'b' });
    await talk.until(() => talk.of('turn-done').length === 1);
    expect(talk.of('failed')).toEqual([]);
  });
});

describe('when the connection drops', () => {
  it('goes on in another one, which is told the talk so far, and asks again for what was not answered', async () => {
    const talk = await RecordedTalk.open(provider, { prompt: 'You are Mia.' });
    talk.send({ type: 'text', itemId: 'a', text: 'My name is Tom.' }, { type: 'respond', turnId: 'one' });
    await talk.untilDone('one');
    const count = server.connections.length;
    server.latest.drop();
    talk.send({ type: 'text', itemId: 'b', text: 'Who am I?' }, { type: 'respond', turnId: 'two' });
    await talk.untilDone('two');
    expect(server.connections.length).toBe(count + 1);
    expect(talk.textOf('two')).toBe('You gave me this: Who am I?');
    expect(talk.of('failed')).toEqual([]);
    const told = server.latest
      .of('conversation.item.create')
      .map(({ item }) => ('content' in item ? item.content : []));
    expect(told.flat().map((part) => ('text' in part ? part.text : ''))).toEqual([
      'My name is Tom.',
      'You gave me this: My name is Tom.',
      'Who am I?',
    ]);
    expect(server.latest.of('session.update')[0]?.session.instructions).toContain('You are Mia.');
  });

  it('ends a reply that was cut, hears what was said meanwhile, and renews an expired session', async () => {
    const talk = await RecordedTalk.open(provider);
    const text = 'One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen.';
    talk.send({ type: 'say', turnId: 'turn', text });
    await talk.until(() => talk.of('audio', 'turn').length > 0);
    const first = server.latest;
    first.refuse('session_expired', { message: 'Your session hit the maximum duration of 60 minutes.' });
    await talk.untilDone('turn');
    speak(talk);
    await talk.until(() => talk.of('user-transcript-done').length === 1);
    expect(server.latest).not.toBe(first);
    expect(talk.of('failed')).toEqual([]);
  });

  it('says so when the service stays away, and ends the talk at last', async () => {
    const patient = createVoice({ reconnectDelaysMs: [10, 10, 10] });
    const talk = await RecordedTalk.open(patient);
    talk.send({ type: 'say', turnId: 'turn', text: 'Hello.' });
    await talk.untilDone('turn');
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

  it('does not come back for ever to a service that takes connections and then closes them', async () => {
    const patient = createVoice({ reconnectDelaysMs: [10, 10, 10] });
    const talk = await RecordedTalk.open(patient);
    const closing = setInterval(() => server.latest.close(1011, 'going away'), 5);
    await talk.until(() => talk.of('failed').some(({ retryable }) => !retryable));
    clearInterval(closing);
    await patient.close();
  });
});

describe('a refusal', () => {
  it.each([
    ['by a message', null],
    ['by the handshake', { status: 401, error: { code: 'invalid_api_key', message: 'Incorrect: sk-wrong-1234567' } }],
  ])('of a wrong key %s is final and keeps the key to itself', async (_way, refusal) => {
    server.refusal = refusal;
    const wrong = createVoice({ apiKey: 'sk-wrong-1234567' });
    const count = server.addresses.length;
    const error = await RecordedTalk.open(wrong).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'VoiceOpenError', category: 'authentication', retryable: false });
    expect(String(error) + logged.join('\n')).not.toContain('sk-wrong-1234567');
    await sleep(200);
    expect(server.addresses.length).toBe(count + 1);
    await wrong.close();
  });

  it('of a key in mid-talk ends the talk, without another attempt', async () => {
    const talk = await RecordedTalk.open(provider);
    const count = server.addresses.length;
    server.latest.close(3000, 'invalid_request_error.invalid_api_key');
    await talk.until(() => talk.of('failed').length > 0);
    expect(talk.of('failed')).toMatchObject([{ category: 'authentication', retryable: false }]);
    await sleep(200);
    expect(server.addresses.length).toBe(count);
  });

  it('for a rate limit ends the reply, and the talk goes on', async () => {
    const talk = await RecordedTalk.open(provider);
    const error = { type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'Limit reached in org-abcd1234.' };
    server.behaviour.nextFailure = error;
    talk.send({ type: 'text', itemId: 'a', text: 'Hi.' }, { type: 'respond', turnId: 'one' });
    await talk.untilDone('one');
    expect(talk.of('failed')).toMatchObject([{ category: 'rate-limit', retryable: true }]);
    talk.send({ type: 'respond', turnId: 'two' });
    await talk.untilDone('two');
    expect(talk.of('audio', 'two').length).toBeGreaterThan(0);
    expect(logged.join('\n')).not.toContain('org-abcd1234');
  });

  it('for want of credit ends the talk', async () => {
    const talk = await RecordedTalk.open(provider);
    const code = 'insufficient_quota';
    server.behaviour.nextFailure = { type: code, code, message: 'You exceeded your current quota.' };
    talk.send({ type: 'respond', turnId: 'one' });
    await talk.until(() => talk.of('failed').length > 0);
    expect(talk.of('failed')).toMatchObject([{ category: 'quota', retryable: false }]);
  });

  it('comes at once when nobody listens there', async () => {
    const lost = createVoice({ url: 'ws://127.0.0.1:1/v1/realtime' });
    await expect(RecordedTalk.open(lost)).rejects.toMatchObject({ category: 'connectivity', retryable: true });
    await lost.close();
  });

  it('of a model names the code', async () => {
    server.refusal = { status: 404, error: { type: 'invalid_request_error', code: 'model_not_found', message: 'No.' } };
    await expect(RecordedTalk.open(provider, { model: 'gpt-9' })).rejects.toThrow(/model_not_found/);
    expect(server.addresses.at(-1)?.searchParams.get('model')).toBe('gpt-9');
  });
});
