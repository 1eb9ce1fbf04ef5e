import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../core/logger.ts';
import { ManualClock } from '../../core/manual-clock.ts';
import type { VoiceInput, VoiceProvider } from '../../core/voice-port.ts';
import { RecordedTalk } from '../conformance.ts';
import { createOpenAiRealtimeVoice } from './openai-realtime-voice.ts';
import { ScriptedRealtimeServer, TEST_API_KEY } from './testing/scripted-realtime-server.ts';

let server: ScriptedRealtimeServer;
let clock: ManualClock;
let provider: VoiceProvider;

beforeAll(async () => {
  server = await ScriptedRealtimeServer.start();
});
beforeEach(() => {
  clock = new ManualClock();
  provider = createOpenAiRealtimeVoice({ apiKey: TEST_API_KEY, url: server.url, clock, logger: silentLogger });
  behave({});
  return () => provider.close();
});
afterAll(() => server.close());

function behave(behaviour: Partial<typeof server.behaviour>): void {
  const usual = { transcript: 'Hello there.', swallowed: new Set(), refused: new Set(), silentStatus: undefined };
  Object.assign(server.behaviour, usual, behaviour);
}

const RESPOND: VoiceInput = { type: 'respond', turnId: 'one' };

/** Sends, and waits until the service has received all of it. */
async function send(talk: RecordedTalk, ...inputs: readonly VoiceInput[]): Promise<void> {
  const count = server.latest.received.length;
  talk.send(...inputs);
  await talk.until(() => server.latest.received.length >= count + inputs.length);
}

/** In steps between which the service answers what keeps the connection: one leap would be a minute of a dead line. */
async function passMinute(): Promise<void> {
  for (let passedMs = 0; passedMs < 60_000; passedMs += 5000) {
    clock.advance(5000);
    await sleep(20);
  }
}

async function expectTalkGoesOn(talk: RecordedTalk): Promise<void> {
  behave({});
  talk.send({ type: 'respond', turnId: 'later' });
  await talk.untilDone('later');
  expect(talk.of('audio', 'later').length).toBeGreaterThan(0);
}

describe('a request for a reply', () => {
  it('that is swallowed is told of in time, and the talk goes on', async () => {
    const talk = await RecordedTalk.open(provider);
    behave({ swallowed: new Set(['response.create']) });
    await send(talk, RESPOND);
    clock.advance(9999);
    expect(talk.events).toEqual([]);
    clock.advance(1);
    expect(talk.events).toMatchObject([
      { type: 'failed', retryable: true, message: expect.stringContaining('did not answer in time') },
      { type: 'turn-done', turnId: 'one' },
    ]);
    await expectTalkGoesOn(talk);
  });

  it('that is refused without saying which ends soon, and the talk goes on', async () => {
    const talk = await RecordedTalk.open(provider);
    behave({ refused: new Set(['response.create']) });
    await send(talk, RESPOND);
    await talk.until(() => talk.of('failed').length === 1);
    clock.advance(2000);
    expect(talk.events.map(({ type }) => type)).toEqual(['failed', 'turn-done']);
    await expectTalkGoesOn(talk);
  });

  it('that is begun and never ended is told of, and the talk goes on', async () => {
    const talk = await RecordedTalk.open(provider);
    behave({ silentStatus: 'never' });
    await send(talk, RESPOND);
    await sleep(100);
    clock.advance(20_000);
    expect(talk.of('failed')).toMatchObject([{ message: expect.stringContaining('stopped in the middle') }]);
    expect(talk.of('turn-done', 'one')).toHaveLength(1);
    await expectTalkGoesOn(talk);
  });

  it('that is cancelled in vain holds up the next one only for a while', async () => {
    const talk = await RecordedTalk.open(provider);
    behave({ silentStatus: 'never', swallowed: new Set(['response.cancel']) });
    await send(talk, RESPOND);
    await sleep(100);
    await send(talk, { type: 'cancel', turnId: 'one', playedMs: 0, heardText: '' });
    behave({});
    talk.send({ type: 'respond', turnId: 'two' });
    clock.advance(5000);
    await talk.untilDone('two');
    expect(talk.of('failed')).toEqual([]);
  });

  it.each(['incomplete', 'completed'] as const)('whose answer is %s and silent is told of', async (silentStatus) => {
    const talk = await RecordedTalk.open(provider);
    behave({ silentStatus });
    await send(talk, RESPOND);
    await talk.untilDone('one');
    expect(talk.of('failed')).toMatchObject([{ category: 'internal', retryable: true }]);
    await expectTalkGoesOn(talk);
  });
});

