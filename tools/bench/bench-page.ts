import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import type { RgbImage } from '../../packages/face/src/pixels/pixels.ts';
import { NavtalkPage } from '../../tests/support/navtalk-page.ts';
import type { TestServer } from '../../tests/support/server-process.ts';

export type Loudness = { readonly atMs: number; readonly rms: number };
export type Shown = { readonly atMs: number; readonly image: RgbImage };
export type Stretch = readonly [fromMs: number, toMs: number];

/** A call in a page that also captures the microphone, listens and looks. Times are the page's `performance.now()`. */
export class BenchPage {
  readonly call: NavtalkPage;

  /** Resolves once the call shows a picture and is ready to be talked to. */
  static async open(browser: Browser, server: TestServer): Promise<BenchPage> {
    const call = await NavtalkPage.open(browser, server, {
      microphone: false,
      query: { name: 'navtalk.Emma', visavis: '1' },
    });
    await call.page.evaluate(await readFile(path.join(import.meta.dirname, 'bench-page.js'), 'utf8'));
    await call.waitForPicture();
    await call.waitFor('realtime.session.updated');
    await call.page.evaluate('bench.observe()');
    return new BenchPage(call);
  }

  constructor(call: NavtalkPage) {
    this.call = call;
  }

  /** Opens the microphone and resolves with the time of the first sound in it. */
  async startMicrophone(audibleRms: number): Promise<number> {
    await this.call.page.evaluate('bench.openMicrophone()');
    const deadline = performance.now() + 15_000;
    for (;;) {
      const atMs = (await this.call.page.evaluate(`bench.firstCaptured(${audibleRms})`)) as number | null;
      if (atMs !== null) return atMs;
      if (performance.now() > deadline) throw new Error('The microphone stayed silent.');
      await delay(50);
    }
  }

  async keepFrames(stretches: readonly Stretch[]): Promise<void> {
    await this.call.page.evaluate(`bench.keepFrames(${JSON.stringify(stretches)})`);
  }

  async heard(): Promise<Loudness[]> {
    const windows = (await this.call.page.evaluate('bench.heard()')) as [number, number][];
    return windows.map(([atMs, rms]) => ({ atMs, rms }));
  }

  async waitUntil(pageMs: number): Promise<void> {
    const nowMs = (await this.call.page.evaluate('performance.now()')) as number;
    await delay(Math.max(0, pageMs - nowMs));
  }

  async frames(): Promise<Shown[]> {
    const { page } = this.call;
    const times = (await page.evaluate('bench.frames.map((frame) => frame.atMs)')) as number[];
    const side = (await page.evaluate('bench.sidePx')) as number;
    const shown: Shown[] = [];
    for (const [index, atMs] of times.entries()) {
      const rgba = Buffer.from((await page.evaluate(`bench.frame(${index})`)) as string, 'base64');
      shown.push({ atMs, image: { width: side, height: side, data: withoutAlpha(rgba) } });
    }
    return shown;
  }

  close(): Promise<void> {
    return this.call.close();
  }
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) rgb.set(rgba.subarray(from, from + 3), to);
  return rgb;
}
