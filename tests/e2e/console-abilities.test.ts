import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type McpServerProcess,
  startMcpServer,
} from '../../apps/server/src/control/server-tools/mcp/testing/mcp-server-process.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { type ConsoleAccount, openAccount } from '../support/console-account.ts';
import { settle } from '../support/console-pages.ts';
import { untilTrue } from '../support/page-condition.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { ToolReceiver } from '../support/tool-receiver.ts';

const executablePath = findChromium();
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A folder that pictures are put into; left out: none are taken. */
const pictures = process.env.VISAVIS_TEST_PICTURES;

/** What the server does for an avatar in calls, set up on its page: tools at web addresses, MCP servers, documents. */
describe.skipIf(executablePath === null)('abilities of an avatar in the console', () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let receiver: ToolReceiver;
  let mcp: McpServerProcess;
  let complaints: string[];

  beforeAll(async () => {
    [receiver, mcp] = await Promise.all([ToolReceiver.start(), startMcpServer()]);
    server = await startServer({ TOOL_PRIVATE_HOSTS: '127.0.0.1' });
    browser = await launchChromium(executablePath ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await Promise.all([receiver?.close(), mcp?.stop()]);
  });
  afterEach(() => context?.close());

  /** On the page of an avatar of one's own; `api` is where it is in the interface. */
  async function openAvatar(locale = 'en-GB'): Promise<{ page: Page; account: ConsoleAccount; api: string }> {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale, bypassCSP: true });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    complaints = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${server.url}/console/login`);
    const account = await openAccount(context, server.url, 'mia@example.org');
    const wish = { fromAvatarId: account.avatarId, name: 'Nora' };
    const path = `/projects/${account.projectId}/avatars`;
    const { avatarId } = await account.ask<{ avatarId: string }>('POST', path, wish);
    const api = `${path}/${avatarId}`;
    await page.goto(`${server.url}/console${api}`);
    await page.getByRole('heading', { name: 'Nora' }).waitFor();
    return { page, account, api };
  }

  it('a tool is asked at its web address: set up, called once before it is saved, with the secret that signs it', async () => {
    const { page, account, api } = await openAvatar();
    const tools = page.getByRole('region', { name: 'Tools' });
    await tools.getByRole('button', { name: 'Add a tool' }).click();
    await tools.getByLabel('Name', { exact: true }).fill('weather');
    await tools.getByLabel('Who answers').selectOption('A web address, asked by this server');
    await page.getByText('Tools: weather: its web address has to begin with https:// or http://.').waitFor();
    await tools.getByLabel('Web address').fill(`${receiver.url}/weather`);
    await tools.getByLabel('Time limit (seconds)').fill('5');
    await tools.getByText('Test call').click();
    await tools.getByRole('button', { name: 'Call it' }).click();
    await tools.getByText('{"sky":"clear"}').waitFor();
    expect(await tools.getByText(/^Answered in \d+ ms/).count()).toBe(1);
    receiver.reply = () => ({ status: 500, body: 'No.' });
    await tools.getByRole('button', { name: 'Call it' }).click();
    await tools.getByText('The tool answered with status 500.').waitFor();
    const asked = receiver.requests.at(-1) ?? expect.unreachable();
    expect([asked.path, asked.headers['visavis-tool']]).toEqual(['/weather', 'weather']);

    await tools.getByRole('button', { name: 'Show the signing secret' }).click();
    const dialog = page.getByRole('dialog', { name: 'Signing secret of tools' });
    expect(await dialog.getByTestId('secret').textContent()).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const { tools: saved } = await account.ask<{ tools: unknown[] }>('GET', api);
    expect(saved).toMatchObject([
      { name: 'weather', webhook: { url: `${receiver.url}/weather`, method: 'POST', timeoutMs: 5000 } },
    ]);
    await look(page, 'tools', tools);
    expect(complaints).toEqual([]);
  });

  it('an MCP server is added with a sealed header, asked for its tools, one of them switched off, and taken away', async () => {
    const { page, account, api } = await openAvatar();
    const section = page.getByRole('region', { name: 'MCP servers' });
    await section.getByRole('button', { name: 'Add an MCP server' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add an MCP server' });
    await dialog.getByLabel('Name', { exact: true }).fill('harbour');
    await dialog.getByLabel('Address').fill(mcp.url);
    await dialog.getByRole('button', { name: 'Add a header' }).click();
    await dialog.getByLabel('Header 1', { exact: true }).fill('authorization');
    await dialog.getByLabel('Value of header 1', { exact: true }).fill('Bearer wrong');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await section.getByText('headers: authorization').waitFor();
    expect(await page.content()).not.toContain('Bearer wrong');
    await section.getByRole('button', { name: 'Ask for its tools' }).click();
    expect(await section.getByRole('alert').innerText()).toMatch(/\w+ .+\./);

    await section.getByRole('button', { name: 'Change: harbour' }).click();
    const change = page.getByRole('dialog', { name: 'Change the MCP server' });
    await change.getByText('Kept: authorization.').waitFor();
    await change.getByRole('button', { name: 'Give them anew' }).click();
    await change.getByLabel('Header 1', { exact: true }).fill('authorization');
    await change.getByLabel('Value of header 1', { exact: true }).fill('Bearer right');
    await change.getByRole('button', { name: 'Save' }).click();
    await change.waitFor({ state: 'hidden' });
    await section.getByRole('button', { name: 'Ask for its tools' }).click();
    const tides = section.getByRole('switch', { name: 'tides' });
    await tides.click();
    await expect.poll(() => tides.isChecked()).toBe(false);
    await section.getByText(/may call \d tools?$/).waitFor();
    const [kept] = await account.ask<{ allowedTools: string[] }[]>('GET', `${api}/mcp-servers`);
    expect(kept?.allowedTools).not.toContain('tides');
    await look(page, 'mcp', section);

    await section.getByRole('button', { name: 'Delete: harbour' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await section.getByText('None yet.').waitFor();
  });

  it('documents are dropped, chosen and fetched, told why they are refused, searched and deleted', async () => {
    const { page, account, api } = await openAvatar();
    const section = page.getByRole('region', { name: 'Documents' });
    const file = (name: string, mimeType: string, text: string) => ({ name, mimeType, buffer: Buffer.from(text) });
    await section
      .getByLabel('Drop files here, or choose them')
      .setInputFiles([
        file('hours.md', 'text/markdown', '# Hours\n\nBreakfast is from seven to ten.'),
        file('scan.pdf', 'application/pdf', '%PDF-1.7 broken'),
      ]);
    await section.getByText('scan.pdf was not taken').waitFor();
    await section.getByRole('alert').filter({ hasText: 'PDF' }).waitFor();
    await section.getByRole('button', { name: 'Dismiss' }).click();
    const dropped = await page.evaluateHandle(`(() => {
      const data = new DataTransfer();
      data.items.add(new File(['The sauna closes at nine.'], 'sauna.txt', { type: 'text/plain' }));
      return data;
    })()`);
    await section.getByText('Drop files here').dispatchEvent('drop', { dataTransfer: dropped });
    await section.getByText('sauna.txt is there.').waitFor();
    receiver.reply = () => ({
      headers: { 'content-type': 'text/html' },
      body: '<title>Pool</title><p>The pool is heated in winter.</p>',
    });
    await section.getByLabel('Link to a page or file').fill(`${receiver.url}/pool`);
    await section.getByRole('button', { name: 'Fetch it' }).click();
    await section.getByText('Pool is there.').waitFor();
    const list = section.getByRole('list', { name: 'Documents of the avatar' });
    expect(await list.getByRole('listitem').count()).toBe(3);
    await list.getByText('1 passage').first().waitFor();

    const search = section.getByRole('searchbox', { name: 'What would be found?' });
    await search.fill('When is breakfast?');
    await search.press('Enter');
    await section.getByText(/^Found: \d passages?$/).waitFor();
    await section.getByText('Breakfast is from seven to ten.').waitFor();
    await look(page, 'documents', section);
    await search.fill('elephants');
    await section.getByRole('button', { name: 'Search' }).click();
    await section.getByText('Nothing. The avatar would answer without.').waitFor();

    await section.getByRole('button', { name: 'Delete: sauna.txt' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => list.getByRole('listitem').count()).toBe(2);
    const left = await account.ask<{ name: string }[]>('GET', `${api}/knowledge`);
    expect(left.map(({ name }) => name)).toEqual(['hours.md', 'Pool']);
  });

  it('all of it is there in Chinese, on a phone, and without a serious finding', async () => {
    const { page } = await openAvatar('zh-CN');
    await page.setViewportSize({ width: 360, height: 780 });
    for (const name of ['工具', '文档', 'MCP 服务器']) await page.getByRole('region', { name, exact: true }).waitFor();
    await page.getByRole('button', { name: '添加 MCP 服务器' }).click();
    await page.getByRole('dialog', { name: '添加 MCP 服务器' }).getByRole('button', { name: '添加请求头' }).click();
    await look(page, 'mcp-form-zh');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  /** Light and dark, desktop and phone: without a serious finding of the accessibility checker, and as pictures where wanted. */
  async function look(page: Page, name: string, part?: { scrollIntoViewIfNeeded(): Promise<void> }): Promise<void> {
    for (const width of [1280, 390]) {
      if (page.viewportSize()?.width === 360 && width === 1280) continue;
      if (page.viewportSize()?.width !== 360) await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await untilTrue(page, `matchMedia('(prefers-color-scheme: ${colorScheme})').matches`);
        await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
        await settle(page);
        await part?.scrollIntoViewIfNeeded();
        await page.evaluate(axeSource);
        const findings = await page.evaluate<string[]>(
          `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`,
        );
        expect([name, width, colorScheme, findings]).toEqual([name, width, colorScheme, []]);
        if (pictures !== undefined) {
          const path = `${pictures}/${name}-${width}-${colorScheme}.png`;
          await page.screenshot({ path, fullPage: true });
        }
      }
    }
  }
});
