import { AVATAR_NOTICES } from '@visavis/protocol';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { CONSOLE_PASSWORD, createKey, createProject, register, resetKey } from '../support/console-steps.ts';
import { expectFaceInView, featuresOf, VIEWPORTS } from '../support/face-view.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const executablePath = findChromium();

/** The console in a browser, on the real server with its embedded database. */
describe.skipIf(executablePath === null)('console', () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: string[];

  beforeAll(async () => {
    server = await startServer();
    browser = await launchChromium(executablePath ?? '', { soundWantsClick: true });
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
    await register(page, { name: 'Mia', email });

    await createProject(page, 'Harbour hotel');
    await page.getByRole('heading', { name: 'Your first key' }).waitFor();
    const first = await createKey(page, 'Front desk');
    expect(first).toMatch(/^sk_navtalk_/);
    expect(await isTaken(first)).toBe(true);

    const { key: second, endedCalls } = await resetKey(page);
    expect(endedCalls).toBe(0);
    expect(second).not.toBe(first);
    expect([await isTaken(first), await isTaken(second)]).toEqual([false, true]);

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
    await page.getByLabel('Password', { exact: true }).fill(CONSOLE_PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Nora' }).waitFor();
    expect(await page.getByLabel('First message').inputValue()).toBe('Welcome to the harbour.');
    expect(complaints).toEqual([]);
  });

  it('opens every page of a project without a complaint, in both languages', async () => {
    const page = await openPage('/console/register');
    await register(page, { name: 'Mia', email: `pages-${Date.now()}@example.org` });
    await createProject(page, 'Pages');
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

  it('lets one hear a voice, says why another cannot be heard, and copies code to embed the avatar', async () => {
    const page = await openPage('/console/register');
    await register(page, { name: 'Mia', email: `voices-${Date.now()}@example.org` });
    await createProject(page, 'Voices');
    await page.getByRole('link', { name: 'Avatars', exact: true }).click();
    await page.getByRole('link', { name: 'Embed: Iris' }).click();
    await page.getByText('<visavis-avatar').waitFor();
    await page.getByRole('link', { name: 'All avatars' }).click();
    await page.getByRole('button', { name: 'Copy to project: Iris' }).click();
    await page.getByLabel('Name of your copy').fill('Nora');
    await page.getByRole('dialog').getByRole('button', { name: 'Copy to project' }).click();
    await page.getByRole('button', { name: 'Listen' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Listen' }).waitFor();

    const clipboard = () => page.evaluate('navigator.clipboard.readText()') as Promise<string>;
    await page.getByRole('button', { name: 'Copy: In your page' }).click();
    await page.getByRole('button', { name: 'Copied: In your page' }).waitFor();
    expect(await clipboard()).toContain(`<script type="module" src="${server.url}/embed/visavis.js"></script>`);
    await page.getByText('iframe', { exact: true }).click();
    await page.getByText('writes the token in place of TOKEN').waitFor();
    await page.getByRole('button', { name: /: In your page/ }).click();
    const frameCode = `src="${server.url}/embed?avatar=${page.url().split('/').at(-1)}`;
    await expect.poll(clipboard).toContain(frameCode);
    expect(complaints).toEqual([]);

    await page.getByLabel('Provider').fill('openai-realtime');
    await page.getByRole('button', { name: 'Listen' }).click();
    await page.getByRole('alert').getByText('This server has no OpenAI key').waitFor();
    await page.screenshot({ path: 'test-output/console-avatar.png', fullPage: true });
  });

  it('makes a link by which somebody without an account talks with one avatar, until it is withdrawn', async () => {
    const page = await openPage('/console/register');
    await register(page, { name: 'Mia', email: `link-${Date.now()}@example.org` });
    await createProject(page, 'Fair');
    await page.getByRole('link', { name: 'Avatars', exact: true }).click();
    await page.getByRole('button', { name: 'Copy to project: Iris' }).click();
    await page.getByLabel('Name of your copy').fill('Nora');
    await page.getByRole('dialog').getByRole('button', { name: 'Copy to project' }).click();
    const form = page.getByRole('region', { name: 'Share a link to talk' });
    await form.getByRole('button', { name: 'Make link' }).click();
    const link = await form.getByText(/\/talk\/[0-9a-f]{32}#vt_/).innerText();

    const guest = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    const heard: string[] = [];
    guest.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))));
    const asked: string[] = [];
    guest.on('request', (request) => asked.push(request.url()));
    await guest.goto(link);
    await guest.getByRole('heading', { name: 'Nora' }).waitFor();
    expect(await guest.getByRole('radio').count()).toBe(1);
    await expectFaceInView(guest, featuresOf('iris'), 'by a link');
    // Servers learn the secret of the link as that of a call, not as part of the page's address.
    expect(asked.filter((address) => address.includes('vt_'))).toEqual([]);
    await guest.getByRole('button', { name: 'Start without a microphone' }).click();
    await vi.waitFor(() => expect(heard[0]).toContain('conversation.connected.success'), { timeout: 30_000 });

    await page.goto(`${page.url()}/talk`);
    await page.getByRole('button', { name: 'Start talking' }).waitFor();
    for (const viewport of VIEWPORTS.filter(({ height }) => height > 700)) {
      await page.setViewportSize(viewport);
      await expectFaceInView(page, featuresOf('iris'), `playground, ${viewport.width} × ${viewport.height}`);
    }
    const projectId = /projects\/([0-9a-f]{32})/.exec(page.url())?.[1];
    await page.goto(`${server.url}/console/projects/${projectId}/keys`);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('revoked').first().waitFor();
    await guest.reload();
    await guest.getByRole('heading', { name: 'This link does not work any more.' }).waitFor();
    await guest.context().close();
  });

  it('tells the owner of an avatar on its page what there is to know about how it was made', async () => {
    const page = await openPage('/console/register');
    await register(page, { name: 'Mia', email: `clips-${Date.now()}@example.org` });
    await createProject(page, 'Clips');
    await page.getByRole('link', { name: 'Avatars', exact: true }).click();
    await page.getByRole('button', { name: 'Copy to project: Iris' }).click();
    await page.getByLabel('Name of your copy').fill('Nora');
    await page.getByRole('dialog').getByRole('button', { name: 'Copy to project' }).click();
    await page.getByRole('heading', { name: 'Nora' }).waitFor();
    expect(await page.getByRole('note').count()).toBe(0);
    // As the server answers for an avatar that was made from a clip of a restless head.
    const [code, message] = Object.entries(AVATAR_NOTICES)[0] as [string, string];
    await page.route(/\/api\/v1\/.+\/avatars\/[0-9a-f]{32}$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), notice: { code, message } } });
    });
    await page.reload();
    await page.getByRole('note').getByText('made from its best picture, as from a photo').waitFor();
    expect(await page.getByRole('note').textContent()).toBe(message);
    await page.getByText('中文').click();
    await page.getByRole('note').getByText('睁着眼睛').waitFor();
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
