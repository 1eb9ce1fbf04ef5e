import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { createProject, register } from '../support/console-steps.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const executablePath = findChromium();
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

/** Letters that are no name, unit or command: what is left of English on a Chinese page. */
const englishWords =
  /\b(?!Visavis|Iris|Marcus|Yuna|Rafael|OPENAI|API|KEY|npm|start|docs|providers|md|English)[A-Za-z]{3,}\b/g;

/** The server may take its time. */
const PATIENTLY = { timeout: 30_000 };

describe.skipIf(executablePath === null)('pages in the language of their readers', () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    server = await startServer();
    browser = await launchChromium(executablePath ?? '', { microphone: 'tone' });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  afterEach(() => context?.close());

  async function open(path: string, locale: string, prepare: (page: Page) => void = () => undefined): Promise<Page> {
    context = await browser.newContext({ viewport: sizes.desktop, locale });
    const page = await context.newPage();
    prepare(page);
    page.setDefaultTimeout(60_000);
    await page.goto(server.url + path);
    return page;
  }

  const languageOf = (page: Page) => page.evaluate<string>('document.documentElement.lang');

  it('talk in Chinese to a Chinese browser, before, in and after a call, without the console’s dictionary', async () => {
    const scripts: Promise<string>[] = [];
    const page = await open('/', 'zh-CN', (opened) =>
      opened.on('response', (response) => {
        if (response.request().resourceType() === 'script') scripts.push(response.text());
      }),
    );
    await page.getByRole('button', { name: '开始对话' }).waitFor();
    expect(await languageOf(page)).toBe('zh-CN');
    const lobby = await page.locator('main').innerText();
    expect(lobby).toContain('面对面交谈');
    expect(lobby).toContain('明亮办公室里亲切的全能助理。');
    expect(lobby.match(englishWords)).toBeNull();

    await page.getByRole('button', { name: '不用麦克风开始' }).click();
    await page.getByLabel('给 Iris 的消息').fill('Hello Iris');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: '字幕' }).getByText('您', { exact: true }).waitFor();
    await page.getByRole('button', { name: '挂断' }).click();
    await page.getByText('您与 Iris 的通话已结束。').waitFor();
    const controls = await page.getByRole('button').allInnerTexts();
    expect(controls.join(' ').match(englishWords)).toBeNull();

    const all = (await Promise.all(scripts)).join('\n');
    expect(all).toContain('面对面交谈');
    expect(all).not.toContain('将对话内容告知您的服务器');
  });

  it('are switched in the settings of the talk page, and the choice is kept for every page', async () => {
    const page = await open('/', 'en-GB');
    await page.getByRole('button', { name: 'Start talking' }).waitFor();
    expect(await languageOf(page)).toBe('en');
    await page.getByText('Demonstration brain').click();
    await page.getByText('OPENAI_API_KEY=… npx visavis').waitFor();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('中文');
    await page.getByRole('heading', { name: '设置' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: '开始对话' }).waitFor();
    expect(await languageOf(page)).toBe('zh-CN');
    await page.goto(`${server.url}/nowhere`);
    await page.getByRole('alert').getByText('此地址没有页面。').waitFor();
    await page.goto(`${server.url}/?avatar=nobody`);
    await page.getByRole('alert').getByText('这里没有名为“nobody”的数字人。').waitFor();
    await page.goto(`${server.url}/talk/${'0'.repeat(32)}#vt_${'a'.repeat(43)}`);
    await page.getByRole('alert').getByText('此链接已失效。').waitFor();
    await page.goto(`${server.url}/console/register`);
    await page.getByRole('combobox', { name: '语言' }).selectOption('English');
    await page.getByRole('button', { name: 'Create account' }).waitFor();
    expect(await languageOf(page)).toBe('en');
  });

  it('tell what is wrong at its field, by the field’s own name, in both languages', async () => {
    const page = await open('/console/register', 'zh-CN');
    await page.getByLabel('名称').fill('米娅');
    await page.getByLabel('电子邮箱').fill('mia');
    await page.getByRole('button', { name: '创建账户' }).click();
    expect(await faultAt(page, '电子邮箱')).toBe('“电子邮箱”必须是电子邮箱地址。');
    expect(await faultAt(page, '密码')).toBe('“密码”不能为空。');
    expect(await page.evaluate('document.activeElement.name')).toBe('email');
    await page.getByLabel('电子邮箱').fill(`zh-${Date.now()}@example.org`);
    await page.getByLabel('密码', { exact: true }).fill('short');
    await page.getByRole('button', { name: '创建账户' }).click();
    await expect.poll(() => faultAt(page, '密码'), PATIENTLY).toBe('“密码”至少需要 10 个字符。');
    expect(await page.getByLabel('密码', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.screenshot({ path: 'test-output/register-errors-zh.png' });
    await page.getByRole('combobox', { name: '语言' }).selectOption('English');
    expect(await faultAt(page, 'Password')).toBe('Password must have at least 10 characters.');
    await page.getByLabel('Password', { exact: true }).fill('password123');
    expect(await faultAt(page, 'Password')).toBeNull();
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect.poll(() => faultAt(page, 'Password'), PATIENTLY).toMatch(/^This password is one of the first/);
    await page.getByRole('button', { name: 'Show the password' }).click();
    expect(await page.getByLabel('Password', { exact: true }).getAttribute('type')).toBe('text');
  });

  it('count the characters of long texts and stop at the limit of the server', async () => {
    const page = await open('/console/register', 'en-GB');
    await register(page, { name: 'Mia', email: `limits-${Date.now()}@example.org` });
    await createProject(page, 'Limits');
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Name').getAttribute('maxlength')).toBe('80');
    await dialog.getByLabel('Name').fill('Shop');
    await dialog.getByLabel('Allowed origins').fill('https://shop.example/cart');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await expect
      .poll(() => faultAt(page, 'Allowed origins'), PATIENTLY)
      .toBe('Allowed origins must look like https://shop.example, without a path.');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'Avatars', exact: true }).click();
    await page.getByRole('button', { name: 'Copy to project: Iris' }).click();
    await page.getByLabel('Name of your copy').fill('Nora');
    await page.getByRole('dialog').getByRole('button', { name: 'Copy to project' }).click();
    const first = page.getByLabel('First message');
    await first.fill('Hello');
    await page.getByText('5 / 5,000').waitFor();
    await first.fill('x'.repeat(4_990));
    await page.getByText('10 characters left').first().waitFor();
  });
});

/** What is said below a field, as screen readers find it; null when nothing is wrong with it. */
async function faultAt(page: Page, label: string): Promise<string | null> {
  return page
    .getByLabel(label, { exact: true })
    .evaluate(
      (field: {
        getAttribute(name: string): string | null;
        ownerDocument: { getElementById(id: string): { textContent: string } | null };
      }) => {
        if (field.getAttribute('aria-invalid') !== 'true') return null;
        const ids = (field.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id.endsWith('-error'));
        return ids.map((id) => field.ownerDocument.getElementById(id)?.textContent).join(' ');
      },
    );
}
