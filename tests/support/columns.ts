import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** In a window of this width the tabs stand beside the place of the call, and the last column ends where the window does. */
export async function expectColumns(page: Page, call: Locator, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  const edges = async (locator: Locator) => {
    const { x, width: widthPx } = (await locator.boundingBox()) ?? expect.unreachable();
    return { left: x, right: x + widthPx };
  };
  const [place, tabs] = [await edges(call), await edges(page.getByRole('tablist'))];
  expect(place.right).toBeLessThan(tabs.left);
  expect(width - tabs.right).toBeLessThan(100);
}
