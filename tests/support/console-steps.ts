import type { Page } from 'playwright-core';

/** What a person does in the console to get started, by what is seen and clicked. */

export async function register(page: Page, { name, email }: { name: string; email: string }): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(CONSOLE_PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

export const CONSOLE_PASSWORD = 'a long enough password';

export async function createProject(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'All projects' }).click();
  await page.getByRole('button', { name: 'New project' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('heading', { name: 'Licence keys' }).waitFor();
}

/** Makes a key, copies it, and closes the dialog. Gives what is in the clipboard then. */
export async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('button', { name: 'Copy key' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  await closeDialog(page);
  return (await page.evaluate('navigator.clipboard.readText()')) as string;
}

/** Replaces the only key. Gives the new one, with how many calls the page says were ended. */
export async function resetKey(page: Page): Promise<{ key: string; endedCalls: number }> {
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByRole('button', { name: 'Reset key' }).click();
  const note = (await page.getByText('The key was replaced.').textContent()) ?? '';
  const key = (await page.getByTestId('secret').textContent()) ?? '';
  await closeDialog(page);
  return { key, endedCalls: Number(/Calls ended: (\d+)\./.exec(note)?.[1]) };
}

async function closeDialog(page: Page): Promise<void> {
  const button = page.getByRole('dialog').getByText('Close', { exact: true });
  await button.click();
  await button.waitFor({ state: 'hidden' });
}
