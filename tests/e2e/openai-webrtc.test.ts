import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wavFile } from '../../packages/media/src/core/wav-file.ts';
import { speakTexts } from '../../tools/bench/spoken-sample.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { startClockServices } from '../support/talking-services.ts';

const executablePath = findChromium();
const { resolve } = createRequire(import.meta.url);
/** The kit as it is published for pages. */
const KIT = readFileSync(
  path.join(path.dirname(resolve('@openai/agents-realtime')), 'bundle/openai-realtime-agents.umd.js'),
  'utf8',
);
const RATE_HZ = 24_000;
/** Of speech for every text. */
const ANSWER_S = 14;

/** What the page does; the kit is there under its own name. */
const TALK = `(async ({ key }) => {
  const { RealtimeAgent, RealtimeSession, OpenAIRealtimeWebRTC, tool } = window.OpenAIAgentsRealtime;
  const state = { asked: [], errors: [], types: [], interrupted: 0 };
  window.state = state;
  const clock = tool({
    name: 'clock', description: 'Tells the time.', strict: false,
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
    execute: async ({ city }) => { state.asked.push(city); return 'noon'; },
  });
  const video = document.createElement('video');
  Object.assign(video, { autoplay: true, muted: true, playsInline: true });
  document.body.append(video);
  window.video = video;
  const transport = new OpenAIRealtimeWebRTC({
    baseUrl: location.origin + '/v1/realtime/calls?model=navtalk.Emma',
    useInsecureApiKey: true,
    changePeerConnection: async (connection) => {
      window.connection = connection;
      connection.addTransceiver('video', { direction: 'recvonly' });
      connection.addEventListener('track', ({ track }) => {
        if (track.kind === 'video') video.srcObject = new MediaStream([track]);
      });
      return connection;
    },
  });
  const agent = new RealtimeAgent({ name: 'Emma', instructions: 'Tell the time.', tools: [clock] });
  const session = new RealtimeSession(agent, { transport });
  window.session = session;
  session.on('error', (error) => state.errors.push(JSON.stringify(error)));
  session.on('audio_interrupted', () => { state.interrupted += 1; });
  transport.on('*', ({ type }) => state.types.push(type));
  await session.connect({ apiKey: key });
  state.callId = transport.callId;
})`;

type PageState = {
  readonly asked: string[];
  readonly errors: string[];
  readonly types: string[];
  readonly callId: string;
};

describe.skipIf(executablePath === null)('OpenAI’s kit for pages, in Chromium', () => {
  let folder: string;
  let services: Awaited<ReturnType<typeof startClockServices>>;
  let server: TestServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'visavis-mic-'));
    const microphone = path.join(folder, 'question.wav');
    const [spoken] = await speakTexts('sage', ['What time is it in Rome?']);
    // The second question falls into the middle of the first answer, on quick machines and on slow ones.
    const [before, between] = [new Int16Array(8 * RATE_HZ), new Int16Array(7 * RATE_HZ)];
    const pcm = spoken?.sample.pcm ?? new Int16Array();
    await writeFile(microphone, wavFile([before, pcm, between, pcm, between], RATE_HZ));
    services = await startClockServices();
    services.sound.soundBytes = ANSWER_S * 2 * RATE_HZ;
    server = await startServer({ ...services.environment, PREPARE_AVATARS: 'true' });
    browser = await launchChromium(executablePath ?? '', { microphone });
    await mkdir('test-output', { recursive: true });
    const context = await browser.newContext({ permissions: ['microphone'], bypassCSP: true });
    page = await context.newPage();
    await page.goto(`${server.url}/health`);
    await page.evaluate(`${KIT};void 0`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await services?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const state = (): Promise<PageState> => page.evaluate('window.state');

  it('holds a spoken talk over WebRTC, with a tool, an interruption, and a face', async () => {
    await page.evaluate(`${TALK}({ key: ${JSON.stringify(server.license)} })`);
    expect((await state()).callId).toMatch(/^rtc_[0-9a-f]{32}$/);
    await page.waitForFunction('window.video.videoWidth === 512', undefined, { timeout: 30_000 });
    const audible = async () => (await state()).types.filter((type) => type === 'output_audio_buffer.started').length;
    await expect.poll(audible, { timeout: 40_000 }).toBe(1);
    expect((await state()).asked).toEqual(['Rome']);
    const received = `(async () => [...(await window.connection.getStats()).values()]
      .filter(({ type }) => type === 'inbound-rtp')
      .map(({ kind, totalAudioEnergy = 0, framesDecoded = 0 }) => [kind, kind === 'audio' ? totalAudioEnergy > 0.01 : framesDecoded > 20]))()`;
    await expect
      .poll(() => page.evaluate(received), { timeout: 20_000 })
      .toEqual(
        expect.arrayContaining([
          ['audio', true],
          ['video', true],
        ]),
      );
    await page.screenshot({ path: 'test-output/openai-webrtc.png' });
    const isCleared = async () => (await state()).types.includes('output_audio_buffer.cleared');
    await expect.poll(isCleared, { timeout: 40_000 }).toBe(true);
    await expect.poll(async () => (await state()).asked.length, { timeout: 20_000 }).toBe(2);
    const { errors, types } = await state();
    expect(errors).toEqual([]);
    expect(types).toEqual(
      expect.arrayContaining(['conversation.item.input_audio_transcription.completed', 'response.done']),
    );
    await page.evaluate('window.session.close()');
    await expect.poll(async () => (await server.footprint()).openCalls, { timeout: 20_000 }).toBe(0);
  });
});
