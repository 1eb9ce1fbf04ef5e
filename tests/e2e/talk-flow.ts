import type { Browser, Locator, Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../fixtures/scripted-server/scripted-server.ts';
import { expectFaceInView, featuresOf, VIEWPORTS } from '../support/face-view.ts';

type Site = {
  readonly server: ScriptedServer;
  readonly browser: Browser;
  readonly url: string;
  readonly openPage: (path?: string, viewport?: { width: number; height: number }) => Promise<Page>;
  /** What the page opened last has written to its console. */
  readonly complaints: readonly string[];
};

export async function startCall(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start talking' }).click();
  await page.getByRole('status').getByText('is listening').waitFor();
}

/** Devices, captions, keys, words for the network and the end of a call. */
export function beforeCallAndInIt(site: () => Site): void {
  describe('before a call and in it', () => {
    it('lets people try microphone and speaker before a call, and takes others in it', async () => {
      const page = await site().openPage();
      await page.getByRole('button', { name: 'Check sound' }).click();
      const settings = page.getByRole('dialog', { name: 'Settings' });
      await settings.getByRole('button', { name: 'Try the microphone' }).click();
      await settings.getByRole('status').getByText('I hear you').waitFor();
      await settings.getByRole('button', { name: 'Play a test sound' }).click();
      await settings.getByRole('button', { name: 'Playing…' }).waitFor();
      await settings.getByRole('button', { name: 'Play a test sound' }).waitFor();
      await page.screenshot({ path: 'test-output/talk-devices.png' });
      const choose = async (label: string, device: string) => {
        await page.getByRole('combobox', { name: label }).click();
        await page.getByRole('option', { name: device }).click();
      };
      await choose('Microphone', 'Fake Audio Input 2');
      await choose('Speaker', 'Fake Audio Output 1');
      await page.getByRole('button', { name: 'Close settings' }).click();

      await page.evaluate(noteOpenedMicrophones);
      await startCall(page);
      const openedIds = () => page.evaluate<string[]>('window.openedIds');
      const [chosen] = await openedIds();
      expect(chosen).toMatch(/^[0-9a-f]{64}$/);
      const speaker = () => page.locator('video').evaluate((video: { sinkId: string }) => video.sinkId);
      await expect.poll(speaker).toMatch(/^[0-9a-f]{64}$/);
      await page.getByRole('button', { name: 'Sound and captions' }).click();
      await choose('Microphone', 'Fake Audio Input 1');
      await choose('Speaker', 'Automatic');
      await page.getByRole('status').getByText('I hear you').waitFor();
      await page.getByRole('button', { name: 'Close settings' }).click();
      await expect.poll(speaker).toBe('');
      const ids = await openedIds();
      expect([ids.length, ids[1] !== chosen]).toEqual([2, true]);
      const before = site().server.call.soundChunks;
      await vi.waitFor(() => expect(site().server.call.soundChunks).toBeGreaterThan(before + 5), { timeout: 10_000 });
      expect(site().complaints).toEqual([]);
    });

    it('shows oneself to avatars that see, with a camera that one chooses, and to no others', async () => {
      const page = await site().openPage('/?avatar=marcus');
      const own = page.getByLabel('Your camera');
      const isSeen = async () => {
        const widthPx = () => own.first().evaluate((video: { videoWidth: number }) => video.videoWidth);
        await expect.poll(widthPx).toBeGreaterThan(0);
      };
      await page.getByRole('button', { name: 'Check sound' }).click();
      await page.getByRole('button', { name: 'Try the camera' }).click();
      await isSeen();
      await page.getByRole('button', { name: 'Close settings' }).click();
      await own.first().waitFor({ state: 'detached' });

      await page.getByRole('button', { name: 'Start talking' }).click();
      await page.getByRole('button', { name: 'Show yourself by camera' }).click();
      await isSeen();
      await page.screenshot({ path: 'test-output/talk-camera.png' });
      await page.getByLabel('Message to Marcus').fill('What is this?');
      await page.keyboard.press('Enter');
      const pictures = () =>
        site().server.call.received.flatMap((message) =>
          message.type === 'realtime.input_image' ? [JSON.stringify(message.data)] : [],
        );
      await vi.waitFor(() => expect(pictures().length).toBeGreaterThan(0), { timeout: 10_000 });
      expect(pictures()[0]).toMatch(/"data:image\/jpeg;base64,\/9j\//);
      // The words come after what they are about.
      const whenCame = (type: string) => site().server.call.received.findIndex((message) => message.type === type);
      await vi.waitFor(() => expect(whenCame('conversation.item.create')).toBeGreaterThan(0), { timeout: 10_000 });
      expect(whenCame('realtime.input_image')).toBeLessThan(whenCame('conversation.item.create'));
      await page.getByRole('button', { name: 'Sound and captions' }).click();
      const drawer = page.getByRole('dialog', { name: 'Sound and captions' });
      await drawer.getByRole('combobox', { name: 'Camera' }).click();
      await page.getByRole('option', { name: /fake_device_0/ }).click();
      await drawer.screenshot({ path: 'test-output/talk-camera-choice.png' });
      await page.getByRole('button', { name: 'Close settings' }).click();
      await drawer.waitFor({ state: 'hidden' });
      const tracks = 'document.querySelector(\'video[aria-label="Your camera"]\').srcObject.getVideoTracks()';
      await page.evaluate(`${tracks}[0].dispatchEvent(new Event('ended'))`);
      await page.getByText('The camera was disconnected, and is off.').waitFor();
      expect(await own.count()).toBe(0);
      await page.getByRole('button', { name: 'Try again' }).click();
      await own.first().waitFor();
      await page.getByRole('button', { name: 'Hang up' }).click();
      await own.first().waitFor({ state: 'detached' });
      expect(site().complaints).toEqual([]);

      const blind = await site().openPage();
      await startCall(blind);
      expect(await blind.getByRole('button', { name: 'Show yourself by camera' }).count()).toBe(0);
      await blind.getByRole('button', { name: 'Sound and captions' }).click();
      await blind.getByRole('combobox', { name: 'Speaker' }).waitFor();
      expect(await blind.getByRole('combobox', { name: 'Camera' }).count()).toBe(0);
    });

    it('acts on single keys in a call, but not while somebody types, and shows them on a sheet', async () => {
      const page = await site().openPage();
      await startCall(page);
      const status = page.getByRole('status');
      const captions = page.getByRole('list', { name: 'Captions' });
      await page.keyboard.press('m');
      await status.getByText('Muted').waitFor();
      await page.keyboard.press('m');
      await status.getByText('is listening').waitFor();
      await page.keyboard.press('c');
      await captions.waitFor({ state: 'hidden' });
      await page.screenshot({ path: 'test-output/talk-no-captions.png' });
      await page.keyboard.press('c');
      await captions.waitFor();
      const speech = site().server.call.reply('and so on '.repeat(100).trim());
      await status.getByText('is speaking').waitFor();
      await page.keyboard.press('Escape');
      await speech;
      await captions.getByText('— interrupted').waitFor();
      await status.getByText('is listening').waitFor();

      await page.keyboard.press('?');
      const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await sheet.getByText('Stop the avatar speaking').waitFor();
      await page.keyboard.press('m');
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'hidden' });
      const field = page.getByLabel('Message to Iris');
      await field.fill('');
      await field.pressSequentially('mc?');
      expect(await field.inputValue()).toBe('mc?');
      expect([await status.getByText('is listening').count(), await captions.count()]).toEqual([1, 1]);

      await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
      await sheet.getByRole('switch', { name: 'Use these keys' }).press('Space');
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'hidden' });
      await page.keyboard.press('m');
      expect(await status.getByText('Muted').count()).toBe(0);
      // Had the key been taken, the next one would end the muting.
      await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
      await sheet.getByRole('switch', { name: 'Use these keys' }).press('Space');
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'hidden' });
      await page.keyboard.press('m');
      await status.getByText('Muted').waitFor();
    });

    it('says how long a call was, and gives what was said to take along', async () => {
      const page = await site().openPage();
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      // Enter on the chosen avatar is as good as the button.
      await page.getByRole('radio', { name: /Iris/ }).press('Enter');
      await page.getByRole('status').getByText('is listening').waitFor();
      await site().server.call.reply('Welcome.');
      await page.getByText(/^(Good|Unsteady|Poor) connection/).waitFor();
      await page.getByRole('button', { name: 'Hang up' }).click();
      await page.getByText(/^It lasted \d+:\d\d\.$/).waitFor();
      await page.getByRole('button', { name: 'Copy transcript' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe('Iris: Welcome.\n');
      await page.getByRole('button', { name: 'It was not good' }).click();
      await page.getByRole('status').getByText('Thank you.').waitFor();
      await page.getByRole('button', { name: 'It was good', exact: true }).click();
      await page.getByLabel('Say more, if you like').fill('Quick and friendly');
      await page.screenshot({ path: 'test-output/talk-ended.png' });
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByLabel('Say more, if you like').waitFor({ state: 'detached' });
      const ratings = site().server.ratings.slice(-3);
      const session = { sessionId: ratings[0]?.sessionId, ratingKey: `rating-${ratings[0]?.sessionId}` };
      expect(ratings).toEqual([
        { ...session, rating: 'down', text: '' },
        { ...session, rating: 'up', text: '' },
        { ...session, rating: 'up', text: 'Quick and friendly' },
      ]);
      for (const viewport of VIEWPORTS) {
        await page.setViewportSize(viewport);
        await expectFaceInView(page, featuresOf('iris'), `after the call, ${viewport.width} × ${viewport.height}`);
      }
    });

    it('says under each icon what it does where nothing hovers, at the width of a phone', async () => {
      const context = await site().browser.newContext({
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
      });
      const page = await context.newPage();
      await page.goto(site().url);
      await startCall(page);
      const labelsOf = (buttons: Labelled[]) =>
        buttons.map((button) => {
          const parts = [button, ...button.querySelectorAll('span')];
          return [button.innerText, parts.every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)];
        });
      const labels = () => page.getByRole('toolbar').getByRole('button').evaluateAll(labelsOf);
      const outsidePx = () => page.evaluate('document.scrollingElement.scrollWidth - innerWidth');
      expect(await labels()).toEqual(['Mute', 'Push to talk', 'Captions', 'Hang up'].map((label) => [label, true]));
      await page.screenshot({ path: 'test-output/talk-touch.png' });
      await page.getByRole('button', { name: 'Switch to push-to-talk' }).click();
      await page.getByRole('status').getByText('Hold to talk').waitFor();
      expect(await labels()).toEqual(['Hold to talk', 'Open mic', 'Captions', 'Hang up'].map((label) => [label, true]));
      expect(await outsidePx()).toBe(0);
      await expectFaceInView(page, featuresOf('iris'), 'on a touch screen');
    });

    it('uses the width of a wide window, with captions no larger than what was said, and as large as is wished', async () => {
      const page = await site().openPage('/', { width: 1920, height: 1080 });
      await startCall(page);
      await site().server.call.reply('Welcome.');
      const captions = page.getByRole('list', { name: 'Captions' });
      await captions.getByText('Welcome.').waitFor();
      const boxOf = async (locator: Locator) => (await locator.boundingBox()) ?? expect.unreachable();
      expect((await boxOf(captions)).height).toBeLessThan(200);
      expect((await boxOf(page.locator('video').locator('..'))).width).toBeGreaterThan(900);
      const heightBefore = (await boxOf(captions.getByText('Welcome.'))).height;
      await page.getByRole('button', { name: 'Sound and captions' }).click();
      await page.getByRole('dialog').getByText('Large', { exact: true }).click();
      await page.getByRole('button', { name: 'Close settings' }).click();
      await expect
        .poll(async () => (await boxOf(captions.getByText('Welcome.'))).height)
        .toBeGreaterThan(heightBefore + 5);
    });
  });
}

type Labelled = {
  readonly innerText: string;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  querySelectorAll(selector: string): Iterable<Labelled>;
};

/** Runs in the page: remembers which microphones it opens, by the ids it asks for. */
const noteOpenedMicrophones = `
  window.openedIds = [];
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wish) => {
    window.openedIds.push(wish.audio.deviceId?.exact ?? '');
    return open(wish);
  };
`;
