import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { failingMicrophone } from '../support/failing-microphone.ts';
import { FailingNetwork } from '../support/failing-network.ts';
import { hasRecordedSpeech, writeMicrophoneFile } from '../support/microphone-file.ts';
import type { TestServer } from '../support/server-process.ts';
import { pageOf, type Seen, type Shop, shortestLifetimeSeconds } from '../support/shop.ts';

type Site = { readonly server: TestServer; readonly shop: Shop; readonly browser: Browser };

const sizes = { desktop: { width: 900, height: 900 }, phone: { width: 390, height: 844 } };

/** A page with the element, and what came and went over its sockets. */
class FlowPage {
  readonly sent: { readonly type: string }[] = [];
  readonly received: { readonly type: string }[] = [];
  /** Licence keys or tokens by which the sockets were opened. */
  readonly licenses: (string | null)[] = [];
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
    page.on('websocket', (socket) => {
      this.licenses.push(new URL(socket.url()).searchParams.get('license'));
      socket.on('framesent', ({ payload }) => this.sent.push(JSON.parse(String(payload))));
      socket.on('framereceived', ({ payload }) => this.received.push(JSON.parse(String(payload))));
    });
  }

  static async open({ browser, shop }: Site, origin: string, attributes: string): Promise<FlowPage> {
    const element = `<visavis-avatar avatar="navtalk.Iris" ${attributes}></visavis-avatar>`;
    shop.pages.set('/flow.html', pageOf(`<script type="module" src="${origin}/embed/visavis.js"></script>${element}`));
    const page = await (await browser.newContext({ viewport: sizes.desktop, locale: 'en-GB' })).newPage();
    const flow = new FlowPage(page);
    await page.addInitScript(failingMicrophone);
    await page.goto(`${shop.url}/flow.html`);
    return flow;
  }

  async call(): Promise<void> {
    await this.page.getByRole('button', { name: 'Talk with Iris' }).click();
    await this.says('Listening');
  }

  /** Waits until the element says that it does this. */
  says(status: string): Promise<void> {
    return this.page.getByRole('status').getByText(status, { exact: true }).waitFor({ timeout: 60_000 });
  }

  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  microphone(action: string): Promise<unknown> {
    return this.page.evaluate(
      `(() => { const result = window.microphone.${action}; return result instanceof Promise ? result.then(() => true) : true; })()`,
    );
  }

  /** Sound of the microphone reaches the server. */
  async isHeard(): Promise<void> {
    const chunks = () => this.sent.filter(({ type }) => type === 'realtime.input_audio_buffer.append').length;
    const before = chunks();
    await vi.waitFor(() => expect(chunks()).toBeGreaterThan(before + 5), { timeout: 20_000 });
  }

  async type(text: string): Promise<void> {
    await this.page.getByLabel('Type a message').fill(text);
    await this.page.keyboard.press('Enter');
    await this.page.getByRole('log', { name: 'Captions' }).getByText(text).waitFor();
  }

  /** Events of the element by name, captions apart. */
  async events(): Promise<string[]> {
    const seen = (await this.page.evaluate('window.seen')) as Seen[];
    return seen.filter(({ name }) => name !== 'transcript').map(({ name, detail }) => detail.code ?? name);
  }

  async captions(): Promise<string[]> {
    return this.page.getByRole('log', { name: 'Captions' }).getByRole('listitem').locator('span').allTextContents();
  }

  async picture(name: string): Promise<void> {
    for (const [size, viewport] of Object.entries(sizes)) {
      await this.page.setViewportSize(viewport);
      await this.page.screenshot({ path: `test-output/flow-${name}-${size}.png` });
    }
    await this.page.setViewportSize(sizes.desktop);
  }
}

