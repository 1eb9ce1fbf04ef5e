import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/logger.ts';
import { ManualClock } from '../../../core/manual-clock.ts';
import type { VoiceProvider } from '../../../core/voice-port.ts';
import { describeVoice, findEntry } from '../../catalogue.ts';
import { RecordedTalk, testVoiceConformance } from '../../conformance.ts';
import { openNetwork } from '../../shared/service-network.ts';
import { type AgentsVoiceOptions, createAgentsVoice } from './agents-voice.ts';
import { USUAL_BEHAVIOUR } from './testing/scripted-agent.ts';
import { ScriptedAgentsServer, TEST_AGENT, TEST_API_KEY } from './testing/scripted-agents-server.ts';

let server: ScriptedAgentsServer;
let provider: VoiceProvider;
const logged: string[] = [];
const log = (fields: object, message: string): void => void logged.push(JSON.stringify({ ...fields, message }));
const logger: Logger = { debug: log, info: log, warn: log, error: log };

function createVoice(options: Partial<AgentsVoiceOptions> = {}): VoiceProvider {
  return createAgentsVoice({
    agent: TEST_AGENT,
    words: 'avatar',
    url: server.origin,
    apiKey: TEST_API_KEY,
    network: openNetwork,
    clock: systemClock,
    logger,
    ...options,
  });
}

/** A second of a loud tone, then half a second of silence. */
const SPEECH = Int16Array.from({ length: 36_000 }, (_, n) => (n < 24_000 ? Math.round(8000 * Math.sin(n / 15)) : 0));

function speak(talk: RecordedTalk): void {
  for (let at = 0; at < SPEECH.length; at += 2400) talk.send({ type: 'audio', pcm: SPEECH.slice(at, at + 2400) });
}

beforeAll(async () => {
  server = await ScriptedAgentsServer.start();
  provider = createVoice();
});
beforeEach(() => {
  server.refusal = null;
  Object.assign(server.behaviour, USUAL_BEHAVIOUR);
});
afterEach(() => {
  expect(server.agents.flatMap(({ mistakes }) => mistakes)).toEqual([]);
  expect(logged.join('\n')).not.toContain(TEST_API_KEY);
});
afterAll(async () => {
  await provider.close();
  await server.close();
});

testVoiceConformance('An agent of ElevenLabs', { provider: () => provider, userSpeech: async () => SPEECH });

