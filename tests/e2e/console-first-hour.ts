import type { BrowserContext, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { TestClient } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import type { ConsoleAccount } from '../support/console-account.ts';
import { Playground } from '../support/playground.ts';

type Console = {
  /** A page of the console in a browser of its own. */
  openPage(path: string): Promise<Page>;
  /** Logs that browser in, with a new project. */
  logIn(): Promise<ConsoleAccount>;
  /** What belongs to the page that was opened last; `complaints` are those of its scripts. */
  site(): { readonly url: string; readonly context: BrowserContext; readonly complaints: readonly string[] };
};

const DEMONSTRATION_CALLS_NONE = /^This voice calls no tools/;

/** What a newcomer does after making an account: first steps, templates, knowledge, tools, account and project. */
export function firstHour({ openPage, logIn, site }: Console): void {
  /** Logged in, on the page of a copy of a built-in avatar. */
  async function openOwnAvatar(fields: object = {}) {
    const page = await openPage('/console/login');
    const account = await logIn();
    const { projectId, ask } = account;
    const wish = { fromAvatarId: account.avatarId, name: 'Nora', ...fields };
    const { avatarId } = await ask<{ avatarId: string }>('POST', `/projects/${projectId}/avatars`, wish);
    const path = `/projects/${projectId}/avatars/${avatarId}`;
    await page.goto(`${site().url}/console${path}`);
    await page.getByRole('heading', { name: 'Nora' }).waitFor();
    const saved = () => ask<{ tools: unknown[]; prompt: string; knowledge: string }>('GET', path);
    return { page, account, avatarId, path, saved };
  }

  it('builds tools as a form with their JSON, loses nothing, says where the JSON is wrong, and tries a tool', async () => {
    const kept = { type: 'string', format: 'date' };
    const tool = {
      name: 'find_table',
      description: 'Finds.',
      parameters: { type: 'object', properties: { day: kept } },
    };
    const { page, saved } = await openOwnAvatar({ tools: [tool] });
    const tools = page.getByRole('region', { name: 'Tools' });
    const json = tools.getByLabel('JSON', { exact: true });
    const save = page.getByRole('button', { name: 'Save' });

    await tools.getByLabel('Name', { exact: true }).first().fill('find table');
    await page.getByText('Tools: find table: a name has letters, digits, _ and - alone.').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await tools.getByLabel('Name', { exact: true }).first().fill('book_table');
    await tools.getByRole('button', { name: 'Add a parameter' }).click();
    const added = tools.getByRole('group', { name: 'Parameter: parameter' });
    await added.getByLabel('Type').selectOption('Whole number');
    await added.getByLabel('Required').check();
    await added.getByLabel('Name').fill('guests');
    const parameters = {
      type: 'object',
      required: ['guests'],
      properties: { day: kept, guests: { type: 'integer', description: '' } },
    };
    expect(JSON.parse(await json.inputValue())).toEqual([{ ...tool, name: 'book_table', parameters }]);

    await tools.getByText('Test call').click();
    const values = tools.getByRole('textbox', { name: 'guests' });
    await tools.getByText('Required: the model sends a value.').waitFor();
    await values.fill('4');
    await tools.getByText('"guests": 4').waitFor();

    await json.fill(`${(await json.inputValue()).slice(0, -3)},}]`);
    await page.getByText(/Tools: Line \d+, character \d+: a name in straight double quotation marks/).waitFor();
    await tools.getByText('The form comes back once the JSON can be read.').waitFor();
    await tools.getByRole('button', { name: 'Show the place' }).click();
    expect(await json.evaluate(({ value, selectionStart }) => value.slice(selectionStart))).toBe('}]');
    await json.fill(JSON.stringify([{ ...tool, name: 'book_table', parameters }]));
    await tools.getByRole('button', { name: 'Format' }).click();
    await save.click();
    await page.getByText('Saved.').waitFor();
    expect((await saved()).tools).toEqual([{ ...tool, name: 'book_table', parameters }]);
    expect(site().complaints).toEqual([]);
  });

  it('shows the tools that the avatar calls in the playground, and gives it what is answered by hand', async () => {
    const parameters = { type: 'object', properties: { guests: { type: 'integer' } }, required: ['guests'] };
    const tools = [{ name: 'book_table', description: 'Books a table in the restaurant.', parameters }];
    const { page, path } = await openOwnAvatar({ tools, firstMessage: '', provider: 'cascade' });
    await page.goto(`${site().url}/console${path}/talk`);
    const playground = new Playground(page);
    await playground.call();
    await playground.type('Please book a table for 4 guests');
    const waiting = page.getByRole('form', { name: 'book_table' });
    await waiting.getByText('"guests": 4').waitFor();
    await waiting.getByLabel('Your answer').fill('You sit at the window tonight.');
    await waiting.getByRole('button', { name: 'Answer', exact: true }).click();
    await waiting.waitFor({ state: 'detached' });
    await page.getByText('You sit at the window tonight.').first().waitFor();
    expect(await page.getByText(DEMONSTRATION_CALLS_NONE).count()).toBe(0);
    expect(site().complaints).toEqual([]);
  });

  it('says where tools are shown that the demonstration calls none', async () => {
    const tools = [{ name: 'book_table', description: 'Books a table.', parameters: {} }];
    const { page, path } = await openOwnAvatar({ tools, firstMessage: '', provider: 'local' });
    await page.getByRole('region', { name: 'Tools' }).getByText(DEMONSTRATION_CALLS_NONE).waitFor();
    await page.goto(`${site().url}/console${path}/talk`);
    await page.getByRole('tab', { name: 'Tools' }).click();
    await page.getByRole('region', { name: 'Tool calls' }).getByText(DEMONSTRATION_CALLS_NONE).waitFor();
    expect(site().complaints).toEqual([]);
  });

  it('begins with a template in either language, and replaces nothing that was written unasked', async () => {
    const { page, account, saved } = await openOwnAvatar({ prompt: '', firstMessage: 'Ahoy!', tools: [] });
    const [prompt, message] = [page.getByLabel('Instructions'), page.getByLabel('First message')];
    const question = page.getByRole('dialog', { name: 'Replace what is written?' });
    await page.getByRole('button', { name: /^Tutor/ }).click();
    await question.getByText('First message').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'hidden' });
    expect([await prompt.inputValue(), await message.inputValue()]).toEqual(['', 'Ahoy!']);
    await page.getByRole('button', { name: /^Tutor/ }).click();
    await question.getByRole('button', { name: 'Fill only what is empty' }).click();
    expect(await prompt.inputValue()).toContain('You are Nora, a patient private tutor.');
    expect(await message.inputValue()).toBe('Ahoy!');
    await message.fill('');
    await page.getByRole('radiogroup', { name: 'Language of the template' }).getByText('中文').click();
    await page.getByRole('button', { name: /^Receptionist/ }).click();
    expect(await message.inputValue()).toBe('您好，欢迎光临！我是Nora。请问您找哪位？');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await saved()).toMatchObject({ language: 'zh-CN', tools: [{ name: 'announce_visitor' }, {}] });

    await page.goto(`${site().url}/console/projects/${account.projectId}/avatars/${account.avatarId}/talk`);
    await page.getByRole('button', { name: 'Copy and edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name of your copy').fill('Ada');
    await dialog.getByLabel('Template', { exact: true }).selectOption('Shop assistant');
    await dialog.getByRole('button', { name: 'Copy to project' }).click();
    await page.getByRole('heading', { name: 'Ada' }).waitFor();
    expect(await message.inputValue()).toBe('Hi, I am Ada. What are you looking for today?');
    expect(site().complaints).toEqual([]);
  });

  it('ticks the first steps by what is so, and hides them when told', async () => {
    const page = await openPage('/console/login');
    const account = await logIn();
    const { projectId, ask } = account;
    await page.goto(`${site().url}/console/projects/${projectId}/avatars`);
    const steps = page.getByRole('region', { name: 'First steps' });
    await steps.getByText('1 of 5 done').waitFor();
    expect(
      await steps
        .getByRole('listitem')
        .filter({ has: page.getByLabel('Done', { exact: true }) })
        .allInnerTexts(),
    ).toEqual(['Make a key']);
    const wish = { fromAvatarId: account.avatarId, name: 'Nora' };
    const { avatarId } = await ask<{ avatarId: string }>('POST', `/projects/${projectId}/avatars`, wish);
    await steps.getByText('2 of 5 done').waitFor();
    // As an app calls: from no page of this server.
    const client = new TestClient(site().url.replace('http', 'ws'), { license: account.key, avatarId });
    await client.event('realtime.session.updated', 0, 60_000);
    client.socket.close();
    await steps.getByText('All done. Your avatar takes calls.').waitFor();
    await steps.getByRole('button', { name: 'Hide' }).click();
    await steps.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('heading', { name: 'Nora' }).waitFor();
    expect(await steps.count()).toBe(0);
    expect(site().complaints).toEqual([]);
  });

  it('takes knowledge out of files, chosen or dropped, and says why it does not take one', async () => {
    const { page, saved } = await openOwnAvatar({ knowledge: 'We sell tea.' });
    const knowledge = page.getByLabel('Knowledge', { exact: true });
    const file = (name: string, text: string) => ({ name, mimeType: '', buffer: Buffer.from(text) });
    await page
      .getByLabel('Add files')
      .setInputFiles([
        file('hours.md', 'Open 9 to 5\r\n'),
        file('menu.pdf', '%PDF-1.7'),
        file('big.txt', 'a'.repeat(99_990)),
      ]);
    await page.getByText('hours.md: added, 11 characters.').waitFor();
    await page.getByText('menu.pdf: this is no .txt or .md file.').waitFor();
    await page.getByText('big.txt: it has 99,990 characters, and there is room for 99,973.').waitFor();
    await page.getByText('25 / 100,000').waitFor();
    const dropped = await page.evaluateHandle(`(() => {
      const data = new DataTransfer();
      data.items.add(new File(['Ask for Ann.'], 'who.txt'));
      return data;
    })()`);
    await knowledge.dispatchEvent('drop', { dataTransfer: dropped });
    await page.getByText('who.txt: added, 12 characters.').waitFor();
    await knowledge.press('Control+End');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect((await saved()).knowledge).toBe('We sell tea.\n\nOpen 9 to 5\n\nAsk for Ann.');
    expect(site().complaints).toEqual([]);
  });

  it('changes account and project as they are asked to, and says at its field why a password is not', async () => {
    const page = await openPage('/console/login');
    const { projectId, ask } = await logIn();
    await page.goto(`${site().url}/console/account`);
    const name = `Mia ${Date.now()}`;
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await ask('GET', '/auth/session')).toMatchObject({ user: { name } });
    await page.getByLabel('Current password').fill('not the password');
    await page.getByLabel('New password').fill('another long password');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('The password is wrong.').waitFor();

    await page.getByRole('link', { name: 'All projects' }).click();
    await page.getByRole('button', { name: 'Discard the changes' }).click();
    const row = page.getByRole('listitem').filter({ has: page.locator(`a[href*="${projectId}"]`) });
    await row.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Hotel at the sea');
    await dialog.getByLabel('Keep conversations for (days)').fill('30');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByText('Hotel at the sea').waitFor();
    expect(await ask('GET', '/projects')).toContainEqual(
      expect.objectContaining({ projectId, name: 'Hotel at the sea', retentionDays: 30 }),
    );
  });
}
