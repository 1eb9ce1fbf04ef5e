import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { createProject, register } from '../support/console-steps.ts';

type Console = {
  /** A page of the console in a browser of its own. */
  openPage(path: string): Promise<Page>;
  /** What belongs to the page that was opened last: the complaints of its scripts. */
  site(): { readonly complaints: readonly string[] };
};

/** What somebody types, and has not saved. */
export function drafts({ openPage, site }: Console): void {
  it('keeps what was typed until it is saved or given up', async () => {
    const page = await openPage('/console/register');
    await register(page, { name: 'Mia', email: `draft-${Date.now()}@example.org` });
    await createProject(page, 'Drafts');
    await page.getByRole('link', { name: 'Avatars', exact: true }).click();
    await page.getByRole('button', { name: 'Copy to project: Iris' }).click();
    const question = page.getByRole('dialog', { name: 'Leave without saving?' });
    const stay = question.getByRole('button', { name: 'Keep editing' });
    await page.getByLabel('Name of your copy').fill('Nora');
    await page.keyboard.press('Escape');
    await stay.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Copy to project' }).click();
    const message = page.getByLabel('First message');
    const save = page.getByRole('button', { name: 'Save' });
    await message.waitFor();
    expect([await save.isDisabled(), await isAskedAtTheEnd(page)]).toEqual([true, false]);
    // In sight from the first line of the form on.
    expect(((await save.boundingBox()) ?? expect.unreachable()).y).toBeLessThan(800);

    await message.fill('Welcome to the harbour.');
    await page.getByText('Unsaved changes').waitFor();
    expect([await save.isEnabled(), await isAskedAtTheEnd(page)]).toEqual([true, true]);
    const address = page.url();
    for (const leave of [
      () => page.getByRole('link', { name: 'Usage' }).click(),
      () => page.goBack(),
      () => page.getByRole('button', { name: 'Log out' }).click(),
    ]) {
      await leave();
      await stay.click();
      await question.waitFor({ state: 'hidden' });
      expect([page.url(), await message.inputValue()]).toEqual([address, 'Welcome to the harbour.']);
    }
    await message.focus();
    await page.keyboard.press('Control+s');
    await page.getByText('Saved.').waitFor();
    expect([await save.isDisabled(), await isAskedAtTheEnd(page)]).toEqual([true, false]);

    await message.fill('Something else.');
    await page.getByRole('button', { name: 'Discard' }).click();
    expect([await message.inputValue(), await save.isDisabled()]).toEqual(['Welcome to the harbour.', true]);
    await message.fill('Something else.');
    await page.getByRole('link', { name: 'Usage' }).click();
    await question.getByRole('button', { name: 'Discard the changes' }).click();
    await page.getByRole('heading', { name: 'Usage' }).waitFor();
    await page.goBack();
    await message.waitFor();
    expect(await message.inputValue()).toBe('Welcome to the harbour.');
    expect(site().complaints).toEqual([]);
  });
}

/** Whether the browser would ask before it closes the page. */
function isAskedAtTheEnd(page: Page): Promise<boolean> {
  return page.evaluate(`(() => {
    const end = new Event('beforeunload', { cancelable: true });
    dispatchEvent(end);
    return end.defaultPrevented;
  })()`);
}
