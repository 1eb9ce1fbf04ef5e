import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../../core/logger.ts';
import { ManualClock } from '../../core/manual-clock.ts';
import type { VoiceProvider } from '../../core/voice-port.ts';
import { RecordedTalk } from '../conformance.ts';
import { openNetwork } from '../shared/service-network.ts';
import { createGeminiLiveVoice } from './gemini-live-voice.ts';
import { USUAL_BEHAVIOUR } from './testing/scripted-live-connection.ts';
import { ScriptedLiveServer, TEST_API_KEY } from './testing/scripted-live-server.ts';

let server: ScriptedLiveServer;
let clock: ManualClock;
let provider: VoiceProvider;

beforeAll(async () => {
  server = await ScriptedLiveServer.start();
});
beforeEach(() => {
  clock = new ManualClock();
  const url = server.socketUrl;
  provider = createGeminiLiveVoice({ url, apiKey: TEST_API_KEY, network: openNetwork, clock, logger: silentLogger });
  Object.assign(server.behaviour, USUAL_BEHAVIOUR);
  return () => provider.close();
});
afterAll(() => server.close());

async function expectTalkGoesOn(talk: RecordedTalk): Promise<void> {
  Object.assign(server.behaviour, USUAL_BEHAVIOUR);
  talk.send({ type: 'say', turnId: 'later', text: 'Here I am.' });
  await talk.until(() => talk.textOf('later') === 'Here I am.');
  await sleep(50);
  clock.advance(300);
  await talk.untilDone('later');
}

it('a reply that is never begun is told of in time, and the talk goes on', async () => {
  const talk = await RecordedTalk.open(provider);
  server.behaviour.isMute = true;
  talk.send({ type: 'respond', turnId: 'one' });
  clock.advance(9999);
  expect(talk.events).toEqual([]);
  clock.advance(1);
  expect(talk.events).toMatchObject([
    { type: 'failed', retryable: true, message: expect.stringContaining('did not answer in time') },
    { type: 'turn-done', turnId: 'one' },
  ]);
  // The service says that the turn which it never began is over.
  server.latest.emit({ serverContent: { turnComplete: true } });
  await sleep(50);
  await expectTalkGoesOn(talk);
});

it('a reply that stops in the middle is told of', async () => {
  const talk = await RecordedTalk.open(provider);
  server.behaviour.stalls = true;
  talk.send({ type: 'say', turnId: 'one', text: 'One two three four five six.' });
  await talk.until(() => talk.of('audio', 'one').length === 1);
  clock.advance(20_000);
  expect(talk.of('failed')).toMatchObject([{ message: expect.stringContaining('stopped in the middle') }]);
  expect(talk.of('turn-done', 'one')).toHaveLength(1);
  await expectTalkGoesOn(talk);
});

it('words that never come are told to be none', async () => {
  const talk = await RecordedTalk.open(provider);
  Object.assign(server.behaviour, { transcript: '', isMute: true });
  talk.send({ type: 'user-turn-started', itemId: 'a' }, { type: 'audio', pcm: new Int16Array(24_000) });
  talk.send({ type: 'user-turn-stopped', itemId: 'a' });
  clock.advance(5000);
  expect(talk.events).toEqual([{ type: 'user-transcript-done', itemId: 'a', text: '' }]);
  clock.advance(60_000);
  expect(talk.events).toHaveLength(1);
  await expectTalkGoesOn(talk);
});

it('words that the service does not answer by itself are answered when it is asked', async () => {
  const talk = await RecordedTalk.open(provider);
  server.behaviour.isMute = true;
  talk.send({ type: 'user-turn-started', itemId: 'a' }, { type: 'audio', pcm: new Int16Array(24_000) });
  talk.send({ type: 'user-turn-stopped', itemId: 'a' });
  await talk.until(() => talk.of('user-transcript-delta').length === 2);
  clock.advance(120);
  clock.advance(1500);
  expect(talk.of('user-transcript-done')).toMatchObject([{ text: 'Hello there.' }]);
  server.behaviour.isMute = false;
  clock.advance(6000);
  await talk.until(() => talk.of('audio').length > 0);
  expect(talk.of('turn-started')).toHaveLength(1);
  expect(talk.of('failed')).toEqual([]);
});

it('a new connection on which the service says nothing is given up in time', async () => {
  const url = server.socketUrl;
  const options = { url, apiKey: TEST_API_KEY, network: openNetwork, clock, logger: silentLogger };
  const voice = createGeminiLiveVoice({ ...options, reconnectDelaysMs: [10] });
  const talk = await RecordedTalk.open(voice);
  server.behaviour.neverBegins = true;
  server.latest.drop();
  const told = () => {
    clock.advance(500);
    return talk.of('failed').map(({ category, retryable }) => [category, retryable]);
  };
  await expect.poll(told, { interval: 10, timeout: 5000 }).toEqual([['connectivity', false]]);
  await voice.close();
});
