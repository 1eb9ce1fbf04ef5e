import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ScriptedRealtimeServer,
  TEST_API_KEY,
} from '../../packages/media/src/voice/openai-realtime/testing/scripted-realtime-server.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { NavtalkPage } from '../support/navtalk-page.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const executablePath = findChromium();

/** A page that calls by OpenAI's door, with Chromium's own camera: green, and a yellow clock that turns. */
const CALL = `(async ({ key, direction }) => {
  const peer = new RTCPeerConnection();
  window.peer = peer;
  peer.addTransceiver('audio', { direction: 'recvonly' });
  peer.createDataChannel('oai-events');
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
  peer.addTransceiver(stream.getVideoTracks()[0], { direction, streams: [stream] });
  await peer.setLocalDescription(await peer.createOffer());
  const answer = await fetch('/v1/realtime/calls?model=navtalk.Emma', {
    method: 'POST',
    headers: { 'content-type': 'application/sdp', authorization: 'Bearer ' + key },
    body: peer.localDescription.sdp,
  });
  const sdp = await answer.text();
  await peer.setRemoteDescription({ type: 'answer', sdp });
  return sdp;
})`;

describe.skipIf(executablePath === null)('a camera that is sent as a track, in Chromium', () => {
  let realtime: ScriptedRealtimeServer;
  let seeing: TestServer;
  let blind: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    realtime = await ScriptedRealtimeServer.start();
    seeing = await startServer({ OPENAI_REALTIME_URL: realtime.url, OPENAI_API_KEY: TEST_API_KEY });
    blind = await startServer();
    browser = await launchChromium(executablePath ?? '', { microphone: 'tone' });
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([seeing?.stop(), blind?.stop()]);
    await realtime?.close();
  });

  /** What the provider was shown in this talk, as data URLs. */
  const shown = (): string[] =>
    realtime.connections.flatMap(({ received }) =>
      received.flatMap((message) => {
        if (message.type !== 'conversation.item.create' || message.item.type !== 'message') return [];
        return message.item.content.flatMap((part) => (part.type === 'input_image' ? [part.image_url] : []));
      }),
    );

  const openPage = async (server: TestServer): Promise<Page> => {
    const context = await browser.newContext({ permissions: ['microphone', 'camera'], bypassCSP: true });
    const page = await context.newPage();
    await page.goto(`${server.url}/health`);
    return page;
  };

  /** Chromium's fake camera is green for the most part. */
  const isOfFakeCamera = async (dataUrl: string): Promise<boolean> => {
    const bytes = Buffer.from(dataUrl.slice('data:image/jpeg;base64,'.length), 'base64');
    const { channels } = await sharp(bytes).stats();
    const [red, green, blue] = channels.map(({ mean }) => mean);
    return green! > 60 && green! > red! + 30 && green! > blue! + 30;
  };

  it.each(['sendonly', 'sendrecv'])(
    'shows a voice that sees a picture about once a second, sent %s by an offer of its own',
    async (direction) => {
      const before = shown().length;
      const page = await openPage(seeing);
      const sdp: string = await page.evaluate(`${CALL}(${JSON.stringify({ key: seeing.license, direction })})`);
      expect(sdp).toMatch(/m=video [1-9]/);
      await expect.poll(() => shown().length - before, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
      const [count, beganAtMs] = [shown().length, performance.now()];
      await expect.poll(() => shown().length - count, { timeout: 30_000 }).toBeGreaterThanOrEqual(5);
      const betweenMs = (performance.now() - beganAtMs) / (shown().length - count);
      expect(betweenMs).toBeGreaterThan(800);
      expect(await isOfFakeCamera(shown().at(-1)!)).toBe(true);
      await page.context().close();
    },
  );

  it('shows it the camera that a NavTalk client adds in mid-call, and offers', async () => {
    const before = shown().length;
    const call = await NavtalkPage.open(browser, seeing, { microphone: false });
    await call.waitForPicture(60_000);
    await call.page.evaluate(`(async () => {
      const { peer } = navtalk.state;
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      peer.addTrack(stream.getVideoTracks()[0], stream);
      await peer.setLocalDescription(await peer.createOffer());
      navtalk.send({ type: 'webrtc.signaling.offer', data: { sdp: peer.localDescription } });
    })()`);
    await expect.poll(() => shown().length - before, { timeout: 30_000 }).toBeGreaterThanOrEqual(3);
    expect(await isOfFakeCamera(shown().at(-1)!)).toBe(true);
    await call.close();
  });

  it('shows it the camera that a page of our SDK sends', async () => {
    const before = shown().length;
    const page = await openPage(seeing);
    await page.evaluate(`(async () => {
      await import('/embed/visavis.js');
      const avatar = document.createElement('visavis-avatar');
      Object.assign(avatar, { avatar: 'navtalk.Emma', license: ${JSON.stringify(seeing.license)}, microphone: false });
      document.body.append(avatar);
      await avatar.start();
      avatar.call.sendCamera(await navigator.mediaDevices.getUserMedia({ video: true }));
      window.avatar = avatar;
    })()`);
    await expect.poll(() => shown().length - before, { timeout: 40_000 }).toBeGreaterThanOrEqual(3);
    expect(await isOfFakeCamera(shown().at(-1)!)).toBe(true);
    await page.context().close();
  });

  it('shows nothing of a camera to a voice that does not see', async () => {
    const page = await openPage(blind);
    const sdp: string = await page.evaluate(
      `${CALL}(${JSON.stringify({ key: blind.license, direction: 'sendonly' })})`,
    );
    expect(sdp.split(/^(?=m=)/m).find((section) => section.startsWith('m=video'))).toContain('a=inactive');
    await page.context().close();
  });
});