describe('a talk with an agent', () => {
  it('goes from speech to words to an answer, with a time for each word', async () => {
    const talk = await RecordedTalk.open(provider, {
      prompt: 'You are Mia.',
      language: 'pt-BR',
      voice: 'EXAVITQu4vr4',
    });
    const [begun] = server.latest.of('conversation_initiation_client_data');
    expect(begun?.conversation_config_override).toEqual({
      agent: { prompt: { prompt: 'You are Mia.' }, first_message: 'Hello, I am Ada.', language: 'pt-br' },
      tts: { voice_id: 'EXAVITQu4vr4' },
    });
    speak(talk);
    await talk.until(() => talk.of('turn-done').length > 0);
    const { turnId } = talk.of('turn-started')[0] ?? expect.unreachable();
    expect(talk.of('user-transcript-done')).toMatchObject([{ text: 'Hello there.' }]);
    expect(talk.textOf(turnId)).toBe('You gave me this: Hello there.');
    const order = [...new Set(talk.events.map(({ type }) => type))];
    expect(order.slice(0, 4)).toEqual([
      'user-speech-started',
      'user-speech-stopped',
      'user-transcript-done',
      'turn-started',
    ]);
    // Three words for each 200 ms of sound, the times of each piece counted from its own beginning.
    const starts = talk.of('text-delta', turnId).map(({ audioStartMs }) => audioStartMs ?? -1);
    expect(starts.length).toBe(6);
    expect(starts.toSorted((one, other) => one - other)).toEqual(starts);
    expect(starts[3]).toBeGreaterThanOrEqual(200);
    expect(server.latest.of('pong')).toEqual([{ type: 'pong', event_id: 7 }]);
  });

  it.each(['pcm_8000', 'pcm_22050', 'pcm_24000', 'pcm_44100', 'pcm_48000'])(
    'speaks %s where the agent does',
    async (format) => {
      Object.assign(server.behaviour, { userFormat: format, agentFormat: format });
      const talk = await RecordedTalk.open(provider);
      talk.send({ type: 'say', turnId: 'one', text: 'Three words here.' });
      await talk.untilDone('one');
      const samples = talk.of('audio', 'one').reduce((sum, { pcm }) => sum + pcm.length, 0);
      expect(Math.abs(samples - 4800)).toBeLessThan(300);
      talk.send({ type: 'audio', pcm: new Int16Array(24_000) });
      await talk.until(() => server.latest.heardSamples > 0);
      expect(Math.abs(server.latest.heardSamples / Number(format.slice(4)) - 1)).toBeLessThan(0.05);
    },
  );

  it('greets with the first message word for word when that is wanted, and with nothing when something else is', async () => {
    const greeted = await RecordedTalk.open(provider);
    expect(greeted.events).toEqual([]);
    greeted.send({ type: 'say', turnId: 'hello', text: 'Hello, I am Ada.' });
    await greeted.untilDone('hello');
    expect(greeted.textOf('hello')).toBe('Hello, I am Ada.');
    expect(greeted.of('audio', 'hello').length).toBeGreaterThan(0);
    expect(server.latest.of('user_message')).toEqual([]);
    await greeted.close();
    const other = await RecordedTalk.open(provider);
    other.send({ type: 'text', itemId: 'a', text: 'Hi.' }, { type: 'respond', turnId: 'one' });
    await other.untilDone('one');
    expect(other.textOf('one')).toBe('You gave me this: Hi.');
  });

  it("leaves an agent its own words where the avatar's owner chose them", async () => {
    const own = createVoice({ words: 'agent' });
    const talk = await RecordedTalk.open(own);
    expect(server.latest.of('conversation_initiation_client_data')).toEqual([
      { type: 'conversation_initiation_client_data' },
    ]);
    talk.send({ type: 'configure', config: { prompt: 'Be brief.' } });
    talk.send({ type: 'say', turnId: 'hello', text: 'Hello, I am Ada.' });
    await talk.untilDone('hello');
    expect(talk.textOf('hello')).toBe('I am an agent.');
    expect(server.latest.of('contextual_update')).toEqual([]);
    await own.close();
  });

  it.each([
    ['tells when the user speaks', true],
    ['tells only that it was interrupted', false],
  ])('ends what an agent says that %s, and the agent knows what was heard', async (_what, tellsSpeech) => {
    server.behaviour.tellsSpeech = tellsSpeech;
    const talk = await RecordedTalk.open(provider);
    const text = 'This is a rather long answer that nobody will hear to its end, since it is cut off by somebody.';
    server.behaviour.pieceEveryMs = 60;
    talk.send({ type: 'say', turnId: 'one', text });
    await talk.until(() => talk.of('audio', 'one').length >= 2);
    speak(talk);
    await talk.until(() => talk.of('user-speech-started').length === 1);
    talk.send({ type: 'cancel', turnId: 'one', playedMs: 250, heardText: 'This is' });
    const before = talk.of('audio', 'one').length;
    await talk.until(() => talk.of('turn-started').length === 1);
    await talk.untilDone(talk.of('turn-started')[0]?.turnId ?? '');
    expect(talk.of('audio', 'one').length).toBe(before);
    expect(server.latest.of('contextual_update')).toEqual([]);
    expect(talk.of('failed')).toEqual([]);
  });

  it('notices an interruption of what has come whole and is still being played', async () => {
    server.behaviour.tellsSpeech = false;
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'one', text: 'Five words are said here. '.repeat(20).trim() });
    await talk.untilDone('one');
    server.latest.emit({ type: 'interruption', interruption_event: { event_id: 1000 } });
    await talk.until(() => talk.of('user-speech-started').length === 1);
  });

  it('tells an agent what was heard where somebody else interrupted it', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'one', text: 'A rather long answer that is cut off by a button in the page.' });
    await talk.until(() => talk.of('audio', 'one').length > 0);
    talk.send({ type: 'cancel', turnId: 'one', playedMs: 100, heardText: 'A rather' });
    await talk.until(() => server.latest.of('contextual_update').length === 1);
    expect(server.latest.of('contextual_update')[0]?.text).toContain('only this of it was heard: "A rather"');
  });

  it('calls a tool of the client, and goes on with its result under the next turn', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'text', itemId: 'a', text: 'How is the weather?' }, { type: 'respond', turnId: 'ask' });
    await talk.untilDone('ask');
    const [call] = talk.of('tool-call-done', 'ask');
    expect(call).toMatchObject({ name: 'weather', argumentsJson: '{"city":"Paris"}' });
    talk.send(
      { type: 'tool-result', callId: call?.callId ?? '', output: 'sunny' },
      { type: 'respond', turnId: 'tell' },
    );
    await talk.untilDone('tell');
    expect(talk.textOf('tell')).toBe('The tool says sunny.');
    expect(server.latest.of('user_message')).toHaveLength(1);
  });

  it('tells the agent of earlier turns, of new instructions, and that somebody types', async () => {
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'history', items: [{ role: 'user', text: 'I like the sea.' }] });
    talk.send({ type: 'configure', config: { prompt: 'Be brief.' } }, { type: 'text', itemId: 'a', text: 'Hm.' });
    await talk.until(() => server.latest.of('user_activity').length === 1);
    const told = server.latest.of('contextual_update').map(({ text }) => text);
    expect(told).toEqual([
      'The talk so far:\nUser: I like the sea.',
      'From now on these are your instructions:\nBe brief.',
    ]);
  });

  it('begins anew with settings that change before anything was said', async () => {
    const talk = await RecordedTalk.open(provider);
    const count = server.agents.length;
    talk.send({ type: 'configure', config: { prompt: 'You are Max.', firstMessage: 'I am Max.' } });
    talk.send({ type: 'say', turnId: 'hello', text: 'I am Max.' });
    await talk.untilDone('hello');
    expect(server.agents.length).toBe(count + 1);
    expect(talk.textOf('hello')).toBe('I am Max.');
    expect(talk.of('failed')).toEqual([]);
  });
});

