import { mkdir } from 'node:fs/promises';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  elementSnippet,
  frameSnippet,
  type Place,
  reactSnippet,
} from '../../apps/console/src/pages/avatars/embed-snippets.ts';
import { EARLY_PAGES, earlyPages } from '../fixtures/embed/early-pages.ts';
import { bundleReactPage, componentPage, snippetPage } from '../fixtures/embed/react-page.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { expectFaceInView, featuresOf, VIEWPORTS } from '../support/face-view.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { pageOf, type Seen, Shop } from '../support/shop.ts';
import { startCallingMind } from '../support/talking-services.ts';
import { lostSound } from './embed-flow.ts';
import { CLOSING_WORDS, navtalkComponent } from './navtalk-component.ts';

const executablePath = findChromium();

/** Avatars on the pages of another origin, in Chromium, against the real server. */
describe.skipIf(executablePath === null)('an avatar on another site', () => {
  let mind: Awaited<ReturnType<typeof startCallingMind>>;
  let server: TestServer;
  let shop: Shop;
  let browser: Browser;
  let place: Place;

  beforeAll(async () => {
    mind = await startCallingMind({
      'Tell me the tide.': { name: 'get_tide', given: {} },
      [CLOSING_WORDS]: { name: 'function_call_close_talk', given: { userInput: CLOSING_WORDS } },
    });
    server = await startServer(mind.environment);
    shop = new Shop(server);
    await shop.open();
    const { avatars } = (await (await fetch(`${server.url}/api/v1/talk-page`)).json()) as {
      avatars: { name: string; avatarId: string }[];
    };
    const avatarId = avatars.find(({ name }) => name === 'navtalk.Iris')?.avatarId ?? '';
    place = { server: server.url, avatarId, label: 'Iris', pictureUrl: `/uploadFiles/${avatarId}.webp` };
    shop.pages.set('/element.html', pageOf(elementSnippet(place)));
    shop.pages.set('/no-key.html', pageOf(elementSnippet(place).replace('token-url="/avatar-token"', '')));
    shop.pages.set('/component.js', await bundleReactPage(componentPage(server.url)));
    shop.pages.set('/snippet.js', await bundleReactPage(snippetPage(reactSnippet(place))));
    for (const name of ['component', 'snippet']) {
      const script = `<div id="root"></div><script type="module" src="/${name}.js"></script>`;
      shop.pages.set(`/${name}.html`, pageOf(script));
    }
    await mkdir('test-output', { recursive: true });
    browser = await launchChromium(executablePath ?? '', { microphone: 'tone', soundWantsClick: true });
  });

  afterAll(async () => {
    await browser?.close();
    shop?.close();
    await server?.stop();
    await mind?.close();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  async function visit(path: string, theme: 'light' | 'dark' = 'light'): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 900, height: 820 },
      locale: 'en-GB',
      colorScheme: theme,
    });
    const page = await context.newPage();
    await page.goto(shop.url + path);
    return page;
  }

  async function expectTalkingPicture(page: Page | Frame): Promise<void> {
    const decoded = () =>
      page
        .locator('video')
        .evaluate(
          (video: { getVideoPlaybackQuality(): { totalVideoFrames: number } }) =>
            video.getVideoPlaybackQuality().totalVideoFrames,
        );
    const isLive = async () => {
      // What the element told its page says why there is no picture.
      const events = JSON.stringify(await page.evaluate('window.seen'));
      expect(await decoded(), events).toBeGreaterThan(0);
    };
    await vi.waitFor(isLive, { timeout: 60_000, interval: 200 });
    const before = await decoded();
    await vi.waitFor(async () => expect(await decoded()).toBeGreaterThan(before + 20), {
      timeout: 10_000,
      interval: 200,
    });
  }

  const seen = (page: Page) => page.evaluate('window.seen') as Promise<Seen[]>;

  it('is seen and heard as a web component, answers typed words, and tells the page what happens', async () => {
    const page = await visit('/element.html');
    await page.screenshot({ path: 'test-output/embed-idle.png' });
    await page.getByRole('button', { name: 'Talk with Iris' }).click();
    await expectTalkingPicture(page);
    const loudest = page.evaluate(
      "window.loudestOf(document.querySelector('visavis-avatar').shadowRoot.querySelector('video'), 15000, 0.02)",
    );
    expect(await loudest).toBeGreaterThan(0.02);

    // The page of another origin may load what records the microphone.
    await page.evaluate(`new AudioContext().audioWorklet.addModule('${server.url}/embed/recorder-worklet.js')`);

    const captions = page.getByRole('log', { name: 'Captions' });
    await page.evaluate(`window.spoken = {};
      document.addEventListener('visavis-caption', ({ detail: { replyId, state, words, wordIndex } }) =>
        (window.spoken[replyId] ??= []).push([state, words[wordIndex]?.text]));
      window.steps = {};
      document.querySelector('visavis-avatar').call.on('change', ({ captions }) => {
        const { id, status, text, heardText = null } = captions.findLast(({ speaker }) => speaker === 'avatar') ?? {};
        if (id !== undefined) (window.steps[id] ??= []).push([status, text, heardText]);
      })`);
    await page.getByLabel('Type a message').fill('What can you do?');
    await page.keyboard.press('Enter');
    await captions.getByText('What can you do?').waitFor();
    await vi.waitFor(
      async () => {
        const spoken = (await seen(page))
          .filter(({ name }) => name === 'transcript')
          .map(({ detail }) => detail.speaker);
        expect(spoken.lastIndexOf('avatar')).toBeGreaterThan(spoken.indexOf('user'));
      },
      { timeout: 20_000 },
    );
    await page.screenshot({ path: 'test-output/embed-element.png' });

    // Words are shown as they are heard, not as the server thinks of them.
    type CaptionSteps = Record<string, [status: string, text: string, heard: string | null][]>;
    await vi.waitFor(
      async () => {
        const steps = Object.values((await page.evaluate('window.steps')) as CaptionSteps);
        const [reply = []] = steps.filter((of) => of[0]?.[2] === '' && of.at(-1)?.[0] === 'final');
        expect(reply.at(-1)?.[2]).toBeNull();
        const shown = new Set(
          reply.flatMap(([, text, heard]) => (heard !== null && heard.length < text.length ? [heard] : [])),
        );
        expect(shown.size).toBeGreaterThan(3);
      },
      { timeout: 30_000, interval: 500 },
    );

    // The page is told each word as it is heard, and the end of the reply once.
    const spoken = Object.values((await page.evaluate('window.spoken')) as Record<string, [string, string][]>);
    const said = spoken.filter((reply) => reply.at(-1)?.[0] === 'ended').map((reply) => reply.map(([state]) => state));
    expect(Math.max(...said.map(({ length }) => length))).toBeGreaterThan(4);
    for (const states of said) expect(states.indexOf('ended')).toBe(states.length - 1);

    await page.getByRole('button', { name: 'Mute the microphone' }).click();
    await page.getByRole('button', { name: 'Unmute the microphone' }).waitFor();
    await page.getByRole('button', { name: 'Hang up' }).click();
    await page.getByRole('button', { name: 'Call again' }).waitFor();
    const names = (await seen(page)).map(({ name }) => name);
    expect(names.indexOf('connected')).toBeLessThan(names.indexOf('ended'));
    expect((await seen(page)).at(-1)).toMatchObject({ name: 'ended', detail: { reason: 'hung-up' } });
  });

  it('says why it cannot call when the page names no key', async () => {
    const page = await visit('/no-key.html', 'dark');
    await page.getByRole('alert').getByText('set the attribute token-url, token or license').waitFor();
    expect(await page.getByRole('button', { name: 'Talk with Iris' }).isVisible()).toBe(false);
    await page.evaluate("document.querySelector('visavis-avatar').start()");
    expect(await seen(page)).toEqual([
      { name: 'error', detail: expect.objectContaining({ code: 'token-unavailable' }) },
    ]);
    await page.screenshot({ path: 'test-output/embed-refused.png' });
  });

  it('shows the face before the call by itself, in frames of every size', async () => {
    const { avatarId } = place;
    shop.pages.set(
      '/by-id.html',
      pageOf(elementSnippet({ ...place, pictureUrl: null }).replace(`label="${place.label}"`, '')),
    );
    const page = await visit('/by-id.html');
    await page.getByRole('button', { name: 'Talk with Iris' }).waitFor();
    const poster = await page.locator('video').getAttribute('poster');
    expect(poster).toBe(`${server.url}/uploadFiles/${avatarId}.webp`);
    expect((await page.request.get(poster ?? '')).headers()['content-type']).toBe('image/webp');

    const features = featuresOf('iris');
    await page.goto(`${server.url}/embed?avatar=navtalk.Iris&license=${server.license}`);
    await page.locator('video[poster]').waitFor();
    for (const viewport of [...VIEWPORTS, { width: 360, height: 360 }, { width: 300, height: 200 }]) {
      await page.setViewportSize(viewport);
      await expectFaceInView(page, features, `${viewport.width} × ${viewport.height}`);
    }
  });

  it('says that an avatar is unknown, and what an address lacks, before anybody calls, in both languages', async () => {
    const key = `license=${server.license}`;
    const page = await visit('/no-key.html');
    const warnings: string[] = [];
    page.on('console', (message) => warnings.push(message.text()));
    for (const [query, words] of [
      [`avatar=navtalk.Nobody&${key}`, 'There is no such avatar here.'],
      [`avatar=${'f'.repeat(32)}&token=vt_expired`, 'There is no such avatar here.'],
      [`avatar=navtalk.Nobody&${key}&lang=zh`, '这里没有这个数字人。'],
      ['avatar=navtalk.Iris', 'The page names no key'],
      ['avatar=navtalk.Iris&lang=zh', '页面没有指定密钥'],
      [key, 'The page names no avatar'],
    ] as const) {
      await page.goto(`${server.url}/embed?${query}`);
      await page.getByRole('alert').getByText(words).waitFor();
      expect([query, await page.getByRole('button').count()]).toEqual([query, 0]);
    }
    const told = warnings.filter((text) => text.includes('"navtalk.Nobody"') && text.includes('no such avatar'));
    expect(told).toHaveLength(2);
  });

  it('is seen as a React component, whose handlers and reference work', async () => {
    const page = await visit('/component.html');
    await page.getByRole('button', { name: 'Start by reference' }).click();
    await expectTalkingPicture(page);
    await page.getByText('connected', { exact: true }).waitFor();
    await page.getByText(/^said \w+$/).waitFor();
    await page.getByRole('button', { name: 'Take away' }).click();
    await vi.waitFor(async () => expect((await server.footprint()).openCalls).toBe(0), { timeout: 10_000 });
  });

  describe('takes what a page sets before the element is known', () => {
    let pages: Awaited<ReturnType<typeof earlyPages>>;
    beforeAll(async () => {
      pages = await earlyPages(server.url);
    });

    it.each(EARLY_PAGES)('%s', async (name) => {
      const { markup, script } = pages.find((early) => early.name === name) ?? expect.unreachable();
      shop.pages.set('/early.js', script);
      shop.pages.set('/early.html', pageOf(`${markup}<script type="module" src="/early.js"></script>`));
      const page = await visit('/early.html');
      const sent: string[] = [];
      page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
      await page.getByRole('button', { name: 'Talk with Iris' }).click();
      const captions = page.getByRole('log', { name: 'Captions' });
      await captions.getByText('The lighthouse is open.').waitFor();
      expect(sent.some((text) => text.includes('You keep the lighthouse.'))).toBe(true);
      await page.getByLabel('Type a message').fill('Tell me the tide.');
      await page.keyboard.press('Enter');
      await vi.waitFor(async () => expect(await page.evaluate('window.called')).toEqual(['get_tide']), {
        timeout: 20_000,
      });
      if (name.includes('beside'))
        expect(await page.evaluate('window.atFirst')).toEqual(['function', 'You keep the lighthouse.']);
    });
  });

  it('says what a page did in vain, and speaks its language in a shadow too', async () => {
    const page = await visit('/element.html');
    const warnings: string[] = [];
    page.on('console', (message) => warnings.push(message.text()));
    const made = "document.body.appendChild(document.createElement('visavis-avatar'))";
    const refusal = "document.createElement('visavis-avatar').start().then(() => 'started', (error) => error.message)";
    expect(await page.evaluate(refusal)).toContain('is not in the page');
    await page.evaluate(`${made}.replaceWith(document.createRange().createContextualFragment(
      '<visavis-avatar avatar="navtalk.Iris" license="x" config="[object Object]"></visavis-avatar>'))`);
    await expect.poll(() => warnings.join()).toContain('config came as an attribute');
    const inShadow = `(() => {
      document.documentElement.lang = 'zh';
      const host = document.body.appendChild(document.createElement('div'));
      const avatar = document.createElement('visavis-avatar');
      Object.assign(avatar, { avatar: 'navtalk.Iris', license: 'x', captions: false, fill: true });
      host.attachShadow({ mode: 'open' }).append(avatar);
      const read = () => ['avatar', 'captions', 'fill', 'typing'].map((name) => avatar[name]);
      const button = avatar.shadowRoot.querySelector('.start').textContent;
      const given = [button, avatar.getAttribute('captions'), ...read()];
      Object.assign(avatar, { avatar: undefined, captions: true, fill: null });
      return [given, read(), avatar.attributes.length];
    })()`;
    expect(await page.evaluate(inShadow)).toEqual([
      [expect.stringMatching(/\p{Script=Han}/u), 'off', 'navtalk.Iris', false, true, true],
      ['', true, false, true],
      1,
    ]);
  });

  it('is seen in React by the code that the console gives, with no package', async () => {
    const page = await visit('/snippet.html');
    await page.getByRole('button', { name: 'Talk with Iris' }).click();
    await expectTalkingPicture(page);
  });

  it('is seen in a frame, which takes the whole of it', async () => {
    const token = await shop.mint({ origin: shop.url });
    shop.pages.set('/frame.html', pageOf(frameSnippet(place).replace('TOKEN', token)));
    const page = await visit('/frame.html', 'dark');
    const frame = page.frames()[1];
    if (frame === undefined) throw new Error('The frame did not open.');
    expect(frame.url()).toContain(`${server.url}/embed?`);
    await frame.getByRole('button', { name: 'Talk with Iris' }).click();
    await expectTalkingPicture(frame);
    await expectFaceInView(frame, featuresOf('iris'), 'in the call, 400 × 640');
    await frame.getByRole('log', { name: 'Captions' }).getByRole('listitem').first().waitFor();
    await page.screenshot({ path: 'test-output/embed-frame.png' });
  });

  navtalkComponent(() => ({ server, shop, browser }), expectTalkingPicture);

  lostSound(() => ({ server, shop, browser }));

  it("is refused in the frames of pages for which the token is not, and so are the server's other pages", async () => {
    const token = await shop.mint({ origin: 'https://shop.example' });
    for (const address of [`/embed?avatar=navtalk.Iris&token=${token}`, '/', '/console', '/embed/page.html']) {
      shop.pages.set('/refused.html', framePage(server.url + address));
      const page = await visit('/refused.html');
      const frame = page.frames()[1];
      expect([address, frame?.url()]).toEqual([address, 'chrome-error://chromewebdata/']);
      await page.close();
    }
  });
});

function framePage(source: string): string {
  return pageOf(`<iframe src="${source}" title="Iris" width="400" height="640"></iframe>`);
}
