import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Transcript } from '@visavis/protocol/rest';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOnDisk } from '../../packages/media/src/codecs/film-module.ts';
import { FilmReader } from '../../packages/media/src/codecs/film-reader.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { hasRecordedSpeech, writeMicrophoneFile } from '../support/microphone-file.ts';
import { NavtalkPage } from '../support/navtalk-page.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const executablePath = findChromium();
/** The microphone file speaks from here on, counted from the start of the browser's capture. */
const SPOKEN_AFTER_MS = 6000;

describe.skipIf(executablePath === null || !hasRecordedSpeech())('recording of calls', () => {
  let folder: string;
  let server: TestServer;
  let browser: Browser;
  let cookie = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'visavis-film-'));
    const microphone = path.join(folder, 'microphone.wav');
    await writeMicrophoneFile(microphone, [SPOKEN_AFTER_MS, 'vm-intro', 20_000]);
    server = await startServer();
    browser = await launchChromium(executablePath ?? '', { microphone });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function send<Answer>(method: string, address: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${server.url}/api/v1${address}`, {
      method,
      headers: { cookie, origin: server.url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const cookies = response.headers.getSetCookie().map((text) => text.split(';', 1)[0]);
    if (cookies.length > 0) cookie = cookies.join('; ');
    expect([address, response.ok]).toEqual([address, true]);
    return (await response.json()) as Answer;
  }

  function loudness(film: FilmReader): number {
    if (film.sound() === null) throw new Error('The film has no sound.');
    let power = 0;
    let count = 0;
    for (const { bytes } of film.frames('aformat=sample_fmts=flt:channel_layouts=mono')) {
      const samples = new Float32Array(Uint8Array.from(bytes).buffer);
      for (const sample of samples) power += sample * sample;
      count += samples.length;
    }
    return Math.sqrt(power / count);
  }

  /** On the page of a talk, film and words have one time line: a click on words plays them, and they are lit. */
  async function seesAndHears(address: string, callSeconds: number): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    const pairs = cookie
      .split('; ')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
    await context.addCookies(pairs.map(([name = '', value = '']) => ({ name, value, url: server.url })));
    const page = await context.newPage();
    await page.goto(server.url + address);
    const film = page.locator('video');
    const timeOf = (property: 'duration' | 'currentTime') =>
      film.evaluate((video, key) => Reflect.get(video, key), property);
    await expect.poll(() => timeOf('duration'), { timeout: 20_000 }).toBeGreaterThan(0);
    expect(Math.abs((await timeOf('duration')) - callSeconds)).toBeLessThan(1.5);
    // The last words are an answer; half of it lies behind the place from which it plays.
    const answer = page.getByRole('listitem').filter({ hasText: 'answered after' }).last();
    await answer.click();
    await expect.poll(() => answer.getAttribute('aria-current'), { timeout: 20_000 }).toBe('true');
    expect(await page.locator('[aria-current="true"]').count()).toBe(1);
    expect(await timeOf('currentTime')).toBeGreaterThan(callSeconds / 4);
    await page.getByText('The page was closed').or(page.getByText('The person hung up')).waitFor();
    await page.getByText('Test', { exact: true }).waitFor();
    await page.screenshot({ path: 'test-output/recording.png' });
    await context.close();
  }

  it('keeps picture and both voices of a call with an avatar that asks for it, and of no other', async () => {
    await send('POST', '/auth/register', {
      name: 'Mia',
      email: `mia-${Date.now()}@example.org`,
      password: 'a long enough password',
    });
    const { projectId } = await send<{ projectId: string }>('POST', '/projects', { name: 'Films' });
    const key = await send<{ key: string }>('POST', `/projects/${projectId}/keys`, { name: 'Test' });
    const avatars = await send<{ avatarId: string }[]>('GET', `/projects/${projectId}/avatars`);
    const copy = (recordCalls: boolean) =>
      send<{ avatarId: string }>('POST', `/projects/${projectId}/avatars`, {
        fromAvatarId: avatars[0]?.avatarId,
        name: recordCalls ? 'Filmed' : 'Private',
        recordCalls,
      });
    const urls: (string | null)[] = [];
    let sessionId = '';
    let callSeconds = 0;
    for (const avatar of [await copy(false), await copy(true)]) {
      const call = await NavtalkPage.open(browser, server, { query: { license: key.key, avatarId: avatar.avatarId } });
      await call.waitForPicture(60_000);
      // The greeting ends first; its end is not that of the sentence.
      await call.waitFor('realtime.response.audio.done', 0, 60_000);
      const seen = (await call.events()).length;
      await call.say('This call is kept as a film, so that it can be watched later.');
      await call.waitFor('realtime.response.audio.done', seen, 60_000);
      const success = await call.waitFor('conversation.connected.success');
      await call.close();
      sessionId = String(success.message.data?.sessionId);
      const address = `/projects/${projectId}/conversations/${sessionId}`;
      const record = () => send<Transcript>('GET', address);
      await expect.poll(async () => (await record()).status, { timeout: 15_000 }).toBe('completed');
      const { recordingUrl, startedAt, endedAt } = await record();
      urls.push(recordingUrl);
      callSeconds = (Date.parse(endedAt ?? '') - Date.parse(startedAt)) / 1000;
    }
    expect(urls).toEqual([null, expect.any(String)]);
    const response = await fetch(`${server.url}${urls[1]}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'video/webm']);
    const file = path.join(folder, 'film.webm');
    await writeFile(file, Buffer.from(await response.arrayBuffer()));
    const film = await FilmReader.open(fileOnDisk(file, 'read'), ['mov', 'matroska']);
    expect(film.pictures()).toMatchObject({ widthPx: 512, heightPx: 512 });
    expect(loudness(film)).toBeGreaterThan(0.01);
    film.close();
    // The film plays in a browser, with its picture.
    const page = await browser.newPage();
    await page.goto(`${server.url}/health`);
    const shown = (await page.evaluate(`new Promise((resolve, reject) => {
      const video = Object.assign(document.createElement('video'), { src: ${JSON.stringify(urls[1])}, muted: true });
      video.onerror = () => reject(new Error(video.error.message));
      video.ontimeupdate = () => video.currentTime > 1 && resolve([video.videoWidth, video.videoHeight]);
      video.play();
    })`)) as number[];
    expect(shown).toEqual([512, 512]);
    await page.close();
    await seesAndHears(`/console/projects/${projectId}/conversations/${sessionId}`, callSeconds);
  });
});