describe('what the service is told', () => {
  it.each<[string, VoiceInput, string, RegExp]>([
    ['typed words', { type: 'text', itemId: 'a', text: 'Hi.' }, 'conversation.item.create', /did not confirm what/],
    ['a picture', { type: 'image', dataUrl: 'data:image/png;base64,AA==' }, 'conversation.item.create', /confirm what/],
    [
      'the result of a tool',
      { type: 'tool-result', callId: 'c', output: '{}' },
      'conversation.item.create',
      /did not confirm what/,
    ],
    [
      'settings',
      { type: 'configure', config: { prompt: 'Be brief.' } },
      'session.update',
      /confirm the changed settings/,
    ],
    ['the end of a turn', { type: 'user-turn-stopped', itemId: 'i' }, 'input_audio_buffer.commit', /did not take what/],
  ])('%s: if it is swallowed, that is told of', async (_what, input, type, message) => {
    const talk = await RecordedTalk.open(provider);
    behave({ swallowed: new Set([type]) });
    await send(talk, input);
    clock.advance(10_000);
    expect(talk.events).toMatchObject([
      { type: 'failed', retryable: true, endsReply: false, message: expect.stringMatching(message) },
    ]);
    await passMinute();
    expect(talk.of('failed')).toHaveLength(1);
    await expectTalkGoesOn(talk);
  });

  it('is no cause for a word when it is confirmed', async () => {
    const talk = await RecordedTalk.open(provider);
    await send(
      talk,
      { type: 'text', itemId: 'a', text: 'Hi.' },
      { type: 'history', items: [{ role: 'assistant', text: 'Hello.' }] },
      { type: 'tool-result', callId: 'c', output: '{}' },
      { type: 'configure', config: { prompt: 'Be brief.' } },
      { type: 'image', dataUrl: 'data:image/png;base64,AA==' },
    );
    await sleep(100);
    clock.advance(14_000);
    expect(talk.events).toEqual([]);
  });
});

describe('speech of the user', () => {
  const inject = (message: Record<string, unknown>): void => server.latest.emit(message);
  const hear = (): void => {
    inject({ type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: 'u' });
    inject({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: 900, item_id: 'u' });
    inject({ type: 'input_audio_buffer.committed', item_id: 'u' });
  };

  it('whose words never come is told of', async () => {
    const talk = await RecordedTalk.open(provider);
    hear();
    await talk.until(() => talk.of('user-speech-stopped').length === 1);
    await sleep(50);
    clock.advance(20_000);
    expect(talk.of('user-transcript-done')).toEqual([{ type: 'user-transcript-done', itemId: 'u', text: '' }]);
    expect(talk.of('failed')).toMatchObject([{ endsReply: false }]);
    await expectTalkGoesOn(talk);
  });

  it('that is not answered by itself is answered when asked', async () => {
    const talk = await RecordedTalk.open(provider);
    hear();
    inject({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: 'u',
      content_index: 0,
      transcript: 'Are you there?',
    });
    await talk.until(() => talk.of('user-transcript-done').length === 1);
    clock.advance(6000);
    await talk.until(() => talk.of('turn-done').length === 1);
    expect(talk.of('turn-started')).toHaveLength(1);
    expect(talk.of('audio').length).toBeGreaterThan(0);
    expect(talk.of('failed')).toEqual([]);
  });
});
