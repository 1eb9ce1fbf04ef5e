import { mkdir } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { Shop } from '../support/shop.ts';
import { lostConnections } from './embed-flow.ts';

const executablePath = findChromium();

/** Apart from the other tests of the element: they wait a minute for a token to be over, and another file may use that time. */
describe.skipIf(executablePath === null)('an avatar on another site, whose visitor', () => {
  let server: TestServer;
  let shop: Shop;
  let browser: Browser;

  beforeAll(async () => {
    server = await startServer();
    shop = new Shop(server);
    await shop.open();
    await mkdir('test-output', { recursive: true });
    browser = await launchChromium(executablePath ?? '', { microphone: 'tone', soundWantsClick: true });
  });
  afterAll(async () => {
    await browser?.close();
    shop?.close();
    await server?.stop();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  lostConnections(() => ({ server, shop, browser }));
});
