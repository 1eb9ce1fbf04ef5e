import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pictureOf, still, writeClip } from '../../packages/face/src/testing/clips.ts';
import { avatarPhoto } from '../../packages/face/src/testing/photos.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { type ConsoleAccount, openAccount } from '../support/console-account.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const executablePath = findChromium();
const TEXT = 'My mother came.';
const MAKING = { timeout: 120_000 };

/** The page of films, from a file on somebody's disk to one in his downloads. */
describe.skipIf(executablePath === null)('films in the console', () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let account: ConsoleAccount;
  let page: Page;
  let folder = '';
  let clip = '';
  let films = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-films-page-'));
    clip = join(folder, 'rafael.mp4');
    await writeClip(clip, { format: 'mp4' }, still(pictureOf(await avatarPhoto('rafael'), 192), 1));
    server = await startServer({ FREE_POINTS: '1000' });
    browser = await launchChromium(executablePath ?? '', { microphone: 'tone' });
    context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
    account = await openAccount(context, server.url, 'mia@example.org');
    films = `${server.url}/console/projects/${account.projectId}/films`;
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const pictureFile = () => page.getByLabel('Clip or photo', { exact: true }).and(page.locator('input[type="file"]'));
  const text = () => page.getByRole('textbox', { name: 'Text' });
  /** Who speaks, below the picture. */
  const told = () => page.locator('figcaption').getByRole('status');
  const make = () => page.getByRole('button', { name: 'Make the film' });
  const openForm = async () => {
    await page.goto(`${films}/new`);
    await make().waitFor();
  };

  it('are made of a clip and a text, watched beside the clip, downloaded, done again and deleted', {
    timeout: 300_000,
  }, async () => {
    await page.goto(films);
    await page.getByRole('heading', { name: 'No films yet' }).waitFor();
    await page.getByRole('link', { name: 'New film' }).first().click();

    await make().click();
    await page.getByText('Choose who speaks first.').waitFor();
    await page.getByText('This has to be confirmed.').waitFor();
    const letter = join(folder, 'letter.mp4');
    await writeFile(letter, 'Dear all, this is no film.');
    await pictureFile().setInputFiles(letter);
    await page.getByText(/^This is no clip or photo/).waitFor();

    await pictureFile().setInputFiles(clip);
    await page.getByText('Is on the server').waitFor();
    await page.getByRole('checkbox', { name: /has agreed/ }).check();
    await page.getByRole('radio', { name: 'Forwards and backwards' }).check();
    const mark = page.getByRole('button', { name: /^Picture of the clip/ });
    await mark.focus();
    await page.keyboard.press('ArrowRight');
    await told()
      .getByText(/^The face at \d+, \d+$/)
      .waitFor();
    // A face that is at its place later: whoever is there in that picture.
    await page.getByRole('slider', { name: 'Moment of the clip' }).focus();
    for (let tenths = 0; tenths < 4; tenths += 1) await page.keyboard.press('ArrowRight');
    await mark.click();
    await told()
      .getByText(/^The face at \d+, \d+ after 0\.4 s$/)
      .waitFor();
    const place = await told().innerText();
    await text().fill(TEXT);

    // Whoever loads the page anew loses nothing.
    await page.reload();
    await page.getByText('Is on the server').waitFor();
    expect(await text().inputValue()).toBe(TEXT);
    expect(await page.getByRole('radio', { name: 'Forwards and backwards' }).isChecked()).toBe(true);

    await make().click();
    // Its bar has no width at the beginning.
    await page.getByRole('progressbar').waitFor({ state: 'attached' });
    const download = page.getByRole('link', { name: 'Download' });
    await download.waitFor(MAKING);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(`“${TEXT}”`);
    await expectInStep();

    const [file] = (await Promise.all([page.waitForEvent('download'), download.click()])) as [Download, undefined];
    expect(file.suggestedFilename()).toMatch(/^[0-9a-f]{32}\.mp4$/);
    expect((await readFile(await file.path())).subarray(4, 8).toString()).toBe('ftyp');

    await page.getByRole('button', { name: 'Do it again with…' }).click();
    await page.getByText(/^rafael\.mp4/).waitFor();
    expect(await text().inputValue()).toBe(TEXT);
    expect(await page.getByRole('radio', { name: 'Forwards and backwards' }).isChecked()).toBe(true);
    await told().waitFor();
    expect(await told().innerText()).toBe(place);
    await page.getByRole('radiogroup', { name: 'Who of them speaks' }).getByText('Who talks in the clip').click();
    expect(await told().innerText()).toBe('Who talks in the clip');

    await page.getByRole('link', { name: 'All films' }).click();
    const card = page.getByRole('article', { name: TEXT });
    await card
      .getByText(/\d:\d\d/)
      .first()
      .waitFor();
    await card.getByRole('button', { name: /^More for/ }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The film is deleted.').waitFor();
    await page.getByRole('heading', { name: 'No films yet' }).waitFor();
  });

  /** Both run, and show the same moment. */
  async function expectInStep(): Promise<void> {
    const [film, original] = [page.getByLabel('Film', { exact: true }), page.getByLabel('Original', { exact: true })];
    const times = () =>
      Promise.all(
        [film, original].map((video) => video.evaluate((element: { currentTime: number }) => element.currentTime)),
      );
    await page.getByRole('slider', { name: 'Place in the film' }).fill('0.5');
    await expect.poll(times).toEqual([0.5, 0.5]);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(async () => Math.min(...(await times()))).toBeGreaterThan(0.6);
  }

  /** Nothing of a file arrives until `goOn`. */
  const hold = () =>
    page.route('**/uploads/*', (route) => (route.request().method() === 'PATCH' ? undefined : route.continue()));
  const goOn = () => page.unroute('**/uploads/*');

  it('wait for files that are paused, broken off by a new page, and chosen once more', {
    timeout: 120_000,
  }, async () => {
    const large = join(folder, 'large.mp4');
    await writeFile(large, Buffer.concat([await readFile(clip), Buffer.alloc(4_000_000, 7)]));
    await openForm();
    await page.getByRole('button', { name: 'Start over' }).click();
    await hold();
    await pictureFile().setInputFiles(large);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/^Paused at \d+ %$/).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();

    await page.reload();
    await page.getByText(/^large\.mp4 was sent to \d+ % before/).waitFor();
    await goOn();
    const links = page.waitForRequest((request) => request.method() === 'HEAD' && request.url().includes('/uploads/'));
    await pictureFile().setInputFiles(large);
    await links;
    await page.getByText('Is on the server').waitFor();

    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('The picture appears here.').waitFor();
  });

  it('get their files over another link where the first one is gone, and are asked of nobody twice', {
    timeout: 120_000,
  }, async () => {
    await openForm();
    await page.getByRole('button', { name: 'Start over' }).click();
    await hold();
    const making = page.waitForResponse((response) => response.url().endsWith('/upload-links'));
    await pictureFile().setInputFiles(clip);
    const { uploadId } = (await (await making).json()) as { uploadId: string };
    await page.getByRole('button', { name: 'Pause' }).click();
    const address = `${server.url}/api/v1/projects/${account.projectId}/upload-links/${uploadId}`;
    const removed = await context.request.delete(address, { headers: { origin: server.url } });
    expect(removed.ok()).toBe(true);
    await goOn();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Is on the server').waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
  });

  it('are told to servers by messages, the secret of which is shown and renewed beside the webhooks', async () => {
    await page.goto(films.replace(/films$/, 'webhooks'));
    const secret = async () => {
      const shown = await page.getByTestId('secret').innerText();
      await page.keyboard.press('Escape');
      await page.getByTestId('secret').waitFor({ state: 'detached' });
      return shown;
    };
    const show = page.getByRole('region', { name: 'When films are over' }).getByRole('button', { name: 'Show secret' });
    await show.click();
    const first = await secret();
    expect(first).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'Renew secret' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Renew secret' }).click();
    const renewed = await secret();
    expect(renewed).toMatch(/^whsec_/);
    expect(renewed).not.toBe(first);
    await show.click();
    expect(await secret()).toBe(renewed);
  });

  it('say what was recorded with the microphone, by an avatar; they are stopped on request', {
    timeout: 240_000,
  }, async () => {
    await openForm();
    await page.getByRole('radiogroup', { name: 'Where the picture comes from' }).getByText('Avatar').click();
    await page.getByRole('radio', { name: 'Iris' }).check();
    await page.getByRole('radiogroup', { name: 'Where the sound comes from' }).getByText('Record').click();
    await hold();
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await page.getByText(/^Recording 0:0[1-9]/).waitFor();
    await page.getByRole('button', { name: 'Stop recording' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    // Nobody could choose it again: it goes on by itself.
    await page.reload();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByLabel('Your recording').waitFor();
    await goOn();
    await page.reload();
    await page.getByText('Is on the server').waitFor();
    await page.getByLabel('Your recording').waitFor();
    await make().click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop the film' }).click();
    await page.getByText('It was stopped before it was done, and cost nothing.').waitFor();
    await page.getByRole('button', { name: 'Do it again with…' }).click();
    await make().click();
    await page.getByRole('link', { name: 'Download' }).waitFor(MAKING);
    await page.getByText('Iris with a sound file').first().waitFor();
  });
});
