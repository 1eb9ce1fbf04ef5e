import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { writeMicrophoneFile } from '../support/microphone-file.ts';
import { NavtalkPage, type PageHabits } from '../support/navtalk-page.ts';
import { recordReceived } from '../support/received-media.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { quantile } from '../support/statistics.ts';
import { startCallingMind } from '../support/talking-services.ts';

const executablePath = findChromium();

/** Loudness above which the received sound counts as audible. */
const AUDIBLE_RMS = 0.02;

/** What every client must reach, whatever it does its own way; how quick and how smooth a call is, is measured where nothing runs beside. */
describe.skipIf(executablePath === null)('calls in Chromium, by clients of many kinds', () => {
  let folder: string;
  let server: TestServer;
  let browser: Browser;
  let client: NavtalkPage | null = null;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'visavis-mic-'));
    const microphone = path.join(folder, 'silence.wav');
    await writeMicrophoneFile(microphone, [20_000]);
    server = await startServer();
    browser = await launchChromium(executablePath ?? '', { microphone });
    await mkdir('test-output', { recursive: true });
    // The first call of a server warms what later ones share.
    const first = await NavtalkPage.open(browser, server, { microphone: false });
    await first.waitForPicture(60_000);
    await first.close();
  });

  afterEach(async () => {
    await client?.close().catch(() => {});
    client = null;
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (options: Parameters<typeof NavtalkPage.open>[2] = {}): Promise<NavtalkPage> => {
    client = await NavtalkPage.open(browser, server, { microphone: false, ...options });
    return client;
  };

  it('shows and answers in the talk page, at the press of one button', async () => {
    const context = await browser.newContext({ permissions: ['microphone'] });
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByRole('button', { name: /start talking/i }).click();
    await page.waitForSelector('video');
    const input = page.getByPlaceholder(/^Type to/);
    await input.fill('What is Visavis?', { timeout: 20_000 });
    await input.press('Enter');
    await page
      .getByRole('list', { name: 'Captions' })
      .getByText(/Visavis is an open-source/)
      .first()
      .waitFor({ timeout: 20_000 });
    const size = await page.evaluate(
      "(({ videoWidth, videoHeight, muted }) => ({ videoWidth, videoHeight, muted }))(document.querySelector('video'))",
    );
    expect(size).toEqual({ videoWidth: 512, videoHeight: 512, muted: false });
    await page.screenshot({ path: 'test-output/talk-page.png' });
    await page.getByRole('button', { name: 'Hang up' }).click();
    await context.close();
  });

  it('answers typed text [20.34]', async () => {
    const call = await open();
    await call.waitFor('realtime.response.audio.done');
    const seen = (await call.events()).length;
    const content = [{ type: 'input_text', text: 'What is Visavis?' }];
    await call.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    await call.send({ type: 'response.create' });
    const done = await call.waitFor('realtime.response.audio_transcript.done', seen);
    expect(String(done.message.data?.content)).toMatch(/Visavis/);
  });

  it('talks with a client of the first protocol: two sockets, picture, voice, and the whole answer at its end, a tool [19.v1.needs] [19.v1.ice] [19.v1.tools] [19.v1.traps] [22.9]', async () => {
    const mind = await startCallingMind({
      'Please close the talk.': { name: 'function_call_close_talk', given: { userInput: 'Please close the talk.' } },
    });
    const thinking = await startServer(mind.environment);
    onTestFinished(async () => {
      await thinking.stop();
      await mind.close();
    });
    client = await NavtalkPage.openV1(browser, thinking, { microphone: false });
    await client.waitForPicture();
    const { sdp } = (await client.waitFor('offer')).message.sdp as { sdp: string };
    expect(sdp).toMatch(/a=candidate:\S+ 1 UDP .* typ host\r\n/);
    expect(sdp).toContain('a=end-of-candidates');
    await client.waitFor('session.updated');
    await client.waitFor('response.done');
    const seen = (await client.events()).length;
    await client.say('Two and three are five, and five and three are eight.');
    await client.waitFor('response.audio_transcript.delta', seen);
    const { audio } = await recordReceived(client.page, 3000, 1_000_000);
    const rms = audio.map((piece) => piece.rms);
    expect(quantile(rms, 0.9)).toBeGreaterThan(AUDIBLE_RMS);
    const { response } = (await client.waitFor('response.done', seen)).message;
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ transcript: expect.stringMatching(/take your time\.$/) }] }],
    });
    const before = (await client.events()).length;
    const content = [{ type: 'input_text', text: 'Please close the talk.' }];
    await client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    await client.send({ type: 'response.create' });
    await client.waitFor('response.function_call_arguments.done', before);
    const answer = await client.waitFor('response.audio_transcript.done', before);
    expect(answer.message.transcript).toEqual(expect.stringMatching(/\w/));
    const picture = await fetch(`${thinking.url}/uploadFiles/navtalk.Leo.png`);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^image\//)]);
    await client.page.evaluate('navtalk.state.socket.close()');
    await client.waitFor('(signalling closed)');
  });

  it.each<[client: string, habits: PageHabits]>([
    [
      'Android, Expo and Flutter [19.android.ice] [19.android.traps] [19.expo.ice] [19.flutter.ice] [22.3]',
      { usesServers: false },
    ],
    [
      'iOS [19.ios.needs] [19.ios.ice] [19.ios.traps] [22.2]',
      { onlyCodec: 'video/H264', hearsCandidates: true, readsAtTop: true },
    ],
    ['LiveKit plugin [19.livekit.ice]', { usesServers: false, answersWhole: true }],
    [
      'Hotel, ESL, ClinicApp, Recruitment-App, HTML sample [19.hotel.ice] [19.esl.ice] [19.clinic.ice] [19.recruitment.ice] [19.html.ice]',
      { hearsCandidates: true },
    ],
  ])('is reached by clients that take an offer otherwise: %s', async (_client, habits) => {
    const call = await open({ habits });
    await call.waitForPicture();
    const video = async () => {
      const report = await call.report();
      const { framesDecoded, codecId } =
        report.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video') ?? {};
      return { framesDecoded: Number(framesDecoded), codec: report.find(({ id }) => id === codecId)?.mimeType };
    };
    const before = await video();
    if (habits.onlyCodec !== undefined) expect(before.codec).toBe(habits.onlyCodec);
    await call.page.evaluate('navtalk.offer()');
    await expect.poll(() => call.page.evaluate('navtalk.state.takenAnswers'), { timeout: 10_000 }).toBe(1);
    const { framesDecoded } = await video();
    await expect
      .poll(async () => (await video()).framesDecoded, { timeout: 10_000 })
      .toBeGreaterThan(framesDecoded + 10);
    // Never `completed`, which one client takes for not connected yet.
    expect(await call.page.evaluate('navtalk.state.peer.iceConnectionState')).toBe('connected');
    const types = (await call.events()).map(({ message }) => message.type);
    expect(types.filter((type) => type === 'webrtc.signaling.offer')).toHaveLength(1);
  });

  it('is called from the floating window of a page elsewhere, with an avatar of the list, its picture and its film [19.wordpress.traps] [19.wordpress.ice] [22.7]', async () => {
    client = await NavtalkPage.openFloating(browser, server);
    expect(await client.page.evaluate('navtalk.state.filmPx')).toBeGreaterThan(0);
    await client.waitForPicture();
    await client.waitFor('realtime.response.audio_transcript.done');
    await client.page.screenshot({ path: 'test-output/floating-window.png' });
  });

  it('can be hung up and called again ten times without growing', async () => {
    const callOnce = async (): Promise<void> => {
      const call = await NavtalkPage.open(browser, server, { microphone: false });
      await call.waitForPicture();
      await call.say('Hello again.');
      await call.waitFor('realtime.response.audio_transcript.done');
      expect((await server.footprint()).udpSockets).toBeGreaterThan(0);
      await call.close();
    };
    for (let round = 0; round < 3; round += 1) await callOnce();
    const before = await server.footprint();
    for (let round = 0; round < 10; round += 1) await callOnce();
    await expect.poll(async () => (await server.footprint()).openCalls, { timeout: 10_000 }).toBe(0);
    const after = await server.footprint();
    expect(after.processes).toBe(before.processes);
    expect(after.udpSockets).toBeLessThanOrEqual(before.udpSockets);
    // An encoder that is not given back costs 5 MiB and more per call; avatars that are still being prepared take some.
    expect(after.memoryMiB - before.memoryMiB).toBeLessThan(60);
  });
});
