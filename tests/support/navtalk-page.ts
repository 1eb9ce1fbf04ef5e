import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { TestServer } from './server-process.ts';

export type ReceivedEvent = {
  readonly atMs: number;
  readonly message: { readonly type: string; readonly data?: Record<string, unknown>; readonly [key: string]: unknown };
};

export type PageClientOptions = {
  readonly query?: Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly microphone?: boolean;
  readonly habits?: PageHabits;
};

/** In what published clients differ from each other in WebRTC. */
export type PageHabits = {
  /** The only codec of its video, such as `video/H264`. */
  readonly onlyCodec?: string;
  /** It takes our candidates as they trickle, here those alone; left out: those in the offer. */
  readonly hearsCandidates?: boolean;
  /** False: it takes none of our ICE servers. */
  readonly usesServers?: boolean;
  /** Its answer has all of its candidates; none trickles. */
  readonly answersWhole?: boolean;
  /** It looks for the answer to an offer of its own at top level; left out: in `data`. */
  readonly readsAtTop?: boolean;
};

/** A call in a page of its own, by a client that behaves as NavTalk's published browser clients do. */
export class NavtalkPage {
  readonly page: Page;

  static async open(browser: Browser, server: TestServer, options: PageClientOptions = {}): Promise<NavtalkPage> {
    const page = await openPage(browser, server);
    const query = new URLSearchParams({ license: server.license, name: 'navtalk.Leo', ...options.query });
    const url = `${server.url.replace('http', 'ws')}/wss/v2/realtime-chat?${query}`;
    const { config, microphone, habits } = options;
    const pageOptions = JSON.stringify({ config, microphone, habits });
    await page.evaluate(`navtalk.connect(${JSON.stringify(url)}, ${pageOptions})`);
    return new NavtalkPage(page);
  }

  /** The same by NavTalk's first protocol, with its two sockets. */
  static async openV1(browser: Browser, server: TestServer, options: PageClientOptions = {}): Promise<NavtalkPage> {
    const page = await openPage(browser, server);
    const { license } = server;
    const base = server.url.replace('http', 'ws');
    const events = `${base}/api/realtime-api?${new URLSearchParams({ license, characterName: 'navtalk.Leo', ...options.query })}`;
    const signalling = `${base}/api/webrtc?${new URLSearchParams({ userId: license })}`;
    await page.evaluate(
      `navtalk.connectV1(...${JSON.stringify([events, signalling, license, { microphone: options.microphone }])})`,
    );
    return new NavtalkPage(page);
  }

  /** The WordPress plugin's floating window, in a page of another origin than the server's. */
  static async openFloating(browser: Browser, server: TestServer): Promise<NavtalkPage> {
    const page = await openPage(browser, server, server.url.replace('127.0.0.1', 'localhost'));
    await page.evaluate(`navtalk.floatFirst(...${JSON.stringify([server.url, server.license])})`);
    return new NavtalkPage(page);
  }

  constructor(page: Page) {
    this.page = page;
  }

  async events(): Promise<ReceivedEvent[]> {
    return (await this.page.evaluate('navtalk.events')) as ReceivedEvent[];
  }

  async send(message: unknown): Promise<void> {
    await this.page.evaluate(`navtalk.send(${JSON.stringify(message)})`);
  }

  /** Speaks this text, word for word. */
  async say(text: string): Promise<void> {
    await this.send({ type: 'response.create', response: { instructions: `Say exactly: ${text}` } });
  }

  /** The first event of this type, from the index on; waits for it. */
  async waitFor(type: string, fromIndex = 0, timeoutMs = 20_000): Promise<ReceivedEvent> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const events = await this.events();
      const found = events.slice(fromIndex).find((event) => event.message.type === type);
      if (found !== undefined) return found;
      if (Date.now() > deadline) {
        const types = events.map((event) => event.message.type);
        throw new Error(`No ${type} within ${timeoutMs} ms. Received: ${types.join(', ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Times on the page's clock: start of the connection and first decoded picture. */
  async waitForPicture(timeoutMs = 20_000): Promise<{ startedAtMs: number; firstFrameAtMs: number }> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const times = (await this.page.evaluate(
        '({ startedAtMs: navtalk.state.startedAtMs, firstFrameAtMs: navtalk.state.firstFrameAtMs })',
      )) as { startedAtMs: number; firstFrameAtMs: number | null };
      if (times.firstFrameAtMs !== null) return { ...times, firstFrameAtMs: times.firstFrameAtMs };
      if (Date.now() > deadline) throw new Error(`No picture within ${timeoutMs} ms.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The peer connection's statistics, as the browser reports them. */
  async report(): Promise<Record<string, unknown>[]> {
    return (await this.page.evaluate('navtalk.report()')) as Record<string, unknown>[];
  }

  /** Pictures that the browser decodes per second, over this time. */
  async decodedPerSecond(durationMs: number): Promise<number> {
    const video = async (): Promise<{ frames: number; atMs: number }> => {
      const stats = (await this.report()).find((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video');
      return { frames: Number(stats?.framesDecoded ?? 0), atMs: Number(stats?.timestamp ?? 0) };
    };
    const before = await video();
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    const after = await video();
    return ((after.frames - before.frames) * 1000) / (after.atMs - before.atMs);
  }

  async close(): Promise<void> {
    await this.page.evaluate('navtalk.hangUp()');
    await this.page.context().close();
  }
}

/** The measuring code runs in a page of the server; its content policy is tested with the talk page. */
async function openPage(browser: Browser, server: TestServer, at = server.url): Promise<Page> {
  const context = await browser.newContext({ permissions: ['microphone'], bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${at}/health`);
  await page.evaluate(await readFile(path.join(import.meta.dirname, 'navtalk-page.js'), 'utf8'));
  return page;
}
