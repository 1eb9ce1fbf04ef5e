import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres, type PostgresServer, startPostgres } from '../../apps/server/src/db/testing/postgres-server.ts';
import { warnSkipped } from '../../apps/server/src/db/testing/test-databases.ts';
import { TestClient } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { avatarPhoto, jpegOf } from '../../packages/face/src/testing/photos.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { createKey, createProject, register, resetKey } from '../support/console-steps.ts';
import { Playground } from '../support/playground.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const executablePath = findChromium();
const postgresFolder = findPostgres();
if (postgresFolder === null) warnSkipped('the newcomer’s journey');

const QUESTION = 'Who are you?';

/** From nothing to a talk with one's own face and a safe key, by what a person sees and clicks. */
describe.each(['embedded', 'PostgreSQL'] as const)('a newcomer (%s)', (kind) => {
  const isPossible = executablePath !== null && (kind === 'embedded' || postgresFolder !== null);
  let postgres: PostgresServer | undefined;
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    if (!isPossible) return;
    if (kind === 'PostgreSQL') postgres = await startPostgres(postgresFolder ?? '');
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'visavis-newcomer-'));
    const place = postgres === undefined ? {} : { DATABASE_URL: await postgres.newDatabase() };
    server = await startServer({ DATA_DIR, ...place });
    browser = await launchChromium(executablePath ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await postgres?.stop();
  });

  it.skipIf(!isPossible)(
    'makes an account, a key and an avatar from a photo, talks, sees it counted, and resets the key',
    { timeout: 400_000 },
    async () => {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        locale: 'en-GB',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      const { page, complaints } = await openPage(context, `${server.url}/console/register`);
      await register(page, { name: 'Mia', email: `mia-${Date.now()}@example.org` });
      await createProject(page, 'Harbour hotel');
      const oldKey = await createKey(page, 'Front desk');
      expect(oldKey).toMatch(/^sk_/);

      const playground = new Playground(page);
      const still = await makeAvatar(page, await jpegOf(await avatarPhoto('marcus')));
      await page.getByRole('link', { name: 'Talk: Nora' }).click();
      await page.getByRole('heading', { name: 'Talk with Nora' }).waitFor();
      const { projectUrl, avatarId } = placeOf(page);

      const answer = await talkAndTryOut(playground, still);
      await checkTranscript(page, projectUrl, answer);
      await checkUsage(page, projectUrl);

      await page.goto(`${projectUrl}/avatars/${avatarId}/talk`);
      await playground.call();
      playground.received.length = 0;
      const { page: other } = await openPage(context, `${projectUrl}/keys`);
      const { key: newKey, endedCalls } = await resetKey(other);
      expect(endedCalls).toBe(1);
      await expect
        .poll(() => playground.received.at(-1), { timeout: 20_000 })
        .toMatchObject({ type: 'conversation.connected.close', data: { code: 'licence-reset' } });
      await page.getByRole('alert').getByText('The server ended the call.').waitFor();

      const byKey = (license: string) => new TestClient(server.url.replace('http', 'ws'), { license, avatarId });
      const refused = byKey(oldKey);
      expect((await refused.event('conversation.connected.fail', 0, 30_000)).data).toMatchObject({
        code: 'invalid-licence',
      });
      expect(await refused.closed).toMatchObject({ code: 4401 });
      const taken = byKey(newKey);
      await taken.event('conversation.connected.success', 0, 30_000);
      taken.socket.close();
      await page.getByRole('button', { name: 'Call again' }).click();
      await playground.waitUntilConnected();
      await playground.hangUp();
      expect(complaints).toEqual([]);
      await context.close();
    },
  );
});

async function openPage(context: BrowserContext, url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}

function placeOf(page: Page): { projectUrl: string; avatarId: string } {
  const [, projectUrl = '', avatarId = ''] = /^(.*\/projects\/\w+)\/avatars\/(\w+)/.exec(page.url()) ?? [];
  return { projectUrl, avatarId };
}

/**
 * Through the dialog, with a photo that has no face first, until the avatar can be talked with. Gives its picture in the gallery.
 */
