import { expect, it } from 'vitest';
import { until } from '../navtalk-v2/test-harness.ts';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { RealtimeClient } from './testing/realtime-client.ts';
import { useSecureServer } from './testing/secure-server.ts';

const secure = useSecureServer();
const call = () => secure.server.placer.calls[0]!;

function connect(): RealtimeClient {
  const headers = { authorization: `Bearer ${TEST_KEY}` };
  return new RealtimeClient(`wss://${secure.host}/v1/realtime?model=${TEST_AVATAR.name}`, { ca: secure.ca, headers });
}

it('lets the avatar speak on over the user where the client wishes it', async () => {
  const client = connect();
  await client.event('session.created');
  const turns = { type: 'server_vad', create_response: false, interrupt_response: false };
  client.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: turns } } } });
  const { session } = await client.event('session.updated');
  expect(session).toMatchObject({ audio: { input: { turn_detection: turns } } });
  await until(() => secure.commandTypes().includes('configure'), 'configure');
  expect(call().commands[0]).toMatchObject({ patch: { answersTurns: false, interruptsReplies: false } });
  call().emit({ type: 'reply-started', turnId: 'resp_1' });
  call().emit({ type: 'reply-text-delta', turnId: 'resp_1', text: 'A long answer.' });
  call().emit({ type: 'user-speech-started', itemId: 'item_1', audioStartMs: 0 });
  await client.event('input_audio_buffer.speech_started');
  expect(secure.commandTypes()).not.toContain('interrupt');
  call().emit({ type: 'reply-generated', turnId: 'resp_1' });
  expect((await client.event('response.done')).response).toMatchObject({ status: 'completed' });
});

it('is told what a voice refuses of turns', async () => {
  const client = connect();
  await client.event('session.created');
  const message = 'The voice of this avatar decides itself when a turn is over.';
  call().emit({ type: 'failed', code: 'voice-failed', message, fatal: false });
  expect((await client.event('error')).error).toMatchObject({ message });
});
