import { readFile } from 'node:fs/promises';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { openAccount } from '../support/console-account.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const executablePath = findChromium();

/** The playground in a browser, with a real call. */
describe.skipIf(executablePath === null)('playground', () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    server = await startServer();
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: [
        ...['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
        ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  afterEach(() => context?.close());

  it('tries settings out in one call, and shows and exports each message and the steps of the answers', async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    const { projectId, avatarId } = await openAccount(context, server.url);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.setDefaultTimeout(25_000);
    await page.goto(`${server.url}/console/projects/${projectId}/avatars/${avatarId}/talk`);

    const settings = page.getByRole('region', { name: 'Settings of this call' });
    await settings.getByLabel('Instructions').fill('You guard the lighthouse.');
    await page.getByRole('button', { name: 'Start without a microphone' }).click();
    await page.getByPlaceholder(/Type to/).waitFor();
    await page.getByPlaceholder(/Type to/).fill('Hello there');
    await page.getByPlaceholder(/Type to/).press('Enter');

    const turns = page.getByRole('region', { name: 'Latency of each answer' });
    await turns
      .getByRole('heading', { name: /Answer at/ })
      .first()
      .waitFor();
    await turns.locator('rect[data-step="firstSoundMs"]').first().waitFor();

    await settings.getByLabel('Instructions').fill('You keep bees.');
    await settings.getByRole('button', { name: 'Apply to this call' }).click();

    const events = page.getByRole('region', { name: 'Events' });
    await events.getByText('Sent', { exact: true }).click();
    await events.getByLabel('Filter by words').fill('bees');
    const row = events.getByRole('listitem');
    await row.first().waitFor();
    expect(await row.count()).toBe(1);
    await row.locator('summary').click();
    expect(await row.locator('pre').textContent()).toContain('"type": "realtime.input_config"');

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      events.getByRole('button', { name: 'Export events' }).click(),
    ]);
    const text = await readFile(await download.path(), 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { source: string; kind: string; message?: unknown });
    expect(lines.filter(({ source }) => source !== 'call').every(({ message }) => message !== undefined)).toBe(true);
    const kinds = lines.map(({ source, kind }) => `${source} ${kind}`);
    expect(kinds).toEqual(
      expect.arrayContaining([
        'call state',
        'received conversation.connected.success',
        'sent realtime.input_config',
        'sent conversation.item.create',
        'received visavis.turn.latency',
        'call turn',
      ]),
    );
    expect(kinds.filter((kind) => kind === 'sent realtime.input_config')).toHaveLength(2);
    expect(complaints).toEqual([]);
  });
});
