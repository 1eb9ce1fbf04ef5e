import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const executablePath = findChromium();
const person = { name: 'Mia', email: 'mia@example.org', password: 'a long enough password' };

/** The console in a browser, on the real server with its embedded database. */
describe.skipIf(executablePath === null)('console', () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: string[];

  beforeAll(async () => {
    server = await startServer();
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  afterEach(() => context?.close());

  async function openPage(path: string): Promise<Page> {
    context = await browser.newContext({
      ...{ viewport: { width: 1280, height: 800 }, locale: 'en-GB' },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    complaints = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(server.url + path);
    return page;
  }

  async function register(page: Page, email: string): Promise<void> {
    await page.getByLabel('Name').fill(person.name);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
  }

  async function shownKey(page: Page): Promise<string> {
    const text = await page.getByTestId('secret').textContent();
    return text ?? '';
  }

  /** Whether the open interface takes the key. */
  async function isTaken(key: string): Promise<boolean> {
    const response = await fetch(`${server.url}/api/open/v1/avatar/list?license=${key}`);
    const { code } = (await response.json()) as { code: number };
    return code === 200;
  }

  it('leads a newcomer from the account to a key and an avatar, and back in after logging out', async () => {
    const page = await openPage('/console');
    const email = `mia-${Date.now()}@example.org`;
    if (await page.getByRole('heading', { name: 'Welcome back' }).isVisible())
      await page.goto(`${server.url}/console/register`);
    await register(page, email);

    await page.getByRole('link', { name: 'All projects' }).click();
    await page.getByRole('button', { name: 'New project' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Harbour hotel');
    await page.getByRole('button', { name: 'Create project' }).click();

    await page.getByRole('heading', { name: 'Your first key' }).waitFor();
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Front desk');
    await page.getByRole('button', { name: 'Create key' }).click();
    const first = await shownKey(page);
    expect(first).toMatch(/^sk_navtalk_/);
    await page.getByRole('button', { name: 'Copy key' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(first);
    expect(await isTaken(first)).toBe(true);
    await page.getByRole('dialog').getByText('Close', { exact: true }).click();

    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('button', { name: 'Reset key' }).click();
    await page.getByText('The key was replaced. Calls ended: 0.').waitFor();
    const second = await shownKey(page);
    expect(second).not.toBe(first);
    expect([await isTaken(first), await isTaken(second)]).toEqual([false, true]);
    await page.getByRole('dialog').getByText('Close', { exact: true }).click();

    await page.getByRole('link', { name: 'Avatars', exact: true }).click();
    await page.getByRole('heading', { name: 'No avatar of your own yet' }).waitFor();
    await page.getByRole('button', { name: 'Copy to project: Iris' }).click();
    await page.getByLabel('Name of your copy').fill('Nora');
    await page.getByRole('dialog').getByRole('button', { name: 'Copy to project' }).click();
    await page.getByRole('heading', { name: 'Nora' }).waitFor();
    await page.getByLabel('First message').fill('Welcome to the harbour.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Nora' }).waitFor();
    expect(await page.getByLabel('First message').inputValue()).toBe('Welcome to the harbour.');
    expect(complaints).toEqual([]);
  });

  it('opens every page of a project without a complaint, in both languages', async () => {
    const page = await openPage('/console/register');
    await register(page, `pages-${Date.now()}@example.org`);
    await page.getByRole('link', { name: 'All projects' }).click();
    await page.getByRole('button', { name: 'New project' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Pages');
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('heading', { name: 'Licence keys' }).waitFor();
    for (const [link, empty] of [
      ['Conversations', 'No conversation yet'],
      ['Usage', 'Nothing was charged or granted yet.'],
      ['Webhooks', 'Let your server know'],
    ] as const) {
      await page.getByRole('link', { name: link, exact: true }).click();
      await page.getByText(empty).waitFor();
    }
    await page.getByText('中文').click();
    await page.getByRole('link', { name: '许可密钥' }).click();
    await page.getByRole('heading', { name: '您的第一个密钥' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('gives those who are not logged in nothing but the way in', async () => {
    const page = await openPage(`/console/projects/${'0'.repeat(32)}/keys`);
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await page.getByRole('link', { name: 'Forgot the password?' }).click();
    await page.getByText('This server sends no mail.').waitFor();
    await page.goto(`${server.url}/console/reset-password?token=wrong`);
    await page.getByLabel('New password').fill('another long password');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('alert').waitFor();
  });
});
