import { readFile } from 'node:fs/promises';
import type { Transcript } from '@visavis/protocol/rest';
import type { Download, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

// What a person does on the pages of conversations, usage and webhooks, by what is seen and clicked.

/** Finds a talk by its words, chooses it, exports it, reads its page, and deletes it. */
export async function useConversations(page: Page, words: string, sessionId: string): Promise<void> {
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
    'Good',
    expect.stringMatching(/^\d+\.\d s$/),
  ]);
  await expectInOneLine(page, row.locator('[data-name]'));

  await page.getByRole('combobox', { name: 'Rating' }).click();
  await page.getByRole('option', { name: 'Not good' }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'Rating' }).click();
  await page.getByRole('option', { name: 'Good', exact: true }).click();
  await row.waitFor();

  await row.getByRole('checkbox').click();
  await page.getByText('1 chosen').waitFor();
  const text = await fileOf(page, page.getByRole('button', { name: 'Export as text' }));
  expect(text).toContain(`user: ${words}`);
  expect(text.startsWith(sessionId)).toBe(true);
  expect(text).toContain('Rated: up, Quick and friendly');

  await withToolCall(page, sessionId);
  await page.getByRole('link', { name: words }).click();
  await page.getByText('The person hung up').waitFor();
  const call = page.getByRole('listitem').filter({ hasText: 'book_table' });
  await call.getByText('took 1.5 s').waitFor();
  expect(await call.getByRole('definition').allTextContents()).toEqual(['{"seats":2}', 'Table seven']);
  expect(await page.getByRole('listitem').filter({ hasText: 'no result in time' }).count()).toBe(1);
  await page.getByText('Quick and friendly').waitFor();
  const counted = page.getByRole('region', { name: 'What services counted' }).getByRole('row');
  expect(await counted.allInnerTexts()).toEqual([
    expect.stringMatching(/^Part\s+Tokens in\s+Tokens out\s+Characters spoken$/),
    expect.stringMatching(/^Mind\s+1,234\s+56\s+–$/),
    expect.stringMatching(/^Mouth\s+–\s+–\s+780$/),
  ]);
  await page.getByText(/^answered after \d+\.\d s$/).waitFor();
  await page.getByText('no web page, or not known').waitFor();
  await page.getByText('Front desk').waitFor();
  await page.getByRole('link', { name: 'All conversations' }).click();

  await row.getByRole('checkbox').click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Deleted: 1.').waitFor();
  await row.waitFor({ state: 'detached' });
}

/** On a phone, where a row is a card. */
async function expectInOneLine(page: Page, figures: Locator): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  const tops = await figures.evaluateAll((cells: { offsetTop: number }[]) => cells.map(({ offsetTop }) => offsetTop));
  expect([tops.length, new Set(tops).size]).toEqual([4, 1]);
  if (before !== null) await page.setViewportSize(before);
}

/** The built-in voice calls no tool in this talk and counts nothing: the page is told that it did. */
async function withToolCall(page: Page, sessionId: string): Promise<void> {
  await page.route(`**/api/v1/projects/*/conversations/${sessionId}`, async (route) => {
    const response = await route.fetch();
    const talk = (await response.json()) as Transcript;
    const { startedAt: at, messages } = talk;
    const place = messages.at(-1)?.messageId ?? 0;
    const call = { name: 'book_table', argumentsJson: '{"seats":2}', requestedAt: at, offsetMs: 2_000 };
    const answered = { ...call, ordinal: place + 1, callId: 'a', state: 'answered', output: 'Table seven' };
    const silent = { ...call, name: 'send_mail', ordinal: place + 2, callId: 'b', state: 'timed-out', output: null };
    const toolCalls = [
      { ...answered, answeredAt: at, durationMs: 1_500 },
      { ...silent, answeredAt: null, durationMs: null },
    ];
    const none = { cachedInputTokens: null, audioInputTokens: null, audioOutputTokens: null, seconds: null };
    const usage = [
      { part: 'thinker', ...none, inputTokens: 1234, outputTokens: 56, characters: null },
      { part: 'speaker', ...none, inputTokens: null, outputTokens: null, characters: 780 },
    ];
    await route.fulfill({ response, json: { ...talk, toolCalls, usage } });
  });
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
  expect(csv).toMatch(/^\uFEFFKey,Calls,Call minutes,Points charged\r\nFront desk,\d+,[\d.]+,0\r\nno key,0,0,0\r\n$/);
  const calls = page.getByRole('link', { name: /^Transcript of the call of/ });
  await calls.first().click();
  await page.waitForURL(`**/conversations/${sessionId}`);
}

/** Is told why a private address is refused, makes a webhook with another, changes it, and looks at what became of a test. */
export async function useWebhooks(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New webhook' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Address').fill('http://127.0.0.1:9/hook');
  await dialog.getByRole('button', { name: 'Create webhook' }).click();
  await dialog.getByText(/Webhooks do not reach 127\.0\.0\.1, .* WEBHOOK_PRIVATE_HOSTS/).waitFor();
  // A name that nobody has: nothing outside is asked.
  const address = `https://hook-${Date.now()}.invalid/`;
  await dialog.getByLabel('Address').fill(address);
  await dialog.getByRole('button', { name: 'Create webhook' }).click();
  await page.getByTestId('secret').waitFor();
  await page.getByRole('dialog').getByText('Close', { exact: true }).click();

  const row = page.getByRole('listitem').filter({ hasText: address });
  await row.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByLabel('Address').fill(`${address}talks`);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row.getByText(`${address}talks`).waitFor();

  await row.getByRole('button', { name: 'Send a test' }).click();
  await row.getByText(/^next attempt: /).waitFor({ timeout: 60_000 });
  await row.getByRole('button', { name: /^Details of test/ }).click();
  await row.getByText('"event": "test"').waitFor();
  await row.getByText('no answer', { exact: true }).first().waitFor();
}

async function fileOf(page: Page, button: Locator): Promise<string> {
  const [download] = (await Promise.all([page.waitForEvent('download'), button.click()])) as [Download, undefined];
  return readFile(await download.path(), 'utf8');
}
