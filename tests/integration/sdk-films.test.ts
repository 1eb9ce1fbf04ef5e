import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wavFile } from '../../packages/media/src/core/wav-file.ts';
import { estimate, type FilmEstimate, type FilmStanding, generate } from '../../packages/sdk/src/films.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const SECONDS = 0.6;
const HUM = wavFile(
  [Int16Array.from({ length: 24_000 * SECONDS }, (_unused, index) => 9000 * Math.sin(index / 20))],
  24_000,
);

let server: TestServer;
let license = '';

beforeAll(async () => {
  server = await startServer({ FETCH_PRIVATE_HOSTS: 'localhost' });
  const owner = new ConsoleVisitor(server.url);
  await owner.register('films@example.org');
  const { projectId } = (await owner.post('/projects', { name: 'Cinema' })).body;
  license = (await owner.post(`/projects/${projectId}/keys`, { name: 'Films' })).body.key;
});
afterAll(() => server?.stop());

/** A site of its own: it has one page, and takes messages. */
async function startSite() {
  const { promise: posted, resolve } = Promise.withResolvers<unknown>();
  const module = stripTypeScriptTypes(
    await readFile(new URL('../../packages/sdk/src/films.ts', import.meta.url), 'utf8'),
  );
  const site = createServer((request, response) => {
    if (request.method === 'POST') void text(request).then((body) => resolve(JSON.parse(body)));
    const isModule = request.url === '/films.js';
    response.setHeader('content-type', isModule ? 'text/javascript' : 'text/html');
    response.end(isModule ? module : '<!doctype html><title>Shop</title>');
  });
  site.listen(0, 'localhost');
  await once(site, 'listening');
  const url = `http://localhost:${(site.address() as AddressInfo).port}`;
  return { url, posted, close: () => void site.close() };
}

/** Pictures that were shown while a film was made: the first bytes of each. */
const shown: Buffer[] = [];
async function look({ previewUrl }: FilmStanding): Promise<void> {
  if (previewUrl === null) return;
  const reply = await fetch(previewUrl);
  if (reply.ok) shown.push(Buffer.from(await reply.arrayBuffer()).subarray(0, 3));
}

test('the SDK orders a film from a file of its own, tells how far it is, and gives its link', async () => {
  const steps: FilmStanding[] = [];
  const film = await generate(
    { avatar: 'navtalk.Iris', audio: new Blob([HUM]) },
    { server: server.url, license, onProgress: (standing) => steps.push(standing) },
  );
  expect(film).toMatchObject({ seconds: expect.closeTo(SECONDS, 1), widthPx: 512, heightPx: 512 });
  expect(steps.at(-1)).toMatchObject({ state: 'done', progress: 1, generationId: film.generationId });
  const bytes = Buffer.from(await (await fetch(film.videoUrl)).arrayBuffer());
  expect(bytes.toString('latin1', 4, 8)).toBe('ftyp');
});

test('a film is ordered once its price is agreed to, shows pictures while it is made, and posts its end', async () => {
  const told = await startSite();
  const speech = wavFile([Int16Array.from({ length: 24_000 * 20 }, (_unused, i) => 9000 * Math.sin(i / 20))], 24_000);
  const prices: FilmEstimate[] = [];
  const looks: Promise<void>[] = [];
  const film = await generate(
    { avatar: 'navtalk.Iris', audio: new Blob([speech]), callbackUrl: `${told.url}/films` },
    {
      server: server.url,
      license,
      confirm: (price) => prices.push(price) === 1,
      onProgress: (standing) => void looks.push(look(standing)),
    },
  );
  await Promise.all(looks);
  expect(prices).toEqual([expect.objectContaining({ seconds: expect.closeTo(20, 1), isExact: true })]);
  expect(shown[0]).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  expect(await told.posted).toMatchObject({ type: 'film.done', data: { generation_id: film.generationId } });
  told.close();
});

const chromium = findChromium();

test.skipIf(chromium === null)('a page at the origin of the server does the same', async () => {
  const site = await startSite();
  const browser = await launchChromium(chromium ?? '');
  try {
    const page = await browser.newPage();
    // As behind a proxy that gives both one name.
    for (const path of ['/shop', '/films.js']) {
      await page.route(server.url + path, async (route) => {
        await route.fulfill({ response: await page.request.get(site.url + path) });
      });
    }
    await page.goto(`${server.url}/shop`);
    const given = JSON.stringify({ server: server.url, license });
    // As text: the test's own modules are not the page's.
    const made = await page.evaluate(`(async () => {
      const { estimate, generate } = await import('/films.js');
      const sound = Uint8Array.from(atob('${Buffer.from(HUM).toString('base64')}'), (sign) => sign.charCodeAt(0));
      const order = () => ({ avatar: 'navtalk.Iris', audio: new Blob([sound]) });
      const seconds = [(await estimate(order(), ${given})).seconds];
      const states = [];
      const film = await generate(order(), {
        ...${given},
        confirm: (price) => seconds.push(price.seconds) > 0,
        onProgress: ({ state }) => states.push(state),
      });
      return { seconds, last: states.at(-1), type: (await fetch(film.videoUrl)).headers.get('content-type') };
    })()`);
    const seconds = [expect.closeTo(SECONDS, 1), expect.closeTo(SECONDS, 1)];
    expect(made).toEqual({ seconds, last: 'done', type: 'video/mp4' });
  } finally {
    await browser.close();
    site.close();
  }
});

test('the price of a text is told, and nothing is ordered', async () => {
  const price = await estimate({ avatar: 'navtalk.Iris', text: 'Welcome!' }, { server: server.url, license });
  expect(price).toMatchObject({ isExact: false, seconds: expect.any(Number) });
  expect(price.seconds).toBeGreaterThan(0.3);
});

test('what is wrong with an order is said in words', async () => {
  const options = { server: server.url, license };
  await expect(generate({ avatar: 'navtalk.Iris' }, options)).rejects.toThrow(/Give what is said/);
  await expect(
    generate({ avatar: 'navtalk.Iris', audio: new Blob(['no sound at all']) }, options),
  ).rejects.toMatchObject({ name: 'FilmError', message: expect.stringMatching(/\.$/) });
});

test('who stops waiting stops the film on the server', async () => {
  const waiting = new AbortController();
  let generationId = '';
  const onProgress = (standing: FilmStanding): void => {
    generationId = standing.generationId;
    waiting.abort(new Error('enough'));
  };
  const order = { avatar: 'navtalk.Iris', text: 'This is a long sentence that nobody waits for. '.repeat(20) };
  const film = generate(order, { server: server.url, license, onProgress, signal: waiting.signal });
  await expect(film).rejects.toThrow('enough');
  const headers = { authorization: `Bearer ${license}` };
  const response = await fetch(`${server.url}/api/v1/generations/${generationId}`, { headers });
  expect(await response.json()).toMatchObject({ state: 'cancelled' });
});
