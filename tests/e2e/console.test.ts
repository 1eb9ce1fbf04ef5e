import { AVATAR_NOTICES } from '@visavis/protocol';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { channels, coloursOf, contrast } from '../support/colours.ts';
import { expectColumns } from '../support/columns.ts';
import { type ConsoleAccount, openAccount } from '../support/console-account.ts';
import { CONSOLE_PASSWORD, createKey, createProject, register, resetKey } from '../support/console-steps.ts';
import { expectFaceInView, featuresOf, VIEWPORTS } from '../support/face-view.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { startCallingMind } from '../support/talking-services.ts';
import { drafts } from './console-drafts.ts';
import { firstHour } from './console-first-hour.ts';
import { members } from './console-members.ts';

const executablePath = findChromium();

/** The console in a browser, on the real server with its embedded database. */
describe.skipIf(executablePath === null)('console', () => {
  let mind: Awaited<ReturnType<typeof startCallingMind>>;
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: string[];

  beforeAll(async () => {
    mind = await startCallingMind({
      'Please book a table for 4 guests': { name: 'book_table', given: { guests: 4 } },
    });
    // The built-in avatars stay with the demonstration.
    server = await startServer({ ...mind.environment, VOICE_PROVIDER: 'local' });
    browser = await launchChromium(executablePath ?? '', { soundWantsClick: true });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await mind?.close();
  });

  afterEach(() => context?.close());

  async function openPage(path: string): Promise<Page> {
    context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
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

  /** Logs the browser in as a person whom several tests share, with a new project. */
  const logIn = (): Promise<ConsoleAccount> => openAccount(context, server.url, 'shared@example.org');

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
    await page.getByRole('combobox', { name: 'Language' }).selectOption('中文');
    await page.getByRole('link', { name: '许可密钥' }).click();
    await page.getByRole('heading', { name: '您的第一个密钥' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('lets one hear a voice, says why another cannot be heard, and copies code to embed the avatar', async () => {
    const page = await openPage('/console/register');
    await register(page, { name: 'Mia', email: `voices-${Date.now()}@example.org` });
    await createProject(page, 'Voices');
    await page.getByRole('link', { name: 'Avatars', exact: true }).click();
    await page.getByRole('button', { name: 'More for Iris' }).click();
    await page.getByRole('menuitem', { name: 'Embed' }).click();
    await page.getByText('<visavis-avatar').waitFor();
    await page.getByRole('link', { name: 'Talk', exact: true }).click();
    for (const width of [1280, 1920]) await expectColumns(page, page.getByText('A call needs a key'), width);
    await page.getByRole('button', { name: 'Copy and edit' }).click();
    await page.getByLabel('Name of your copy').fill('Nora');
    await page.getByRole('dialog').getByRole('button', { name: 'Copy to project' }).click();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('button', { name: 'Hear the first words' }).click();
    await preview.getByRole('button', { name: 'Stop' }).click();
    await preview.getByRole('button', { name: 'Hear the first words' }).waitFor();

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

    await page.getByRole('combobox', { name: 'Hears, thinks and speaks' }).click();
    await page.getByRole('option', { name: 'OpenAI Realtime' }).click();
    // Beside the form the avatar speaks as the form says, before it is saved.
    const [asked] = await Promise.all([
      page.waitForRequest('**/voice-preview'),
      preview.getByRole('button', { name: 'Hear the first words' }).click(),
    ]);
    expect(asked.postDataJSON()).toMatchObject({ provider: 'openai-realtime' });
    await preview.getByRole('alert').getByText('This server has no OpenAI key').waitFor();
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

    const seesFace = async (place: string) => {
      for (const viewport of VIEWPORTS) {
        await page.setViewportSize(viewport);
        await page.evaluate('scrollTo(0, 0)');
        await expectFaceInView(page, featuresOf('iris'), `${place}, ${viewport.width} × ${viewport.height}`);
      }
    };
    await seesFace('form');
    await page.goto(`${page.url()}/talk`);
    await page.getByRole('button', { name: 'Start talking' }).waitFor();
    await seesFace('playground');
    await page.setViewportSize({ width: 1280, height: 800 });
    const projectId = /projects\/([0-9a-f]{32})/.exec(page.url())?.[1];
    await page.goto(`${server.url}/console/projects/${projectId}/keys`);
    const revoke = page.getByRole('button', { name: 'Revoke' });
    const question = page.getByRole('dialog');
    await page.route('**/revoke', (route) => route.abort(), { times: 1 });
    await revoke.click();
    await question.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('alert').getByText('The server does not answer.').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'hidden' });
    await revoke.click();
    // What went wrong before is not told of what is asked now.
    expect(await page.getByRole('alert').count()).toBe(0);
    await question.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('revoked').first().waitFor();
    await guest.reload();
    await guest.getByRole('heading', { name: 'This link does not work any more.' }).waitFor();
    await guest.context().close();
  });

  it('tells the owner of an avatar on its page what there is to know about how it was made', async () => {
    const page = await openPage('/console/login');
    await logIn();
    await page.goto(`${server.url}/console`);
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
    await page.locator('select[aria-label="Language"]').selectOption('中文');
    await page.getByRole('note').getByText('睁着眼睛').waitFor();
    expect(complaints).toEqual([]);
  });

  it('keeps its navigation when a page cannot be loaded, and says so in both languages', async () => {
    const page = await openPage('/console/register');
    await register(page, { name: 'Mia', email: `lost-${Date.now()}@example.org` });
    await createProject(page, 'Lost pages');
    await page.route(/\/assets\/usage-page/, (route) => route.abort());
    await page.getByRole('link', { name: 'Usage' }).click();
    await page.getByRole('alert').getByText('This page could not be loaded').waitFor();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('中文');
    await page.getByRole('link', { name: 'Webhook' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByRole('alert').getByText('此页面无法加载').waitFor();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: '重新加载' }).click();
    await page.getByRole('alert').getByText('服务器没有响应').waitFor();
    await page.context().setOffline(false);
    await page.unroute(/\/assets\/usage-page/);
    await page.getByRole('button', { name: '重新加载' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  it('is loaded anew, once, when the server has another build', async () => {
    const page = await openPage('/console/register');
    await register(page, { name: 'Mia', email: `build-${Date.now()}@example.org` });
    await createProject(page, 'New builds');
    let loads = 0;
    page.on('domcontentloaded', () => {
      loads += 1;
    });
    // What a page of an older build meets: its files are gone, and the address gives another first script.
    await page.route(/\/assets\/(usage|webhooks)-page/, (route) => route.fulfill({ status: 404 }));
    await page.route(/\/(usage|webhooks)$/, async (route) => {
      if (route.request().isNavigationRequest()) {
        await page.unroute(/\/assets\/(usage|webhooks)-page/);
        return route.continue();
      }
      const answer = await route.fetch();
      return route.fulfill({ response: answer, body: (await answer.text()).replace('.js"', '.js?new"') });
    });
    await page.getByRole('link', { name: 'Usage' }).click();
    await page.getByRole('heading', { name: 'Usage' }).waitFor();
    expect(loads).toBe(1);

    // Gone for good: no second try by itself.
    await page.route(/\/assets\/webhooks-page/, (route) => route.fulfill({ status: 404 }));
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('alert').getByText('This page could not be loaded').waitFor();
    await page.getByRole('link', { name: 'Usage' }).waitFor();
    expect(loads).toBe(1);
  });

  const site = () => ({ url: server.url, context, complaints });
  firstHour({ openPage, logIn, site });
  members({ openPage, logIn, site });
  drafts({ openPage, site });

  it.each(['light', 'dark'] as const)('keeps red what deletes, and shows what waits, %s', async (colorScheme) => {
    const page = await openPage('/console/login');
    await logIn();
    await page.goto(`${server.url}/console`);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await createProject(page, 'Colours');
    await page.getByRole('link', { name: 'All projects' }).click();
    await page.getByRole('button', { name: 'Delete' }).first().waitFor();
    const colours = await coloursOf(
      page,
      `[...document.querySelectorAll('button')].find(({ innerText }) => innerText === 'Delete')`,
    );
    const [red = 0, green = 0, blue = 0] = channels(colours.text);
    expect(red - Math.max(green, blue), colours.text).toBeGreaterThan(60);
    expect(contrast(colours.text, colours.page)).toBeGreaterThan(4.5);

    // The answer stays on its way until the cards were looked at.
    const looked = Promise.withResolvers<void>();
    await page.route('**/api/v1/auth/sessions', async (route) => {
      await looked.promise;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    const cards = await coloursOf(page, `document.querySelector('[role="status"][aria-label="Loading"] span')`);
    looked.resolve();
    // Large shapes that say nothing: seen, but not loud.
    expect(contrast(cards.fill, cards.page), JSON.stringify(cards)).toBeGreaterThan(1.3);
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
