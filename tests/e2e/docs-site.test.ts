import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestServer, type TestServer } from '../../apps/server/src/gateway/test-server.ts';
import { areDocsStale, DOCS_OUTPUT } from '../../tools/docs/freshness.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const executablePath = findChromium();
const BASE = '/docs/';

let server: TestServer;
let browser: Browser;
let origin = '';

beforeAll(async () => {
  if (areDocsStale()) {
    const build = spawnSync(process.execPath, ['tools/docs/main.ts'], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      encoding: 'utf8',
    });
    if (build.status !== 0) throw new Error(`The documentation could not be built:\n${build.stdout}${build.stderr}`);
  }
  server = await createTestServer({ docsFolder: DOCS_OUTPUT });
  origin = (await server.listen(0)).replace('ws:', 'http:');
  if (executablePath !== null) browser = await launchChromium(executablePath);
});
afterAll(async () => {
  await browser?.close();
  await server?.app.close();
});

/** Pages of the built site by address, with the ids in them and what they refer to. */
function readSite(): Map<string, { ids: ReadonlySet<string>; references: readonly string[] }> {
  const pages = readdirSync(DOCS_OUTPUT, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  );
  return new Map(
    pages.map((name) => {
      const html = readFileSync(path.join(DOCS_OUTPUT, name), 'utf8');
      const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id));
      const references = [...html.matchAll(/ (?:href|src)="([^"]+)"/g)].map(([, reference = '']) => reference);
      return [`${BASE}${name}`, { ids, references }];
    }),
  );
}

/** References of a page that lead nowhere in the site. */
function brokenReferences(site: ReturnType<typeof readSite>, address: string): string[] {
  return (site.get(address)?.references ?? []).filter((reference) => {
    const target = new URL(reference.replaceAll('&amp;', '&'), `http://docs${address}`);
    if (target.host !== 'docs') return !/^(?:https?|mailto|data):$/.test(target.protocol);
    const file = target.pathname.endsWith('/') ? `${target.pathname}index.html` : target.pathname;
    if (!file.startsWith(BASE)) return true;
    if (!file.endsWith('.html')) return !existsSync(path.join(DOCS_OUTPUT, decodeURI(file.slice(BASE.length))));
    const page = site.get(file);
    return page === undefined || (target.hash !== '' && !page.ids.has(decodeURIComponent(target.hash.slice(1))));
  });
}

test('every link, anchor, picture and file of every page leads somewhere, and every page can be found', () => {
  const site = readSite();
  expect(site.size).toBeGreaterThan(25);
  const broken = [...site.keys()].flatMap((address) =>
    brokenReferences(site, address).map((reference) => `${address}: ${reference}`),
  );
  expect(broken).toEqual([]);
  const listed = new Set(site.get(`${BASE}quick-start.html`)?.references ?? []);
  const lost = [...site.keys()].filter((address) => {
    const short = address.replace(/index\.html$/, '');
    return !listed.has(address) && !listed.has(short) && !/\/(?:404|index)\.html$|\/examples\//.test(address);
  });
  expect(lost).toEqual([]);
});

test('a link to nothing would be noticed', () => {
  const site = new Map([
    [
      `${BASE}a.html`,
      { ids: new Set(['x']), references: ['#x', '#y', 'b.html', 'https://example.org/', '/reference'] },
    ],
  ]);
  expect(brokenReferences(site, `${BASE}a.html`)).toEqual(['#y', 'b.html', '/reference']);
});

test('every colour of code stands in the style sheet', () => {
  const sheet = readFileSync(path.join(DOCS_OUTPUT, 'assets/inline.css'), 'utf8');
  const html = readFileSync(path.join(DOCS_OUTPUT, 'reference/messages.html'), 'utf8');
  const classes = new Set(html.match(/code-[0-9a-f]{8}/g));
  expect(classes.size).toBeGreaterThan(3);
  for (const name of classes)
    expect(sheet).toMatch(new RegExp(`\\.${name}\\{--shiki-light:#[0-9A-F]+;--shiki-dark:#`, 'i'));
});

test('no page has an inline script or style, or asks another host', () => {
  for (const name of readdirSync(DOCS_OUTPUT, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:html|css)$/.test(name)) continue;
    const text = readFileSync(path.join(DOCS_OUTPUT, name), 'utf8');
    expect([name, text.match(/<script(?![^>]* src=)[^>]*>|<style| style="| on[a-z]+="/)]).toEqual([name, null]);
    const asked = [
      ...text.matchAll(/<(?:script|link|img)[^>]*(?:src|href)="(https?:)?\/\/[^"]*"|url\((?:"|')?https?:/g),
    ];
    expect([name, asked.map(([tag]) => tag)]).toEqual([name, []]);
  }
});

/** A page of the site with everything that it complained of, and what it asked other hosts for. */
async function openPage(at: { width: number; height: number; theme?: 'light' | 'dark' }): Promise<{
  page: Page;
  complaints: string[];
  close: () => Promise<void>;
}> {
  const context = await browser.newContext({
    viewport: { width: at.width, height: at.height },
    colorScheme: at.theme ?? 'light',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(origin)) complaints.push(request.url());
  });
  return { page, complaints, close: () => context.close() };
}

test.skipIf(executablePath === null)(
  'one looks something up, goes there, and meets no complaint of the browser',
  async () => {
    const { page, complaints, close } = await openPage({ width: 1280, height: 800 });
    await page.goto(`${origin}${BASE}`);
    await page.getByRole('link', { name: 'Quick start' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Quick start' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('searchbox').fill('reconnectKey');
    await page.getByRole('option').first().click();
    await page.waitForURL(/\/docs\/.+\.html#/);
    await page.locator('.vp-doc h1').waitFor();
    expect(complaints).toEqual([]);
    await page.goto(`${origin}${BASE}nothing/here`);
    await page.getByText('404').waitFor();
    await close();
  },
);

test.skipIf(executablePath === null)(
  'pages have no serious fault of accessibility, and none is wider than a phone',
  async () => {
    for (const theme of ['light', 'dark'] as const) {
      const { page, complaints, close } = await openPage({ width: 360, height: 740, theme });
      for (const name of ['migration.html', 'reference/messages.html', 'protocol.html']) {
        await page.goto(`${origin}${BASE}${name}`);
        await page.locator('.vp-doc h1').waitFor();
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect([name, wide]).toEqual([name, 0]);
        if (name === 'protocol.html') continue;
        await page.evaluate(axeSource);
        const found = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
          'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
        );
        const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect([name, theme, grave.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)]).toEqual([name, theme, []]);
      }
      expect(complaints).toEqual([]);
      await close();
    }
  },
);
