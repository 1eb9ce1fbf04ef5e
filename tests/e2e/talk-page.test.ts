import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ScriptedServer } from '../fixtures/scripted-server/scripted-server.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { expectFaceInView, faceOf, featuresOf, VIEWPORTS } from '../support/face-view.ts';
import { failingMicrophone } from '../support/failing-microphone.ts';
import { beforeCallAndInIt, startCall } from './talk-flow.ts';

const repository = resolve(import.meta.dirname, '../..');
const pageFolder = join(repository, 'apps/console/dist');
const executablePath = findChromium();

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const avatars = ['iris', 'marcus'].map((name) => ({
  avatarId: name,
  name: `navtalk.${name}`,
  title: 'Guide',
  description: 'Knows the house.',
  pictureFile: join(repository, 'avatars', name, 'thumbnail.webp'),
  face: faceOf(name),
  sees: name === 'marcus',
}));

/** The page in a browser against a scripted server, under the page's content security policy. */
describe.skipIf(executablePath === null)('talk page', () => {
  let server: ScriptedServer;
  let url: string;
  let browser: Browser;
  let complaints: string[];

  beforeAll(async () => {
    server = new ScriptedServer({ port: 0, pageFolder, avatars });
    url = await server.listen();
    browser = await launchChromium(executablePath ?? '', { microphone: 'tone' });
    await (await browser.newPage()).goto(`${url}/stand-in`);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  afterEach(async () => {
    for (const context of browser.contexts().slice(1)) await context.close();
  });

  async function openPage(path = '/', viewport = sizes.desktop, script = ''): Promise<Page> {
    const page = await (await browser.newContext({ viewport })).newPage();
    await page.addInitScript(script);
    complaints = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url + path);
    return page;
  }

  it('shows the face, sends the microphone, and follows the talk', async () => {
    const page = await openPage();
    await startCall(page);
    await vi.waitFor(() => expect(server.call.soundChunks).toBeGreaterThan(20), { timeout: 5_000 });
    const videoWidthPx = () => page.locator('video').evaluate((video: { videoWidth: number }) => video.videoWidth);
    await vi.waitFor(async () => expect(await videoWidthPx()).toBeGreaterThan(0), { timeout: 10_000 });

    await server.call.userSays('Where is the garden?');
    await server.call.reply('Behind the house, past the old well.', 4);
    const captions = page.getByRole('list', { name: 'Captions' });
    await captions.getByText('Where is the garden?').waitFor();
    await captions.getByText('Behind the house, past — interrupted').waitFor();
    await page.getByText(/Answer in \d\.\d\d s/).waitFor();

    await page.getByLabel('Message to Iris').fill('Thank you');
    await page.keyboard.press('Enter');
    await captions.getByText('I heard you. Thank you for writing to me.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is silent under push-to-talk until the space bar is held', async () => {
    const page = await openPage();
    await startCall(page);
    await page.getByRole('button', { name: 'Switch to push-to-talk' }).click();
    // The button would take the space bar for itself while it has the focus.
    await page.getByRole('status').click();
    await page.waitForTimeout(2_500);
    const before = server.call.soundChunks;
    await page.waitForTimeout(500);
    expect(server.call.soundChunks).toBe(before);
    await page.keyboard.down('Space');
    await page.getByRole('button', { name: 'Speak now' }).waitFor();
    await expect.poll(() => server.call.soundChunks).toBeGreaterThan(before + 3);
    await page.keyboard.up('Space');
    await page.getByRole('button', { name: 'Hold to talk' }).waitFor();
  });

  it('goes on after a lost connection, with the talk so far', async () => {
    const page = await openPage();
    await startCall(page);
    await server.call.reply('Welcome.');
    const callsBefore = server.calls.length;
    server.call.drop();
    await vi.waitFor(() => expect(server.calls.length).toBe(callsBefore + 1), { timeout: 5_000 });
    await page.getByRole('status').getByText('is listening').waitFor();
    expect(server.call.received.filter(({ type }) => type === 'conversation.item.create')).toEqual([
      expect.objectContaining({ item: expect.objectContaining({ role: 'assistant' }) }),
    ]);
  });

  it('says that no sound comes from a microphone that a phone call holds, and goes on by itself after it', async () => {
    const page = await openPage('/', sizes.desktop, failingMicrophone);
    await startCall(page);
    await page.evaluate('window.microphone.takeCall()');
    await page.getByRole('status').getByText('No sound from your microphone').waitFor();
    await page.getByText('No sound comes from the microphone.').waitFor();
    for (const [name, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: `test-output/talk-silent-${name}.png` });
    }
    await page.evaluate('window.microphone.endCall()');
    await page.getByRole('status').getByText('is listening').waitFor();
    await page.getByText('No sound comes from the microphone.').waitFor({ state: 'hidden' });
    const before = server.call.soundChunks;
    await vi.waitFor(() => expect(server.call.soundChunks).toBeGreaterThan(before + 5), { timeout: 20_000 });
    expect(complaints).toEqual([]);
  });

  it('says why a call was refused and how to go on', async () => {
    const page = await openPage('/?license=limit');
    await page.getByRole('button', { name: 'Start talking' }).click();
    await page.getByRole('alert').getByText('Maximum concurrent connections (5)').waitFor();
    await page.getByRole('button', { name: 'Choose another avatar' }).click();
    await page.getByRole('radio', { name: /Marcus/ }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: 'Marcus' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Marcus' }).waitFor();
  });

  it('can be called without a microphone', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Start without a microphone' }).click();
    await page.getByRole('status').getByText('Typing only').waitFor();
    await page.waitForTimeout(500);
    expect(server.call.soundChunks).toBe(0);
    await page.getByRole('button', { name: 'Hang up' }).click();
    await page.getByText('Your call with Iris has ended.').waitFor();
  });

  it('shows eyes and mouth with nothing over them and the way into the call, at every size', async () => {
    const page = await openPage();
    await page.getByRole('heading', { name: 'Iris' }).waitFor();
    const features = featuresOf('iris');
    const atEverySize = async (check: (at: string) => Promise<void>) => {
      for (const viewport of [...VIEWPORTS, { width: 320, height: 256 }]) {
        await page.setViewportSize(viewport);
        await page.evaluate('scrollTo(0, 0)');
        await check(`${viewport.width} × ${viewport.height}`);
      }
    };
    await atEverySize(async (at) => {
      await expectFaceInView(page, features, `before the call, ${at}`);
      const start = page.getByRole('button', { name: 'Start talking' });
      if (at === '320 × 256') await start.scrollIntoViewIfNeeded();
      await expect.poll(() => start.evaluate(isInReach), { message: `Start, ${at}` }).toBe(true);
    });
    await page.setViewportSize({ width: 1280, height: 800 });
    await startCall(page);
    await page.locator('video[data-live="true"]').waitFor();
    await atEverySize((at) => expectFaceInView(page, features, `in the call, ${at}`));
  });

  it('keeps long names on the page', async () => {
    const name = 'Featherstonehaugh-Cholmondeley of Marjoribanks';
    const first = avatars[0] ?? expect.unreachable();
    server.overrides.set('/api/v1/talk-page', server.talkPage([{ ...first, name }]));
    try {
      const page = await openPage();
      await page.getByRole('heading', { name }).waitFor();
      const outsidePx = () => page.evaluate('document.scrollingElement.scrollWidth - innerWidth');
      for (const viewport of [...VIEWPORTS, { width: 320, height: 256 }]) {
        await page.setViewportSize(viewport);
        expect([viewport, await outsidePx()]).toEqual([viewport, 0]);
      }
      await page.setViewportSize({ width: 360, height: 740 });
      await page.getByRole('button', { name: 'Start talking' }).click();
      // What the avatar does is still to be read beside such a name.
      const status = page.getByRole('status').getByText('Featherstonehau… is listening');
      await status.waitFor();
      const hiddenPx = await status.evaluate((words: Measured) => words.scrollWidth - words.clientWidth);
      expect([hiddenPx, await outsidePx()]).toEqual([0, 0]);
    } finally {
      server.overrides.clear();
    }
  });

  it('shows its frame before any script, and has icons, a manifest and a title with the avatar’s name', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(url);
    await page.getByText('Visavis', { exact: true }).waitFor();
    expect(
      ((await page.locator('.boot-body span').first().boundingBox()) ?? expect.unreachable()).height,
    ).toBeGreaterThan(100);
    const linked = page.locator('link[rel~="icon"], link[rel="apple-touch-icon"], link[rel="manifest"]');
    const addresses = await linked.evaluateAll((links: { getAttribute(name: string): string | null }[]) =>
      links.map((link) => link.getAttribute('href')),
    );
    expect(addresses).toEqual(['/favicon.ico', '/favicon.svg', '/apple-touch-icon.png', '/manifest.webmanifest']);
    const manifest = (await (await fetch(`${url}/manifest.webmanifest`)).json()) as { icons: { src: string }[] };
    for (const address of [...addresses, ...manifest.icons.map(({ src }) => src)]) {
      const answer = await fetch(url + address);
      expect([address, answer.status, (await answer.arrayBuffer()).byteLength > 100]).toEqual([address, 200, true]);
    }
    const talk = await openPage();
    await talk.getByRole('heading', { name: 'Iris' }).waitFor();
    expect(await talk.title()).toBe('Iris · Visavis');
  });

  it('tells visitors in their words that an avatar takes no calls, and shows who else does', async () => {
    server.overrides.set('/api/v1/talk-page', { ...server.talkPage(), demoLicense: 'invalid' });
    try {
      const page = await openPage();
      await page.getByRole('button', { name: 'Start talking' }).click();
      const notice = page.getByRole('alert');
      await notice.getByText('Iris is not available right now.').waitFor();
      expect(await notice.innerText()).not.toMatch(/licen[cs]e|key|console|server|avatarId/i);
      server.overrides.set('/api/v1/talk-page', server.talkPage(avatars.slice(1)));
      await page.getByRole('button', { name: 'Choose another avatar' }).click();
      await page.getByRole('heading', { name: 'Marcus' }).waitFor();
      expect(await page.getByRole('radio').count()).toBe(1);
    } finally {
      server.overrides.clear();
    }
  });

  it('opens with the avatar that the address names, and says that there is none where nobody has the name', async () => {
    const page = await openPage('/?avatar=navtalk.marcus');
    const chosen = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
    await chosen('Marcus');
    await page.goto(`${url}/talk/Marcus`);
    await chosen('Marcus');
    // A person's own choice goes before the address, then and when the page is loaded again.
    await page.getByRole('radio', { name: /Iris/ }).focus();
    await page.keyboard.press('Space');
    await chosen('Iris');
    await page.reload();
    await chosen('Iris');
    for (const path of ['/?avatar=nobody', '/talk/nobody']) {
      await page.goto(url + path);
      await page.getByRole('alert').getByText('There is no avatar “nobody” here.').waitFor();
      expect(await page.getByRole('button', { name: 'Start talking' }).count()).toBe(0);
    }
    await page.getByRole('button', { name: 'See who is here' }).click();
    await chosen('Iris');
    expect(complaints).toEqual([]);
  });

  it('leads to the console and the documentation before a call, and says that there is no page at unknown addresses', async () => {
    const page = await openPage('/nobody');
    await page.getByRole('heading', { name: 'There is no page at this address.' }).waitFor();
    await page.getByRole('link', { name: 'To the first page' }).click();
    const links = page.getByRole('navigation', { name: 'This server' }).getByRole('link');
    await links.first().waitFor();
    const addressesOf = (all: { getAttribute(name: string): string | null }[]) =>
      all.map((link) => link.getAttribute('href'));
    expect(await links.evaluateAll(addressesOf)).toEqual(['/console', '/docs/']);
    await startCall(page);
    expect(await links.count()).toBe(0);
  });

  it.each([
    { count: 1, width: 360, height: 740 },
    { count: 12, width: 844, height: 390 },
    { count: 100, width: 360, height: 740 },
    { count: 100, width: 1280, height: 800 },
    { count: 100, width: 1920, height: 1080 },
  ])('keeps its size whichever of $count avatars is chosen, $width × $height', async ({ count, ...viewport }) => {
    server.overrides.set('/api/v1/talk-page', server.talkPage(manyAvatars(count)));
    try {
      const page = await openPage('/', viewport);
      const last = page.getByRole('radio').last();
      await last.focus();
      await page.keyboard.press('Space');
      await page.getByRole('heading', { name: `Guest ${count}` }).waitFor();
      expect(await last.isChecked()).toBe(true);
      const heights = await page.evaluate<{ page: number; content: number; outsidePx: number }>(`({
        page: document.scrollingElement.scrollHeight,
        content: Math.max(innerHeight, Math.ceil(document.querySelector('#root').getBoundingClientRect().height)),
        outsidePx: document.scrollingElement.scrollWidth - innerWidth,
      })`);
      expect(heights).toEqual({ page: heights.content, content: heights.content, outsidePx: 0 });
      await page.screenshot({ path: `test-output/gallery-${count}-${viewport.width}.png` });
      const search = page.getByRole('searchbox', { name: 'Search avatars' });
      expect(await search.count()).toBe(count > 8 ? 1 : 0);
      if (count < 100) return;
      // The last one is chosen and in sight: there is more before it, and nothing behind.
      await page.getByRole('button', { name: 'Avatars before these' }).click();
      await page.getByRole('button', { name: 'More avatars' }).waitFor();
      await search.fill('guest 57');
      await expect.poll(() => page.getByRole('radio').count()).toBe(1);
      expect(await page.getByRole('button', { name: 'More avatars' }).count()).toBe(0);
      await page.getByRole('radio').press('Space');
      await page.getByRole('heading', { name: 'Guest 57' }).waitFor();
      await search.fill('nobody');
      await page.getByText('Nobody here is called so.').waitFor();
    } finally {
      server.overrides.clear();
    }
  });

  beforeCallAndInIt(() => ({ server, browser, url, openPage, complaints }));
});

type Measured = { readonly scrollWidth: number; readonly clientWidth: number };

type InPage = {
  getBoundingClientRect(): { x: number; y: number; width: number; height: number; bottom: number };
  getRootNode(): { elementFromPoint(x: number, y: number): unknown };
  contains(other: unknown): boolean;
};

/** Runs in the page: the whole of the element is in the window and takes clicks at its middle. */
function isInReach(element: InPage): boolean {
  const { x, y, width, height, bottom } = element.getBoundingClientRect();
  const { innerHeight } = globalThis as unknown as { innerHeight: number };
  return (
    y >= 0 &&
    bottom <= innerHeight &&
    element.contains(element.getRootNode().elementFromPoint(x + width / 2, y + height / 2))
  );
}

/** As the server lists them, all with the picture of the first. */
function manyAvatars(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const { pictureFile, ...first } = avatars[0] ?? expect.unreachable();
    return { ...first, pictureFile, avatarId: index === 0 ? 'iris' : `guest-${index + 1}`, name: `Guest ${index + 1}` };
  });
}