export function lostSound(site: () => Site): void {
  describe.skipIf(!hasRecordedSpeech())('a microphone whose sound stops', () => {
    let flow: FlowPage;

    beforeAll(async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'visavis-speech-'));
      await writeMicrophoneFile(path.join(folder, 'speech.wav'), ['vm-intro']);
      site().shop.pages.set('/speech.wav', await readFile(path.join(folder, 'speech.wav')));
      await rm(folder, { recursive: true });
    });

    it('is told of in plain words, and comes back by itself, however it stopped', async () => {
      const { server } = site();
      flow = await FlowPage.open(site(), server.url, 'token-url="/avatar-token"');
      await flow.call();
      await flow.isHeard();

      // A phone call suspends the context and gives it back at its end.
      await flow.microphone('takeCall()');
      await flow.says('No sound from the microphone');
      await flow.alert.getByText('No sound comes from the microphone.').waitFor();
      await flow.picture('silent');
      await flow.microphone('endCall()');
      await flow.says('Listening');
      await flow.alert.waitFor({ state: 'hidden' });
      await flow.isHeard();

      // The switch of a headset.
      await flow.microphone('mute(true)');
      await flow.says('No sound from the microphone');
      await flow.microphone('mute(false)');
      await flow.says('Listening');

      // A device that ends is opened again.
      await flow.microphone('unplug()');
      await vi.waitFor(async () => expect(await flow.page.evaluate('window.microphone.tracks.length')).toBe(2), {
        timeout: 20_000,
      });
      await flow.says('Listening');
      await flow.isHeard();

      // One that is gone is told of, until another is plugged in.
      await flow.page.evaluate('window.microphone.isUnplugged = true');
      await flow.microphone('unplug()');
      await flow.alert.getByText('The microphone was disconnected.').waitFor();
      await flow.says('Typing only');
      await flow.picture('unplugged');
      await flow.microphone('plugIn()');
      await flow.says('Listening');
      await flow.alert.waitFor({ state: 'hidden' });
      await flow.isHeard();
      // A busy machine is late with sound now and then, which is told of as well.
      const left = ['connected', 'microphone-silent', 'microphone-silent', 'microphone-lost', 'microphone-lost'];
      const events = await flow.events();
      for (const event of events) if (event === left[0]) left.shift();
      expect(left, `not in this order among ${events.join(', ')}`).toEqual([]);
    });

    it('in mid-word leaves nobody listening to a turn that never ends', async () => {
      const { server } = site();
      flow = await FlowPage.open(site(), server.url, 'token-url="/avatar-token"');
      await flow.call();
      await flow.microphone("speak('/speech.wav')");
      await flow.says('Listening to you');
      await flow.microphone('takeCall()');
      await flow.says('No sound from the microphone');
      // The prompt, which is played over and over, may have closed turns of its own before.
      const count = (type: string) =>
        flow.received.filter((message) => message.type === `realtime.input_audio_buffer.${type}`).length;
      await vi.waitFor(
        () => {
          expect(count('speech_started')).toBeGreaterThan(0);
          expect(count('speech_stopped')).toBe(count('speech_started'));
        },
        { timeout: 20_000 },
      );
      await flow.microphone('quiet()');
      await flow.microphone('endCall()');
      await flow.says('Listening');
    });
  });
}

