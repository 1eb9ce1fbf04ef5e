import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { pearson } from './statistics.ts';

export type WireEvent = { readonly type: string; readonly data?: Readonly<Record<string, unknown>> };

/** One line of the file that "Export events" saves. */
export type ExportedLine = {
  readonly source: 'call' | 'sent' | 'received';
  readonly kind: string;
  readonly detail?: string;
  readonly message?: unknown;
  readonly latency?: Readonly<Record<string, number | null>>;
};

const SIDE_PX = 96;

/** The console's playground in a browser, by what is seen and clicked. */
export class Playground {
  readonly page: Page;
  /** What the page's sockets received so far. */
  readonly received: WireEvent[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        this.received.push(JSON.parse(String(payload)) as WireEvent);
      });
    });
  }

  get captions(): Locator {
    return this.page.getByRole('list', { name: 'Captions' });
  }

  get settings(): Locator {
    return this.page.getByRole('region', { name: 'Settings of this call' });
  }

  get answers(): Locator {
    return this.page.getByRole('region', { name: 'Latency of each answer' });
  }

  get events(): Locator {
    return this.page.getByRole('region', { name: 'Events' });
  }

  /** Shows what stands beside the call: its settings, the latency of its answers, or its events. */
  async show(tab: 'Settings' | 'Latency' | 'Events'): Promise<void> {
    await this.page.getByRole('tab', { name: tab }).click();
  }

  async call(): Promise<void> {
    await this.page.getByRole('button', { name: 'Start without a microphone' }).click();
    await this.waitUntilConnected();
  }

  async waitUntilConnected(): Promise<void> {
    await this.page.locator('video[data-live=true]').waitFor({ timeout: 60_000 });
    await this.page.locator('textarea[aria-label^="Message to"]:enabled').waitFor({ timeout: 60_000 });
  }

  async type(text: string): Promise<void> {
    await this.page.getByLabel(/^Message to/).fill(text);
    await this.page.keyboard.press('Enter');
  }

  async hangUp(): Promise<void> {
    await this.page.getByRole('button', { name: 'Hang up' }).click();
    await this.page.getByText(/^Your call with .* has ended\.$/).waitFor();
  }

  /** Whether the next pictures of the call differ from the one shown now. */
  async moves(): Promise<boolean> {
    const changed = await this.page.evaluate(`(async () => {
      const video = document.querySelector('video');
      const picture = () => new Promise((resolve) => video.requestVideoFrameCallback(() => resolve(
        (${readPicture.toString()})(video, ${SIDE_PX}).join())));
      const first = await picture();
      for (let count = 0; count < 25; count += 1) if ((await picture()) !== first) return true;
      return false;
    })()`);
    return changed === true;
  }

  /** Pearson's r between the brightness of the picture shown now and of this one. */
  async likeness(photo: Buffer): Promise<number> {
    const shown = (await this.page.evaluate(
      `(${readPicture.toString()})(document.querySelector('video'), ${SIDE_PX})`,
    )) as number[];
    const wanted = await sharp(photo).resize(SIDE_PX, SIDE_PX).greyscale().raw().toBuffer();
    return pearson(shown, [...wanted]);
  }

  async exportEvents(): Promise<ExportedLine[]> {
    await this.show('Events');
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.events.getByRole('button', { name: 'Export events' }).click(),
    ]);
    const text = await readFile(await download.path(), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ExportedLine);
  }
}

/** Runs inside the page: the brightness of the video's picture, row by row. */
// biome-ignore lint/suspicious/noExplicitAny: this body runs in a page, whose DOM types the tests' project does not load.
function readPicture(video: any, sidePx: number): number[] {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const surface = new (globalThis as any).OffscreenCanvas(sidePx, sidePx).getContext('2d');
  surface.drawImage(video, 0, 0, sidePx, sidePx);
  const { data } = surface.getImageData(0, 0, sidePx, sidePx);
  return Array.from({ length: sidePx * sidePx }, (_unused, pixel) => {
    const [red, green, blue] = data.subarray(pixel * 4, pixel * 4 + 3);
    return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  });
}
