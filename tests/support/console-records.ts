import { readFile } from 'node:fs/promises';
import type { Download, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

// What a person does on the pages of conversations and usage, by what is seen and clicked.

/** Finds a talk by its words, among all in another order. */
export async function useConversations(page: Page, words: string): Promise<void> {
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: words }) });
  await row.waitFor();
  await page.getByLabel('From day').fill('2999-01-01');
  await page.getByText('No conversation fits the filter.').waitFor();
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await page.getByRole('combobox', { name: 'Order' }).click();
  await page.getByRole('option', { name: 'Longest first' }).click();
  await row.waitFor();
  await page.getByLabel('Search for words').fill(words);
  await expect.poll(() => page.getByRole('row').count(), { timeout: 20_000 }).toBe(2);
  const cells = await row.getByRole('cell').allTextContents();
  // Length, messages (the greeting is among them where it was heard), and how soon the answer began.
  expect(cells.slice(4)).toEqual([
    expect.stringMatching(/^\d+:\d\d$/),
    expect.stringMatching(/^[23]$/),
    expect.stringMatching(/^\d+\.\d s$/),
  ]);
}

/** Reads the numbers of a bar with the keyboard, chooses other days, downloads a table, and goes from the ledger to a talk. */
export async function useUsage(page: Page, sessionId: string): Promise<void> {
  const bars = page.getByRole('list', { name: 'Call minutes per day' }).getByRole('button');
  await bars.last().focus();
  const told = page.getByRole('figure').getByText(/minutes, \d+ calls$/);
  await told.waitFor();
  expect(await told.innerText()).not.toMatch(/ 0 calls$/);
  await page.keyboard.press('Home');
  expect(await told.innerText()).toMatch(/^\d{4}-\d\d-\d\d: 0 minutes, 0 calls$/);
  expect(await bars.count()).toBe(30);
  await page.getByRole('combobox', { name: 'Time' }).click();
  await page.getByRole('option', { name: 'Last 7 days' }).click();
  await expect.poll(() => bars.count(), { timeout: 20_000 }).toBe(7);

  const csv = await fileOf(page, page.getByRole('button', { name: 'Download as CSV: By key' }));
  expect(csv).toMatch(/^\uFEFFKey,Calls,Call minutes,Points charged\r\nFront desk,\d+,[\d.]+,0\r\n$/);
  const calls = page.getByRole('link', { name: /^Transcript of the call of/ });
  await calls.first().click();
  await page.waitForURL(`**/conversations/${sessionId}`);
}

async function fileOf(page: Page, button: Locator): Promise<string> {
  const [download] = (await Promise.all([page.waitForEvent('download'), button.click()])) as [Download, undefined];
  return readFile(await download.path(), 'utf8');
}
