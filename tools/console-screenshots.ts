// Takes the pictures of docs/console: each page in both themes, on a phone and a desktop, from a real server with an avatar made
// from a photo, calls and films in it. Needs Chromium and a built console. Run: npm run screenshots, with names of pages for these alone
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { avatarPhoto, jpegOf } from '../packages/face/src/testing/photos.ts';
import { findChromium, launchChromium } from '../tests/support/chromium.ts';
import { type ConsoleAccount, openAccount } from '../tests/support/console-account.ts';
import { fillProject, OPEN_PAGES, type ShownPage, settle, waitForContent } from '../tests/support/console-pages.ts';
import { Playground } from '../tests/support/playground.ts';
import { startServer } from '../tests/support/server-process.ts';

const folder = path.resolve(import.meta.dirname, '../docs/console');
const jpegQuality = 70;
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;
const themes = ['light', 'dark'] as const;
const defaultTimeoutMs = 60_000;
/** Pages that are wanted; none: all of them. */
const wanted: readonly string[] = process.argv.slice(2);
const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);

/** Makes the avatar "Noah" from a photo, and waits until it can be called. */
async function makeNoah({ projectId, ask }: ConsoleAccount): Promise<string> {
  const photo = await jpegOf(await avatarPhoto('marcus'));
  const { uploadId } = await ask<{ uploadId: string }>('POST', `/projects/${projectId}/uploads`, photo);
  const { avatarId } = await ask<{ avatarId: string }>('POST', `/projects/${projectId}/avatars`, {
    uploadId,
    name: 'Noah',
    voice: 'cedar',
    prompt: 'You are the porter of a small hotel at the harbour. Be brief and warm.',
    firstMessage: 'Welcome to the harbour.',
  });
  for (;;) {
    const { state, stateDetail } = await ask<{ state: string; stateDetail: string }>(
      'GET',
      `/projects/${projectId}/avatars/${avatarId}`,
    );
    if (state === 'ready') return avatarId;
    if (state === 'failed') throw new Error(`The avatar could not be made: ${stateDetail}`);
    await delay(500);
  }
}

async function shoot(page: Page, file: string): Promise<void> {
  await settle(page);
  await page.screenshot({ path: path.join(folder, file), type: 'jpeg', quality: jpegQuality, animations: 'disabled' });
  console.log(file);
}

async function takeAll(context: BrowserContext, url: string, pages: readonly ShownPage[]): Promise<void> {
  const page = await context.newPage();
  page.setDefaultTimeout(defaultTimeoutMs);
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const { name, path: address, only = size, prepare } of pages) {
        if (only !== size || !isWanted(name)) continue;
        await page.goto(url + address);
        await waitForContent(page);
        await page.waitForLoadState('networkidle');
        await prepare?.(page);
        await shoot(page, `${name}-${size}-${colorScheme}.jpg`);
      }
    }
  }
  await page.close();
}

/** A call in the playground, with its messages and the steps of an answer. */
async function takeCall(context: BrowserContext, address: string): Promise<void> {
  const page = await context.newPage();
  page.setDefaultTimeout(defaultTimeoutMs);
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const playground = new Playground(page);
  await page.goto(address);
  await playground.call();
  await playground.type('What can you do for my guests?');
  await playground.show('Latency');
  await playground.answers.locator('rect[data-step="heardMs"]').first().waitFor();
  await shoot(page, 'call.jpg');
  await page.close();
}

async function main(browser: Browser): Promise<void> {
  const server = await startServer();
  try {
    await mkdir(folder, { recursive: true });
    const context = await browser.newContext({ locale: 'en-GB' });
    const isFirst = ({ name }: ShownPage) => name === 'register';
    await takeAll(context, server.url, OPEN_PAGES.filter(isFirst));
    const account = await openAccount(context, server.url, 'mia@example.org');
    const avatarId = await makeNoah(account);
    const pages = await fillProject(server.url, account, avatarId);
    const address = pages.find(({ name }) => name === 'playground')?.path ?? '';
    if (isWanted('call')) await takeCall(context, server.url + address);
    await takeAll(context, server.url, pages);
    await context.clearCookies();
    await takeAll(
      context,
      server.url,
      OPEN_PAGES.filter((page) => !isFirst(page)),
    );
  } finally {
    await server.stop();
  }
}

const executablePath = findChromium();
if (executablePath === null) throw new Error('Chromium is missing: apt-get install chromium');
const browser = await launchChromium(executablePath);
await main(browser).finally(() => browser.close());
