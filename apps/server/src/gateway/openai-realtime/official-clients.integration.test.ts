import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { until } from '../navtalk-v2/test-harness.ts';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { useSecureServer } from './testing/secure-server.ts';

const secure = useSecureServer();
const call = () => secure.server.placer.calls[0]!;
const sound = new Uint8Array(960).fill(3);

it('the official client talks over its socket with nothing but address and key changed', async () => {
  const openai = new OpenAI({ apiKey: TEST_KEY, baseURL: `https://${secure.host}/v1` });
  const socket = new OpenAIRealtimeWS({ model: TEST_AVATAR.name, options: { ca: secure.ca } }, openai);
  const told: string[] = [];
  const said: string[] = [];
  const errors: unknown[] = [];
  socket.on('event', ({ type }) => told.push(type));
  socket.on('response.output_audio_transcript.delta', ({ delta }) => said.push(delta));
  socket.on('error', (error) => errors.push(error));
  await until(() => told.includes('session.created'), 'session.created');
  socket.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } });
  socket.send({ type: 'input_audio_buffer.append', audio: Buffer.from(sound).toString('base64') });
  await until(() => secure.commandTypes().includes('user-audio'), 'sound');
  call().emit({ type: 'user-speech-started', itemId: 'item_1', audioStartMs: 0 });
  call().emit({ type: 'user-speech-stopped', itemId: 'item_1', audioEndMs: 600 });
  call().emit({ type: 'reply-started', turnId: 'resp_1' });
  call().emit({ type: 'reply-text-delta', turnId: 'resp_1', text: 'Noon.' });
  call().emit({ type: 'reply-generated', turnId: 'resp_1' });
  await until(() => told.includes('response.done'), 'response.done');
  expect([said, errors]).toEqual([['Noon.'], []]);
  socket.close();
  await until(() => secure.commandTypes().includes('close'), 'the end');
});

it('a session of the agents’ kit hears, calls a tool, speaks its result, and is interrupted', async () => {
  const asked: string[] = [];
  const clock = tool({
    name: 'clock',
    description: 'Tells the time.',
    parameters: z.object({ city: z.string() }),
    execute: async ({ city }) => {
      asked.push(city);
      return 'noon';
    },
  });
  const url = `wss://${secure.host}/v1/realtime?model=${TEST_AVATAR.name}`;
  const transport = new OpenAIRealtimeWebSocket({
    createWebSocket: async ({ apiKey }) =>
      new WebSocket(url, { ca: secure.ca, headers: { authorization: `Bearer ${apiKey}` } }) as never,
    url,
  });
  const agent = new RealtimeAgent({ name: 'Leo', instructions: 'Be brief.', tools: [clock] });
  const session = new RealtimeSession(agent, { transport });
  const errors: unknown[] = [];
  const audio: ArrayBuffer[] = [];
  let interruptions = 0;
  session.on('error', (error) => errors.push(error));
  session.on('audio', ({ data }) => audio.push(data));
  session.on('audio_interrupted', () => {
    interruptions += 1;
  });
  await session.connect({ apiKey: TEST_KEY });
  await until(() => secure.commandTypes().includes('configure'), 'configure');
  expect(call().commands[0]).toMatchObject({ patch: { prompt: 'Be brief.', tools: [{ name: 'clock' }] } });

  session.sendAudio(sound.slice().buffer);
  await until(() => secure.commandTypes().includes('user-audio'), 'sound');
  call().emit({ type: 'user-speech-started', itemId: 'item_1', audioStartMs: 0 });
  call().emit({ type: 'user-speech-stopped', itemId: 'item_1', audioEndMs: 600 });
  call().emit({ type: 'user-transcript-done', itemId: 'item_1', text: 'What time is it in Rome?' });
  call().emit({ type: 'reply-started', turnId: 'resp_1' });
  const toolCall = { turnId: 'resp_1', callId: 'call_1', name: 'clock', argumentsJson: '{"city":"Rome"}' };
  call().emit({ type: 'tool-call-done', ...toolCall });
  call().emit({ type: 'reply-generated', turnId: 'resp_1' });
  call().emit({ type: 'reply-done', turnId: 'resp_1', interrupted: false, playedMs: 0, heardText: '' });
  await until(() => secure.commandTypes().includes('respond'), 'the question for the result');
  expect(asked).toEqual(['Rome']);
  expect(call().commands).toContainEqual({ type: 'tool-result', callId: 'call_1', output: 'noon', reply: false });

  call().emit({ type: 'reply-started', turnId: 'resp_2' });
  call().emit({ type: 'reply-text-delta', turnId: 'resp_2', text: 'It is noon in Rome.' });
  call().emit({ type: 'reply-audio', turnId: 'resp_2', bytes: sound });
  await until(() => audio.length > 0, 'sound of the answer');
  call().emit({ type: 'user-speech-started', itemId: 'item_2', audioStartMs: 900 });
  call().emit({ type: 'reply-done', turnId: 'resp_2', interrupted: true, playedMs: 10, heardText: 'It is' });
  await until(() => interruptions === 1, 'the interruption');
  const heard = () => JSON.stringify(session.history.filter(({ type }) => type === 'message'));
  await until(() => heard().includes('What time is it in Rome?') && heard().includes('"It is"'), 'history');
  expect(errors).toEqual([]);
  session.close();
});
