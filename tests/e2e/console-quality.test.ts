import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { askAs, type ConsoleAccount, openAccount, talkOnce } from '../support/console-account.ts';
import { fillProject, OPEN_PAGES, type ShownPage, settle, waitForContent } from '../support/console-pages.ts';
import { useConversations, useUsage, useWebhooks } from '../support/console-records.ts';
import { CONSOLE_PASSWORD } from '../support/console-steps.ts';
import { untilTrue } from '../support/page-condition.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const executablePath = findChromium();
const maxScriptBytes = 250_000;
const otherPages: readonly ShownPage[] = [
  { name: 'talk page', path: '/' },
  { name: 'new password', path: '/console/reset-password?token=x' },
  { name: 'reference', path: '/reference', prepare: openReference },
];
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What holds for every page of the console: usable by everybody, and light. */
describe.skipIf(executablePath === null)('pages', () => {
  const email = 'mia@example.org';
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let account: ConsoleAccount;
  let shown: readonly ShownPage[];

  beforeAll(async () => {
    server = await startServer();
    browser = await launchChromium(executablePath ?? '', { soundWantsClick: true });
    context = await browser.newContext();
    account = await openAccount(context, server.url, email);
    const wish = { fromAvatarId: account.avatarId, name: 'Nora' };
    const { avatarId } = await account.ask<{ avatarId: string }>(
      'POST',
      `/projects/${account.projectId}/avatars`,
      wish,
    );
    shown = [
      ...(await fillProject(server.url, account, avatarId)),
      { name: 'avatars of the talk page', path: '/console/first-page' },
      { name: 'models of this machine', path: '/console/models' },
    ];
  }, 400_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  afterEach(() => context.close());

  async function open(path: string): Promise<Page> {
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await show(page, path);
    return page;
  }

  async function show(page: Page, path: string): Promise<void> {
    await page.goto(server.url + path);
    await waitForContent(page);
  }

  async function logIn(): Promise<Page> {
    const page = await open('/console/login');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(CONSOLE_PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Avatars' }).waitFor();
    return page;
  }

  it('have no serious finding of the accessibility checker, light or dark', { timeout: 400_000 }, async () => {
    context = await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce', locale: 'en-GB' });
    const found: Record<string, string[]> = {};
    let count = 0;
    const check = async (page: Page, { name, path, only, prepare }: ShownPage) => {
      await page.setViewportSize({ width: only === 'phone' ? 390 : 1280, height: 900 });
      await show(page, path);
      await prepare?.(page);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await untilTrue(page, `matchMedia('(prefers-color-scheme: ${colorScheme})').matches`);
        await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
        const problems = await seriousFindings(page);
        if (problems.length > 0) found[`${name}, ${colorScheme}`] = problems;
      }
      await page.emulateMedia({ colorScheme: 'light' });
      count += 1;
    };
    const page = await open('/console/login');
    for (const one of [...OPEN_PAGES, ...otherPages]) await check(page, one);
    await (await logIn()).close();
    for (const one of shown) await check(page, one);
    expect(found).toEqual({});
    expect(count).toBeGreaterThan(15);
  });

  it('let one find, select, delete and restore among many avatars', { timeout: 200_000 }, async () => {
    context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } });
    await (await logIn()).close();
    const ask = askAs(context, server.url);
    const { projectId } = await ask<{ projectId: string }>('POST', '/projects', { name: 'Many' });
    for (let number = 1; number <= 26; number += 1) {
      const wish = { fromAvatarId: account.avatarId, name: `Guide ${number}` };
      await ask('POST', `/projects/${projectId}/avatars`, wish);
    }
    const page = await open(`/console/projects/${projectId}/avatars`);
    const cards = page.getByRole('article');
    const count = async (expected: number) => expect.poll(() => cards.count(), { timeout: 20_000 }).toBe(expected);
    await count(24);
    await page.getByText('1–24 of 26').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await count(2);
    const search = page.getByRole('searchbox', { name: 'Search avatars' });
    await search.fill('guide 25');
    await count(1);
    // 2, 12, and 20 to 26.
    await search.fill('guide 2');
    await count(9);
    await page.getByRole('button', { name: 'As a list' }).click();
    expect(((await cards.first().boundingBox()) ?? expect.unreachable()).height).toBeLessThan(120);

    await page.getByRole('checkbox', { name: 'Select Guide 2', exact: true }).check();
    await page.getByRole('button', { name: 'Select this page' }).click();
    await page.getByText('Selected: 9').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('9 avatars are in the bin.').waitFor();
    await page.getByText('No avatar fits your search.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await count(9);

    await page.getByRole('button', { name: 'More for Guide 25' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await count(8);
    await page.getByRole('tab', { name: 'Bin (1)' }).click();
    await page.getByRole('button', { name: 'Restore: Guide 25' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Restore: Guide 25' }).click();
    await page.getByText('The bin is empty').waitFor();
    await page.getByRole('tab', { name: 'Built in' }).click();
    await page
      .getByRole('button', { name: /^Copy to project:/ })
      .first()
      .click();
    expect(await page.getByLabel('Name of your copy').inputValue()).toMatch(/^Copy of \w+$/);
    await page.keyboard.press('Escape');

    await page.getByRole('tab', { name: 'Yours' }).click();
    for (const [view, width] of [
      ['As a list', 360],
      ['As cards', 360],
      ['As cards', 1280],
    ] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.getByRole('button', { name: view }).click();
      expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBe(width);
      expect(await seriousFindings(page), view).toEqual([]);
    }
  });

  it('let the operator say whom visitors meet, and in which order', async () => {
    context = await browser.newContext({ locale: 'en-GB' });
    await (await logIn()).close();
    const page = await open('/console/first-page');
    await page.getByRole('switch').first().waitFor();
    const names = () => page.getByRole('list').first().getByRole('paragraph').allInnerTexts();
    const [first = '', second = ''] = (await names()).map((name) => name.split(/\s/)[0] ?? '');
    await page.getByRole('button', { name: `Move ${second} up` }).click();
    await page.getByRole('switch', { name: `Show ${first}` }).press('Space');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const offered = async () => {
      const visit = await open('/');
      const label = await visit
        .getByRole('radio')
        .first()
        .evaluate((radio: { labels: { innerText: string }[] }) => radio.labels[0]?.innerText);
      const count = await visit.getByText(first, { exact: true }).count();
      await visit.close();
      return [label?.trim().split(/\s/)[0], count];
    };
    await expect.poll(offered, { timeout: 20_000 }).toEqual([second, 0]);
  });

  it('explain the interface under our name, as wide as a phone, with code in three languages', async () => {
    context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await open('/reference');
    expect(await page.title()).toBe('API reference · Visavis');
    await openReference(page);
    const code = page.getByRole('tabpanel', { name: 'Code' });
    for (const [language, words] of [
      ['curl', `curl '${server.url}/api/open/v1/avatar/detail?avatarId=`],
      ['JavaScript', `await fetch('${server.url}/api/open/v1/avatar/detail?avatarId=`],
      ['Python', 'requests.get('],
    ] as const) {
      await page.getByRole('tab', { name: language }).click();
      await expect.poll(() => code.textContent()).toContain(words);
    }
    await page.getByText('"message": "SUCCESS"').first().waitFor();
    expect(await page.getByText('Default Response').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.getByRole('link', { name: 'Visavis' }).click();
    await page.waitForURL(`${server.url}/`);
  });

  it('explain the interface in the language and the colours that were chosen in the console', async () => {
    context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN', colorScheme: 'dark' });
    const page = await open('/reference');
    const look = () =>
      page.evaluate<[string, string]>(
        '[document.documentElement.lang, getComputedStyle(document.body).backgroundColor]',
      );
    await openReference(page);
    expect(await look()).toEqual(['zh-CN', 'rgb(16, 21, 20)']);
    expect(await page.title()).toBe('接口参考 · Visavis');
    // What the viewer says of itself, in its menus, headings and buttons.
    await page.getByRole('button', { name: '试一试' }).click();
    const own = await page.locator('header, h4, th, .btn, .tablinks, .modal-ux').allInnerTexts();
    const english = own.flatMap((text) => text.match(/[A-Za-z]{4,}/g) ?? []);
    expect(english.filter((word) => !['Visavis', 'OpenAPI', 'English', 'JavaScript'].includes(word))).toEqual([]);
    expect(own.join()).toMatch(/授权.*参数.*取消.*名称.*说明.*发送.*回答.*示例.*结构/s);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);

    await page.evaluate(`localStorage.setItem('mantine-color-scheme-value', 'light')`);
    await page.getByRole('combobox', { name: '语言' }).selectOption('en');
    await expect.poll(look).toEqual(['en', 'rgb(250, 250, 247)']);
    await page.getByRole('link', { name: 'Console' }).click();
    await page.waitForURL(/\/console/);
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  it('show a frame before any script, then a face and the button, within four seconds of a slow connection', async () => {
    context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.route(/\/assets\/.*\.js$/, (route) => route.abort());
    await page.goto(server.url);
    await page.locator('.boot').waitFor();
    await page.unroute(/\/assets\/.*\.js$/);
    // The operator of the tests above shows him in any case.
    await page.goto(`${server.url}/talk/marcus`);
    await page.getByRole('button', { name: 'Start talking' }).waitFor();
    const all = await page.evaluate<Loaded[]>(
      `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .map(({ name, startTime, responseEnd, encodedBodySize }) => ({ name, startTime, responseEnd, encodedBodySize }))`,
    );
    const asked = (part: string) => all.filter(({ name }) => name.includes(part));
    const [list] = asked('/api/v1/talk-page');
    // Nothing is shown before the list of avatars is there, and nothing that is asked for later is waited for.
    const before = all.filter(({ startTime }) => startTime < (list?.responseEnd ?? 0));
    const bytes = before.reduce((sum, { encodedBodySize }) => sum + encodedBodySize + HEAD_BYTES, 0);
    console.info('Bytes until the first page is usable:', bytes, `in ${before.length} files`);
    // The page is waited for, and then all that it names at once: nothing is found only when something else has come.
    expect(2 * SLOW.delaySeconds + bytes / SLOW.bytesPerSecond).toBeLessThan(4);
    expect(asked('/api/v1/talk-page')).toHaveLength(1);
    const names = before.map(({ name }) => new URL(name).pathname);
    expect(
      names.filter((name) => name.startsWith('/uploadFiles/')),
      'the face',
    ).toHaveLength(1);
    expect(names.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(3);
    expect(await page.title()).toBe('Marcus · Visavis');
  });

  it('let one find, read, export and delete what was said, see what it cost, and what a webhook was answered', async () => {
    context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } });
    const page = await logIn();
    const own = { ...account, ask: askAs(context, server.url) };
    const words = `Who are you today, number ${Date.now()}?`;
    const sessionId = await talkOnce(server.url, own, own.avatarId, [words]);
    const project = `${server.url}/console/projects/${own.projectId}`;
    await page.goto(`${project}/usage`);
    await useUsage(page, sessionId);
    await page.goto(`${project}/conversations`);
    await useConversations(page, words, sessionId);
    await page.goto(`${project}/webhooks`);
    await useWebhooks(page);
  });

  it('need less than 250 KB of script to appear for the first time, as sent', async () => {
    const bytes: Record<string, number> = {};
    const measure = async (name: string, load: () => Promise<Page>) => {
      context = await browser.newContext({ locale: 'en-GB' });
      const sizes: Promise<number>[] = [];
      context.on('requestfinished', (request) => {
        if (request.resourceType() === 'script')
          sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
      });
      const page = await load();
      await page.waitForLoadState('networkidle');
      bytes[name] = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      await context.close();
    };
    await measure('talk page', () => open('/'));
    await measure('log in', () => open('/console/login'));
    // The page after logging in has what the page before it loaded, too.
    await measure('log in and avatars', logIn);
    console.info('Bytes of script, as sent:', bytes);
    for (const [page, size] of Object.entries(bytes)) {
      expect(size, page).toBeGreaterThan(10_000);
      expect(size, page).toBeLessThan(maxScriptBytes);
    }
  });
});

/** Of a slow connection: what comes in a second, and what each answer is waited for. */
const SLOW = { bytesPerSecond: 50_000, delaySeconds: 0.4 };
/** What an answer has besides its body. */
const HEAD_BYTES = 500;

type Loaded = {
  readonly name: string;
  readonly startTime: number;
  readonly responseEnd: number;
  readonly encodedBodySize: number;
};

/** One entry of the reference, with its code and its answers. */
async function openReference(page: Page): Promise<void> {
  await page.getByRole('button', { name: /avatar\/detail One avatar by id/ }).click();
  await page.getByRole('tab', { name: 'curl' }).waitFor();
}

/** Serious and critical findings of the accessibility checker, with where they are. */
async function seriousFindings(page: Page): Promise<string[]> {
  await settle(page);
  await page.evaluate(axeSource);
  const found = await page.evaluate<
    { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
  >('axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)');
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => {
      const places = nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} (${failureSummary})`);
      return `${id}: ${places.join(' | ')}`;
    });
}