export function lostConnections(site: () => Site): void {
  describe('loses the connection', () => {
    let network: FailingNetwork;

    beforeAll(async () => {
      network = new FailingNetwork(site().server.url);
      await network.open();
    });
    beforeEach(() => network.recover());
    afterAll(() => network.close());

    it('comes back into its own call after an outage of 20 s, though its key has one call and its token is over', async () => {
      const { server, shop } = site();
      const flow = await FlowPage.open(site(), network.url, 'token-url="/avatar-token-narrow"');
      shop.minted.length = 0;
      await flow.call();
      const { mintedAtMs } = shop;
      await flow.type('What can you do?');
      await flow.says('Listening');
      const before = await flow.captions();
      const [first] = shop.minted.splice(0);

      // The server gives a client up 25 s after its last sign of life at the earliest, and the token is to be over before.
      const oldEnoughMs = shortestLifetimeSeconds * 1000 - 20_000;
      await vi.waitFor(() => expect(Date.now() - mintedAtMs).toBeGreaterThan(oldEnoughMs), { timeout: 20_000 });
      network.fail();
      const failedAtMs = Date.now();
      await flow.says('Connection lost, trying again…');
      await flow.page.context().setOffline(true);
      await vi.waitFor(
        () => {
          expect(Date.now() - failedAtMs).toBeGreaterThan(20_000);
          expect(Date.now() - mintedAtMs).toBeGreaterThan(shortestLifetimeSeconds * 1000);
        },
        { timeout: 60_000, interval: 100 },
      );
      expect((await server.footprint()).openCalls).toBe(1);
      flow.sent.length = 0;
      network.recover();
      await flow.page.context().setOffline(false);
      await flow.says('Listening');

      // In its own place, with a token of now, and with the talk so far.
      const [second] = shop.minted;
      expect(shop.minted).toHaveLength(1);
      expect([flow.licenses[0], flow.licenses.at(-1)]).toEqual([first, second]);
      const told = flow.sent.filter(({ type }) => type === 'conversation.item.create');
      expect(told).toHaveLength(before.length);
      expect(await flow.captions()).toEqual(before);
      expect(await flow.events()).toEqual(['connected', 'reconnecting', 'connected']);
      await vi.waitFor(async () => expect((await server.footprint()).openCalls).toBe(1), { timeout: 10_000 });
      await flow.type('Are you still there?');
      await vi.waitFor(async () => expect((await flow.captions()).length).toBeGreaterThan(before.length + 1), {
        timeout: 20_000,
      });

      // Pictures take a while, which the first outage has not.
      network.fail();
      await flow.says('Connection lost, trying again…');
      await flow.picture('reconnecting');
      // The call is to end by a word from the page: a ghost would hold the only place of its key.
      network.recover();
      await flow.says('Listening');
    });

    it('shows a picture that stutters, and goes on with the same call', async () => {
      const flow = await FlowPage.open(site(), site().server.url, 'token-url="/avatar-token" microphone="off"');
      const cdp = await flow.page.context().newCDPSession(flow.page);
      const losePackets = (packetLoss: number) =>
        cdp.send('Network.emulateNetworkConditions', {
          offline: false,
          latency: 1,
          downloadThroughput: 1e9,
          uploadThroughput: 1e9,
          packetLoss,
        });
      await cdp.send('Network.enable');
      await losePackets(0);
      await flow.page.getByRole('button', { name: 'Talk with Iris' }).click();
      await flow.says('Typing only');
      await losePackets(100);
      await flow.says('Connection lost, trying again…');
      await losePackets(0);
      await flow.says('Typing only');
      expect(flow.licenses).toHaveLength(1);
    });

    it('is not given up at its first start when the token in the page is stale', async () => {
      const stale = `vt_${'x'.repeat(43)}`;
      const flow = await FlowPage.open(site(), site().server.url, `token="${stale}" token-url="/avatar-token"`);
      await flow.call();
      expect(flow.licenses).toEqual([stale, site().shop.minted.at(-1)]);
      expect(await flow.events()).toEqual(['connected']);

      const frame = await FlowPage.open(site(), site().server.url, `token="${stale}"`);
      await frame.page.getByRole('button', { name: 'Talk with Iris' }).click();
      await frame.alert.getByText('Reload the page').waitFor();
      await frame.picture('expired');
      const askShop = "async () => (await (await fetch('/avatar-token', { method: 'POST' })).json()).token";
      await frame.page.evaluate(`document.querySelector('visavis-avatar').getToken = ${askShop}`);
      await frame.page.getByRole('button', { name: 'Call again' }).click();
      await frame.says('Listening');
    });
  });
}