describe('an agent that is', () => {
  it('without times tells its words whole, and ends when its sound has been played', async () => {
    server.behaviour.isTimed = false;
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'one', text: 'Three words here.' });
    await talk.untilDone('one');
    expect(talk.of('text-delta', 'one')).toEqual([{ type: 'text-delta', turnId: 'one', text: 'Three words here.' }]);
  });

  it.each([true, false])('out of order (with times: %s) says the same', async (isTimed) => {
    Object.assign(server.behaviour, { isOutOfOrder: true, isTimed });
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'one', text: 'First comes some sound, and then the words.' });
    await talk.untilDone('one');
    expect(talk.textOf('one').trim()).toBe('First comes some sound, and then the words.');
    expect(talk.of('turn-started')).toEqual([]);
  });

  it('slow is one reply all the same', async () => {
    server.behaviour.pieceEveryMs = 700;
    const talk = await RecordedTalk.open(provider);
    talk.send({ type: 'say', turnId: 'one', text: 'Some words and then again some more words.' });
    await talk.untilDone('one');
    expect(talk.textOf('one').trim()).toBe('Some words and then again some more words.');
    expect(talk.of('turn-started')).toEqual([]);
  });

  it('mute is told of in time, and the talk goes on', async () => {
    const clock = new ManualClock();
    const voice = createVoice({ clock });
    const talk = await RecordedTalk.open(voice);
    server.behaviour.isMute = true;
    talk.send({ type: 'respond', turnId: 'one' });
    await talk.until(() => server.latest.of('user_message').length === 1);
    clock.advance(1500);
    clock.advance(13_000);
    expect(talk.of('failed')).toEqual([]);
    clock.advance(2000);
    expect(talk.events).toMatchObject([
      { type: 'failed', retryable: true, message: expect.stringContaining('did not answer in time') },
      { type: 'turn-done', turnId: 'one' },
    ]);
    server.behaviour.isMute = false;
    talk.send({ type: 'respond', turnId: 'two' });
    await talk.until(() => talk.of('audio', 'two').length > 0);
    await voice.close();
  });

  it('dead is not waited for longer than a quarter of a minute', async () => {
    server.behaviour.isDead = true;
    const clock = new ManualClock();
    const voice = createVoice({ clock });
    const refused = expect(RecordedTalk.open(voice)).rejects.toMatchObject({
      name: 'VoiceOpenError',
      category: 'connectivity',
    });
    await expect.poll(() => server.latest.received.length).toBeGreaterThan(0);
    clock.advance(15_000);
    await refused;
    await voice.close();
  });
});

it('is in the catalogue, with a key that is bound to where it is sent, and tells an avatar without an agent what it lacks', async () => {
  const entry = findEntry('voice', 'elevenlabs-agents') ?? expect.unreachable();
  expect(entry.keyOrigin({ agent: TEST_AGENT })).toBe('https://api.elevenlabs.io');
  expect(entry.optionsSchema.safeParse({ agent: '../x' }).success).toBe(false);
  expect(describeVoice('elevenlabs-agents', {})).toMatchObject({ detectsTurns: true, timings: 'word' });
  const tools = { clock: systemClock, logger, network: openNetwork, local: expect.unreachable, isOperators: false };
  await expect(entry.open({}, { ...tools, apiKey: undefined, brain: null })).rejects.toThrow(
    'Choose one in its settings',
  );
});