async function makeAvatar(page: Page, photo: Buffer): Promise<Buffer> {
  await page.getByRole('link', { name: 'Avatars', exact: true }).click();
  await page.getByRole('button', { name: 'New avatar' }).first().click();
  const dialog = page.getByRole('dialog');
  const make = dialog.getByRole('button', { name: 'Make avatar' });
  await make.click();
  for (const missing of ['Choose a photo', 'Name must not be empty', 'Confirm that the person']) {
    await dialog.getByText(missing).waitFor();
  }
  const wall = await sharp({ create: { width: 640, height: 640, channels: 3, background: '#b9aa8c' } })
    .png()
    .toBuffer();
  await dialog.getByLabel('Photo or clip').setInputFiles({ name: 'nora.png', mimeType: 'image/png', buffer: wall });
  await dialog.getByText('nora.png: choose another').waitFor();
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Nora');
  await dialog.getByLabel('The person shown agreed to this').check();
  await make.click();

  const card = page.getByRole('article', { name: 'Nora' });
  await page.getByText('“Nora” could not be made.').waitFor({ timeout: 180_000 });
  await card.getByRole('alert').waitFor();
  expect(await card.locator('img.face-picture').count()).toBe(1);
  await card.getByRole('button', { name: 'Choose another photo: Nora' }).click();
  await dialog.getByLabel('Photo or clip').setInputFiles({ name: 'me.jpg', mimeType: 'image/jpeg', buffer: photo });
  await make.click();
  await page.getByRole('progressbar', { name: 'in the making: Nora' }).waitFor();
  await page.getByRole('link', { name: 'Talk: Nora' }).waitFor({ timeout: 180_000 });
  await page.getByText('“Nora” is ready.').waitFor();
  const address = await card.locator('.face-picture').getAttribute('src');
  const still = await page.request.get(new URL(address ?? '', page.url()).href);
  return still.body();
}

/** One call: face, answer, settings, log, and its steps. Gives the words of the answer. */
async function talkAndTryOut(playground: Playground, still: Buffer): Promise<string> {
  const { settings, captions, answers, events, received } = playground;
  await settings.getByLabel('Instructions').fill('You guard the lighthouse.');
  await playground.call();
  expect(await playground.moves()).toBe(true);
  expect(await playground.likeness(still)).toBeGreaterThan(0.9);

  const spoken = () => received.filter(({ type }) => type === 'realtime.response.audio.done').length;
  // New avatars greet.
  await expect.poll(spoken, { timeout: 90_000 }).toBe(1);
  await playground.type(QUESTION);
  await captions.getByText(QUESTION).waitFor();
  await expect.poll(spoken, { timeout: 90_000 }).toBe(2);
  await captions.locator('[data-speaker=avatar][data-status=final]').nth(1).waitFor();
  await playground.show('Latency');
  await answers.locator('rect[data-step="firstSoundMs"]').first().waitFor();

  await playground.show('Settings');
  await settings.getByLabel('Instructions').fill('You keep bees.');
  await settings.getByRole('button', { name: 'Apply to this call' }).click();
  await playground.show('Events');
  await events.getByText('Sent', { exact: true }).click();
  await events.getByLabel('Filter by words').fill('bees');
  const row = events.getByRole('listitem');
  await row.first().waitFor();
  await row.locator('summary').click();
  expect(await row.locator('pre').textContent()).toContain('"type": "realtime.input_config"');

  const lines = await playground.exportEvents();
  await playground.hangUp();
  const kinds = lines.map(({ source, kind }) => `${source} ${kind}`);
  expect(kinds).toEqual(
    expect.arrayContaining([
      'call state',
      'received conversation.connected.success',
      'sent conversation.item.create',
      'received visavis.turn.latency',
      'call turn',
    ]),
  );
  const configs = lines.filter(({ source, kind }) => source === 'sent' && kind === 'realtime.input_config');
  expect(configs.map(({ message }) => /lighthouse|bees/.exec(JSON.stringify(message))?.[0])).toEqual([
    'lighthouse',
    'bees',
  ]);
  const { firstTextMs, firstSoundMs } = lines.find(({ kind }) => kind === 'turn')?.latency ?? {};
  expect(firstTextMs).toBeGreaterThanOrEqual(0);
  expect(firstSoundMs).toBeGreaterThanOrEqual(firstTextMs ?? Number.NaN);
  const answer = lines.findLast(({ source, kind }) => source === 'call' && kind === 'avatar')?.detail ?? '';
  expect(answer.length).toBeGreaterThan(10);
  return answer;
}

async function checkTranscript(page: Page, projectUrl: string, answer: string): Promise<void> {
  await page.goto(`${projectUrl}/conversations`);
  const talk = page.getByRole('row').filter({ has: page.getByRole('link', { name: QUESTION }) });
  expect(await talk.getByRole('cell').nth(5).textContent()).toBe('3');
  // A talk that is completed has no badge.
  const badges = () => talk.getByText(/^(live|failed)$/).count();
  await expect.poll(badges, { timeout: 20_000 }).toBe(0);
  await talk.getByRole('link').click();
  const messages = page.getByRole('main').locator('ol');
  await messages.getByText(QUESTION, { exact: true }).waitFor();
  await messages.getByText(answer, { exact: true }).waitFor();
}

/** One call of the key, longer than three seconds: what a tenth of a minute rounds up from. */
async function checkUsage(page: Page, projectUrl: string): Promise<void> {
  await page.goto(`${projectUrl}/usage`);
  const byKey = page.locator('section').filter({ has: page.getByRole('heading', { name: 'By key' }) });
  const cells = byKey.getByRole('row', { name: /Front desk/ }).getByRole('cell');
  await cells.first().waitFor();
  const [, calls, minutes] = await cells.allTextContents();
  expect(calls).toBe('1');
  expect(Number(minutes)).toBeGreaterThan(0);
}
