import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EchoCall } from '../../tools/echo-call/echo-call.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { AUDIBLE_RMS, lipsAndSound, SILENT_RMS } from '../support/lips-and-sound.ts';
import { hasRecordedSpeech, writeMicrophoneFile } from '../support/microphone-file.ts';
import { NavtalkPage } from '../support/navtalk-page.ts';
import { recordReceived } from '../support/received-media.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { quantile } from '../support/statistics.ts';
import { personAnswers } from './operator-flow.ts';

const executablePath = findChromium();
const canRun = executablePath !== null && hasRecordedSpeech();

const LONG_TEXT =
  'Papa bought a big purple boat. We move along by the open sea, and my mother waves from above. ' +
  'Every morning a warm wind blows over the bay, people open their windows and watch the moon go home.';

describe.skipIf(!canRun)("a call in Chromium, by a client that behaves as NavTalk's own", () => {
  let folder: string;
  let server: TestServer;
  let browser: Browser;
  let client: NavtalkPage | null = null;

  const open = async (options: Parameters<typeof NavtalkPage.open>[2] = {}): Promise<NavtalkPage> => {
    client = await NavtalkPage.open(browser, server, options);
    return client;
  };

  let hasEars = false;

  const openBrowser = (): Promise<Browser> =>
    launchChromium(executablePath ?? '', { microphone: path.join(folder, 'microphone.wav') });

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'visavis-mic-'));
    const microphone = path.join(folder, 'microphone.wav');
    await writeMicrophoneFile(microphone, [6000, 'vm-tocallback', 2500, 'vm-intro', 20_000]);
    server = await startServer({ PREPARE_AVATARS: 'true' });
    browser = await openBrowser();
    await mkdir('test-output', { recursive: true });
    const page = (await (await fetch(`${server.url}/api/v1/talk-page`)).json()) as { voice: { hears: boolean } };
    hasEars = page.voice.hears;
    if (!hasEars) console.warn('SKIPPED in part: no recogniser here, so no words of the user are expected.');
    // The first call of a server warms what later ones share.
    const first = await NavtalkPage.open(browser, server, { microphone: false });
    await first.waitForPicture(60_000);
    await first.close();
  });

  beforeEach(async () => {
    if (!browser.isConnected()) browser = await openBrowser();
  });

  afterEach(async () => {
    // A page that died took its call with it.
    await client?.close().catch(() => {});
    client = null;
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('sends its events in order and shape, greets once, hears the user and answers [19.js.needs] [20.31]', async () => {
    const call = await open();
    await call.waitFor('realtime.response.audio.done', 0, 40_000);
    const heard = await call.waitFor('realtime.conversation.item.input_audio_transcription.completed', 0, 40_000);
    const events = await call.events();
    const types = events.map((event) => event.message.type);
    const first = (type: string): number => types.indexOf(type);

    expect(types[0]).toBe('conversation.connected.success');
    expect(events[0]?.message.data).toMatchObject({ sessionId: expect.any(String), iceServers: expect.any(Array) });
    expect(first('realtime.session.created')).toBeGreaterThan(0);
    expect(first('realtime.session.updated')).toBeGreaterThan(first('realtime.session.created'));
    expect(types.filter((type) => type === 'realtime.session.updated')).toHaveLength(1);
    expect(first('webrtc.signaling.offer')).toBeGreaterThan(0);
    for (const { message } of events) expect(message.data, message.type).toBeTypeOf('object');

    const started = first('realtime.input_audio_buffer.speech_started');
    const stopped = first('realtime.input_audio_buffer.speech_stopped');
    const completed = first('realtime.conversation.item.input_audio_transcription.completed');
    expect(started).toBeGreaterThan(0);
    expect(stopped).toBeGreaterThan(started);
    expect(completed).toBeGreaterThan(stopped);
    expect(heard.message.data?.content).toBeTypeOf('string');
    if (hasEars) expect(heard.message.data?.content).not.toBe('');

    // The talk goes on: an answer follows the user's words where speech can become text.
    if (hasEars && heard.message.data?.content !== '') {
      await call.waitFor('realtime.response.audio.done', completed, 30_000);
    }

    const deltas = events.filter((event) => event.message.type === 'realtime.response.audio_transcript.delta');
    const done = events.find((event) => event.message.type === 'realtime.response.audio_transcript.done');
    const reply = done?.message.data?.id;
    const spoken = deltas
      .filter((event) => event.message.data?.id === reply)
      .map((event) => event.message.data?.content);
    expect(spoken.join('').trim()).toBe(done?.message.data?.content);
    expect(done?.message.data?.response_id).toBe(reply);
  });

  it('shows the first picture within 1.5 s of connecting [19.ios.needs] [19.js.ice] [19.js.traps]', async () => {
    const call = await open({ microphone: false });
    const { startedAtMs, firstFrameAtMs } = await call.waitForPicture();
    expect(firstFrameAtMs - startedAtMs).toBeLessThan(1500);
    expect(await call.page.evaluate('navtalk.state.peer.iceConnectionState')).toBe('connected');
  });

  it('decodes at least 24 pictures a second over 30 s of listening and talking', async () => {
    const call = await open({ microphone: false });
    await call.waitForPicture();
    await call.say(LONG_TEXT);
    expect(await call.decodedPerSecond(30_000)).toBeGreaterThanOrEqual(24);
  });

  it('moves the mouth with the sound and keeps it closed in silence', async () => {
    const call = await open({ microphone: false });
    await call.waitForPicture();
    await call.waitFor('realtime.session.updated');
    await call.say(LONG_TEXT);
    const received = await recordReceived(call.page, 18_000, 2);
    await call.page.screenshot({ path: 'test-output/call.png' });
    const lips = await lipsAndSound(received);
    expect(lips.loudRms).toBeGreaterThan(AUDIBLE_RMS);
    expect(lips.seenShare).toBeGreaterThan(0.9);
    expect(lips.agreement(0)).toBeGreaterThan(0.5);
    // With the sound of a second before or after they agree less.
    for (const lagMs of [-1000, 1000]) expect(lips.agreement(lagMs)).toBeLessThan(lips.agreement(0) - 0.1);
    expect(lips.quietPictures).toBeGreaterThan(10);
    expect(lips.stillOpenShare).toBeLessThanOrEqual(0.02);
  });

  personAnswers(() => ({ server, browser, audibleRms: AUDIBLE_RMS }));

  it('falls silent within 300 ms when the user speaks over it', async () => {
    const call = await open();
    await call.waitFor('realtime.session.updated');
    await call.waitForPicture();
    await call.say(`${LONG_TEXT} ${LONG_TEXT}`);
    const recording = recordReceived(call.page, 12_000, 1_000_000);
    const started = await call.waitFor('realtime.input_audio_buffer.speech_started');
    const { audio } = await recording;
    const before = audio.filter(({ atMs }) => atMs > started.atMs - 1500 && atMs < started.atMs);
    expect(
      quantile(
        before.map(({ rms }) => rms),
        0.9,
      ),
    ).toBeGreaterThan(AUDIBLE_RMS);
    const after = audio.filter(({ atMs }) => atMs > started.atMs + 300 && atMs < started.atMs + 1000);
    expect(after.length).toBeGreaterThan(30);
    expect(Math.max(...after.map(({ rms }) => rms))).toBeLessThan(SILENT_RMS);
  });

  it('does not talk to itself on an open speaker, and hears who speaks there', async () => {
    const call = await EchoCall.open(browser, server, { levelDb: -20, delayMs: 120, reverberant: true });
    try {
      await call.talkUntil((await call.nowMs()) + 12_000);
      await call.personSpeaks(true);
      const { people, selfTurns, selfAnswers, ...own } = call.verdict;
      const { echoDb, bufferedMs, concealedShare } = await call.measured();
      expect([echoDb > -28, echoDb < -14], `echo of ${echoDb} dB`).toEqual([true, true]);
      expect(own).toMatchObject({ selfTranscripts: [], selfInterruptions: 0 });
      expect(own.replies).toBeGreaterThan(1);
      expect(people).toEqual([expect.objectContaining({ noticedMs: expect.any(Number), answered: hasEars })]);
      // A browser that keeps the sound for longer makes an echo later than any that is promised.
      const isInTime = bufferedMs < 250 && concealedShare < 0.1;
      if (isInTime) expect([selfTurns, selfAnswers]).toEqual([0, 0]);
      else console.warn(`SKIPPED in part: this machine is too busy, it plays sound ${Math.round(bufferedMs)} ms late.`);
    } finally {
      await call.close();
    }
  });

  it('serves two calls at once, both with picture and voice', async () => {
    const [one, two] = await Promise.all([
      NavtalkPage.open(browser, server, { microphone: false, query: { name: 'navtalk.Emma' } }),
      NavtalkPage.open(browser, server, { microphone: false, query: { name: 'navtalk.Leo' } }),
    ]);
    try {
      await Promise.all([one.waitForPicture(), two.waitForPicture()]);
      await Promise.all([one.say(LONG_TEXT), two.say(LONG_TEXT)]);
      // Counted once both talk: pages that have just opened take the whole machine for a moment.
      await Promise.all([one, two].map((call) => call.waitFor('realtime.response.audio_transcript.delta')));
      const rates = Promise.all([one, two].map((call) => call.decodedPerSecond(8000)));
      const both = await Promise.all([one, two].map((call) => recordReceived(call.page, 8000, 1_000_000)));
      for (const { audio } of both)
        expect(
          quantile(
            audio.map(({ rms }) => rms),
            0.9,
          ),
        ).toBeGreaterThan(AUDIBLE_RMS);
      // Two software-decoded videos share this machine with the server.
      for (const rate of await rates) expect(rate).toBeGreaterThanOrEqual(20);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });
});
