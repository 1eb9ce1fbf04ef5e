import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { systemClock } from '../../packages/media/src/core/clock.ts';
import { silentLogger } from '../../packages/media/src/core/logger.ts';
import { DEFAULT_TURN_DETECTION } from '../../packages/media/src/core/voice-port.ts';
import { RecordedTalk } from '../../packages/media/src/voice/conformance.ts';
import { createOpenAiRealtimeVoice } from '../../packages/media/src/voice/openai-realtime/openai-realtime-voice.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { speakInto } from '../support/spoken-microphone.ts';
import { startClockServices } from '../support/talking-services.ts';

// OpenAI's own clients, and our own adapter of it, on the real server: a microphone in real time, ears, a mind with a tool, a mouth.

const NAME = 'navtalk.Emma';
let services: Awaited<ReturnType<typeof startClockServices>>;
let server: TestServer;
let ca: string;
beforeAll(async () => {
  services = await startClockServices();
  server = await startServer({ ...services.environment, TLS: 'self-signed' });
  ca = await readFile(path.join(server.dataDir, 'tls/certificate.pem'), 'utf8');
});
afterAll(async () => {
  await server?.stop();
  await services?.close();
});

test('a session of the agents’ kit holds a spoken talk, with a tool and an interruption', async () => {
  const url = `${server.url.replace('https', 'wss')}/v1/realtime?model=${NAME}`;
  const transport = new OpenAIRealtimeWebSocket({
    url,
    createWebSocket: async ({ apiKey }) =>
      new WebSocket(url, { ca, headers: { authorization: `Bearer ${apiKey}` } }) as never,
  });
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
  const agent = new RealtimeAgent({ name: 'Emma', instructions: 'Tell the time.', tools: [clock] });
  const session = new RealtimeSession(agent, { transport });
  const errors: unknown[] = [];
  let soundBytes = 0;
  let interruptions = 0;
  session.on('error', (error) => errors.push(error));
  session.on('audio', ({ data }) => {
    soundBytes += data.byteLength;
  });
  session.on('audio_interrupted', () => {
    interruptions += 1;
  });
  await session.connect({ apiKey: server.license });
  const speak = () => speakInto((pcm) => session.sendAudio(pcm.slice().buffer), 'What time is it in Rome?');
  await speak();
  await expect.poll(() => soundBytes, { timeout: 20_000 }).toBeGreaterThan(100_000);
  expect(asked).toEqual(['Rome']);
  const before = interruptions;
  await speak();
  await expect.poll(() => interruptions, { timeout: 10_000 }).toBeGreaterThan(before);
  await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(2);
  const said = JSON.stringify(session.history);
  expect(said).toContain('What time is it in Rome?');
  expect(said).toContain('"clock"');
  expect(errors).toEqual([]);
  session.close();
});

test('the official client hears an answer to what was typed', async () => {
  const openai = new OpenAI({ apiKey: server.license, baseURL: `${server.url}/v1` });
  const socket = new OpenAIRealtimeWS({ model: NAME, options: { ca } }, openai);
  const told: string[] = [];
  let transcript = '';
  socket.on('event', ({ type }) => told.push(type));
  socket.on('response.output_audio_transcript.done', (event) => {
    transcript = event.transcript;
  });
  services.mind.answer = () => ['I am Emma.'];
  await expect.poll(() => told, { timeout: 20_000 }).toContain('session.created');
  socket.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Who are you?' }] },
  });
  socket.send({ type: 'response.create' });
  await expect.poll(() => told, { timeout: 20_000 }).toContain('response.done');
  expect(transcript).toBe('I am Emma.');
  expect(told).toContain('response.output_audio.delta');
  expect(told).not.toContain('error');
  socket.close();
});

test('our own adapter of the interface talks to it as to OpenAI', async () => {
  services.mind.answer = () => ['I am Emma.'];
  const url = `${server.url.replace('https', 'wss')}/v1/realtime?model=${NAME}`;
  const voice = createOpenAiRealtimeVoice({
    apiKey: server.license,
    url,
    clock: systemClock,
    logger: silentLogger,
    network: { socketOptions: () => ({ ca }) } as never,
  });
  const talk = await RecordedTalk.open(voice, { voice: 'cedar', prompt: 'You are Emma.' });
  await speakInto((pcm) => talk.send({ type: 'audio', pcm }), 'What time is it in Rome?');
  await talk.until(() => talk.of('turn-done').length > 0);
  const turnId = talk.of('turn-started')[0]?.turnId ?? '';
  expect(talk.of('user-transcript-done')).toMatchObject([{ text: 'What time is it in Rome?' }]);
  expect(talk.textOf(turnId)).toBe('I am Emma.');
  expect(talk.of('audio', turnId).length).toBeGreaterThan(1);
  expect(talk.of('failed')).toEqual([]);
  await voice.close();
});

test('push to talk: our own adapter says when a turn is over, and when it is answered', async () => {
  services.mind.answer = () => ['I am Emma.'];
  const url = `${server.url.replace('https', 'wss')}/v1/realtime?model=${NAME}`;
  const voice = createOpenAiRealtimeVoice({
    apiKey: server.license,
    url,
    clock: systemClock,
    logger: silentLogger,
    network: { socketOptions: () => ({ ca }) } as never,
  });
  const turnDetection = { ...DEFAULT_TURN_DETECTION, endsBy: 'client' } as const;
  const talk = await RecordedTalk.open(voice, { turnDetection, answersTurns: false, interruptsReplies: false });
  await speakInto((pcm) => talk.send({ type: 'audio', pcm }), 'What time is it in Rome?');
  expect(talk.events).toEqual([]);
  talk.send({ type: 'user-turn-stopped', itemId: 'mine' });
  await talk.until(() => talk.of('user-transcript-done').length === 1, 20_000);
  expect(talk.of('user-transcript-done')).toMatchObject([{ text: 'What time is it in Rome?' }]);
  expect(talk.of('turn-started')).toEqual([]);
  talk.send({ type: 'respond', turnId: 'asked' });
  await talk.untilDone('asked', 20_000);
  expect(talk.textOf('asked')).toBe('I am Emma.');
  expect(talk.of('failed')).toEqual([]);
  await voice.close();
});
