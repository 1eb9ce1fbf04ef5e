import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Until this expression is true in the page. Playwright's own waiting builds a function there, which our pages' policy forbids. */
export async function untilTrue(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(`Boolean(${expression})`), { timeout: 30_000 }).toBe(true);
}
