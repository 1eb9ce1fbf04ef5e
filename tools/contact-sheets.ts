// Takes the pages that people see most at all sizes, in both themes and languages, with few and many avatars, and lays them on one
// sheet each, to be looked at. Needs Chromium, fonts for Chinese and a built console. Run: node tools/contact-sheets.ts [folder] [names,of,sheets]
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { findChromium, launchChromium } from '../tests/support/chromium.ts';
import { openAccount } from '../tests/support/console-account.ts';
import { settle, waitForContent } from '../tests/support/console-pages.ts';
import { CONSOLE_PASSWORD } from '../tests/support/console-steps.ts';
import { VIEWPORTS } from '../tests/support/face-view.ts';
import { startServer } from '../tests/support/server-process.ts';

const folder = path.resolve(process.argv[2] ?? 'test-output/sheets');
const wanted = process.argv[3]?.split(',');
const EMAIL = 'mia@example.org';
const SHOWN_HEIGHT_PX = 400;
const GAP_PX = 10;
const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  (['en-GB', 'zh-CN'] as const).map((locale) => ({ colorScheme, locale })),
);

type View = {
  readonly name: string;
  readonly address: string;
  /** Answers that are shown with so many avatars. */
  readonly count?: number;
  /** What to do once the page is there. */
  readonly prepare?: (page: Page) => Promise<void>;
};

/** The built-in ones again and again, each with a name of its own, one of them long. */
function repeated<Avatar extends { name: string; avatarId: string }>(
  avatars: readonly Avatar[],
  count: number,
): Avatar[] {
  return Array.from({ length: count }, (_, index) => {
    const avatar = avatars[index % avatars.length] as Avatar;
    const name = index % 7 === 5 ? 'Featherstonehaugh-Cholmondeley the Younger' : `${avatar.name} ${index + 1}`;
    return index < avatars.length
      ? avatar
      : { ...avatar, name, avatarId: `${avatar.avatarId.slice(0, -4)}${1000 + index}` };
  });
}

async function showWith(page: Page, count: number): Promise<void> {
  await page.route('**/api/v1/talk-page', async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, avatars: repeated(answer.avatars, count) } });
  });
  await page.route(/\/api\/v1\/projects\/\w+\/avatars$/, async (route) => {
    const answer = await (await route.fetch()).json();
    const own = answer.map((avatar: object) => ({ ...avatar, isSystem: false }));
    await route.fulfill({ json: repeated(own, count) });
  });
}

async function startCall(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /Start without a microphone|不用麦克风开始|Type instead/ })
    .first()
    .click();
  await page.getByRole('toolbar').waitFor();
  await page.locator('video[data-live="true"]').waitFor();
  await page
    .getByRole('list', { name: /Captions|字幕/ })
    .getByRole('listitem')
    .first()
    .waitFor();
}

async function takeRow(context: BrowserContext, url: string, view: View): Promise<Buffer[]> {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  if (view.count !== undefined) await showWith(page, view.count);
  await page.goto(url + view.address);
  await waitForContent(page);
  await view.prepare?.(page);
  const shots: Buffer[] = [];
  for (const viewport of VIEWPORTS) {
    await page.setViewportSize(viewport);
    await settle(page);
    shots.push(await page.screenshot({ animations: 'disabled' }));
  }
  await page.close();
  return shots;
}

async function toSheet(rows: readonly (readonly Buffer[])[]): Promise<Buffer> {
  const widths = VIEWPORTS.map(({ width, height }) => Math.round((width / height) * SHOWN_HEIGHT_PX));
  const leftOf = (column: number) => widths.slice(0, column).reduce((sum, width) => sum + width + GAP_PX, 0);
  const tiles = rows.flatMap((shots, row) =>
    shots.map(async (shot, column) => ({
      input: await sharp(shot)
        .resize({ height: SHOWN_HEIGHT_PX, width: widths[column] ?? 0 })
        .toBuffer(),
      left: leftOf(column),
      top: row * (SHOWN_HEIGHT_PX + GAP_PX),
    })),
  );
  const size = { width: leftOf(widths.length), height: rows.length * (SHOWN_HEIGHT_PX + GAP_PX) };
  return sharp({ create: { ...size, channels: 3, background: '#888' } })
    .composite(await Promise.all(tiles))
    .png()
    .toBuffer();
}

async function main(browser: Browser): Promise<void> {
  const server = await startServer();
  try {
    await mkdir(folder, { recursive: true });
    const first = await browser.newContext();
    const account = await openAccount(first, server.url, EMAIL);
    const project = `/console/projects/${account.projectId}`;
    const { avatarId } = await account.ask<{ avatarId: string }>('POST', `/projects/${account.projectId}/avatars`, {
      fromAvatarId: account.avatarId,
      name: 'Nora',
    });
    await first.close();
    const all: readonly View[] = [
      ...[1, 12, 100].map((count) => ({ name: `first-page-${count}`, address: '/', count })),
      ...[1, 12, 100].map((count) => ({ name: `gallery-${count}`, address: `${project}/avatars`, count })),
      { name: 'form', address: `${project}/avatars/${avatarId}` },
      { name: 'call', address: '/', prepare: startCall },
      { name: 'playground', address: `${project}/avatars/${avatarId}/talk`, prepare: startCall },
    ];
    const views = all.filter(({ name }) => wanted?.includes(name) ?? true);
    const rows = new Map<string, Buffer[][]>(views.map(({ name }) => [name, []]));
    for (const look of LOOKS) {
      const context = await browser.newContext({ ...look, reducedMotion: 'reduce' });
      const session = { email: EMAIL, password: CONSOLE_PASSWORD };
      await context.request.post(`${server.url}/api/v1/auth/login`, { data: session, headers: { origin: server.url } });
      for (const view of views) {
        rows.get(view.name)?.push(await takeRow(context, server.url, view));
        console.log(view.name, look.colorScheme, look.locale);
      }
      await context.close();
    }
    for (const [name, shots] of rows) await writeFile(path.join(folder, `${name}.png`), await toSheet(shots));
  } finally {
    await server.stop();
  }
}

const executablePath = findChromium();
if (executablePath === null) throw new Error('Chromium is missing: apt-get install chromium');
const browser = await launchChromium(executablePath);
await main(browser).finally(() => browser.close());
