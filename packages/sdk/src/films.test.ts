import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  estimate,
  type Film,
  FilmError,
  type FilmEstimate,
  type FilmStanding,
  generate as generateFilm,
} from './films.ts';

const OPTIONS = { server: 'https://avatars.example.com/console', license: 'sk_key' };
const ORDER = { avatar: 'navtalk.Leo', text: 'Welcome!' };
const WAITING = {
  generationId: 'f1',
  state: 'waiting',
  progress: 0,
  step: '',
  queuePosition: 2,
  previewUrl: null,
  failure: null,
};
const PREVIEW = 'https://x/films/f1/preview?expires=1';
const RUNNING = { ...WAITING, state: 'running', progress: 0.5, step: 'drawing the mouth', queuePosition: 0 };
const FILM = { videoUrl: 'https://x/f1.mp4', seconds: 1.5, widthPx: 512, heightPx: 512, points: 2 };
const DONE = { ...RUNNING, ...FILM, state: 'done', progress: 1 };

type Asked = { readonly method: string; readonly url: string; readonly body: unknown; readonly headers: Headers };
let asked: Asked[] = [];

/** A server that answers so, one after the other; a function is what the network does instead. */
function answers(...replies: (object | number | (() => never))[]): void {
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const { body } = init;
    const sent = typeof body === 'string' ? JSON.parse(body) : body;
    asked.push({ method: init.method ?? 'GET', url, body: sent, headers: new Headers(init.headers) });
    const reply = replies.shift();
    if (typeof reply === 'function') reply();
    if (typeof reply === 'number')
      return Response.json({ error: { code: 'c', message: `m${reply}` } }, { status: reply });
    return Response.json(reply);
  });
}
const unreachable = (): never => {
  throw new TypeError('fetch failed');
};

/** Lets time go by until the film is there, or is not to come. */
async function generate(...parameters: Parameters<typeof generateFilm>): Promise<Film> {
  const film = generateFilm(...parameters);
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  film.then(end, end);
  while (!isOver) await vi.advanceTimersByTimeAsync(1000);
  return film;
}

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a film is ordered, waited for, and told of', async () => {
  answers(WAITING, RUNNING, DONE);
  const told: FilmStanding['state'][] = [];
  const film = await generate(ORDER, { ...OPTIONS, onProgress: ({ state }) => told.push(state) });
  expect(film).toEqual({ generationId: 'f1', ...FILM });
  expect(told).toEqual(['waiting', 'running', 'done']);
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST https://avatars.example.com/api/v1/generations',
    'GET https://avatars.example.com/api/v1/generations/f1',
    'GET https://avatars.example.com/api/v1/generations/f1',
  ]);
  expect(asked[0]?.body).toEqual(ORDER);
  expect(asked[0]?.headers.get('authorization')).toBe('Bearer sk_key');
});

test('while it is made, a film shows the picture that was drawn last', async () => {
  answers(WAITING, { ...RUNNING, previewUrl: PREVIEW }, DONE);
  const told: FilmStanding['previewUrl'][] = [];
  await generate(ORDER, { ...OPTIONS, onProgress: ({ previewUrl }) => told.push(previewUrl) });
  expect(told).toEqual([null, PREVIEW, null]);
});

test('an order names the address that is told of the end', async () => {
  answers(DONE);
  const order = { ...ORDER, callbackUrl: 'https://shop.example/films' };
  await generate(order, OPTIONS);
  expect(asked[0]?.body).toEqual(order);
});

const PRICE: FilmEstimate = { seconds: 4.2, points: 0.8, isExact: true, pointsLeft: 12.5 };

test('the price is told, and nothing is ordered', async () => {
  answers({ url: 'https://x/uploads/1' }, {}, PRICE);
  expect(await estimate({ avatar: 'navtalk.Leo', audio: new Blob(['sound']) }, OPTIONS)).toEqual(PRICE);
  expect(asked.map(({ method, url }) => [method, url.split('/v1').at(-1)])).toEqual([
    ['POST', '/uploads'],
    ['PUT', 'https://x/uploads/1'],
    ['POST', '/generations/estimate'],
  ]);
  expect(asked.at(-1)?.body).toEqual({ avatar: 'navtalk.Leo', audioUrl: 'https://x/uploads/1' });
});

test('who is asked with the price gets a film, its files sent once, or declines it', async () => {
  const order = { avatar: 'navtalk.Leo', audio: new Blob(['sound']) };
  const prices: FilmEstimate[] = [];
  const confirm = async (price: FilmEstimate) => prices.push(price) === 1;
  answers({ url: 'https://x/uploads/1' }, {}, PRICE, DONE);
  expect((await generate(order, { ...OPTIONS, confirm })).generationId).toBe('f1');
  expect(asked.map(({ method }) => method)).toEqual(['POST', 'PUT', 'POST', 'POST']);
  expect(asked[2]?.body).toEqual(asked[3]?.body);
  asked = [];
  answers(PRICE);
  await expect(generate(ORDER, { ...OPTIONS, confirm })).rejects.toMatchObject({ code: 'declined' });
  expect([prices, asked.length]).toEqual([[PRICE, PRICE], 1]);
});

test('an order that would be refused has no price, and nobody is asked', async () => {
  answers(400, 400);
  await expect(estimate(ORDER, OPTIONS)).rejects.toEqual(new FilmError('c', 'm400'));
  const confirm = () => expect.unreachable();
  await expect(generate(ORDER, { ...OPTIONS, confirm })).rejects.toEqual(new FilmError('c', 'm400'));
});

test('files are sent to links of their own first, which stand for them in the order', async () => {
  answers({ url: 'https://x/uploads/1' }, {}, DONE);
  const audio = new Blob(['sound']);
  await generate({ video: 'https://x/clip.mp4', audio }, OPTIONS);
  expect(asked.map(({ method, body }) => [method, body])).toEqual([
    ['POST', { bytes: 5 }],
    ['PUT', audio],
    ['POST', { videoUrl: 'https://x/clip.mp4', audioUrl: 'https://x/uploads/1' }],
  ]);
});

test('an order outlives a network and a server that fail for a moment, as one film', async () => {
  answers(unreachable, 503, RUNNING, unreachable, 502, 429, DONE);
  await generate(ORDER, { ...OPTIONS, idempotencyKey: 'order 7' });
  expect(asked.slice(0, 3).map(({ headers }) => headers.get('idempotency-key'))).toEqual(Array(3).fill('order 7'));
  answers(...Array<() => never>(100).fill(unreachable));
  await expect(generate(ORDER, OPTIONS)).rejects.toThrow(new TypeError('fetch failed'));
});

test('what is refused, and what fails, has the code and the sentence of the server', async () => {
  answers(400);
  await expect(generate(ORDER, OPTIONS)).rejects.toEqual(new FilmError('c', 'm400'));
  answers({ ...RUNNING, state: 'failed', failure: { code: 'no-face', message: 'There is no face.' } });
  await expect(generate(ORDER, OPTIONS)).rejects.toMatchObject({ code: 'no-face', message: 'There is no face.' });
  answers({ ...RUNNING, state: 'cancelled' });
  await expect(generate(ORDER, OPTIONS)).rejects.toMatchObject({ code: 'cancelled' });
});

test('who stops waiting while the order is on its way stops the film that comes of it', async () => {
  const waiting = new AbortController();
  answers(RUNNING, {});
  const reply = globalThis.fetch;
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    if (init.method === 'POST') waiting.abort(new Error('enough'));
    return reply(url, init);
  });
  await expect(generate(ORDER, { ...OPTIONS, signal: waiting.signal })).rejects.toThrow('enough');
  expect(asked.map(({ url }) => url.split('/v1').at(-1))).toEqual(['/generations', '/generations/f1/cancel']);
});

test('a page that throws stops the film, too', async () => {
  answers(RUNNING, {});
  const onProgress = (): never => {
    throw new TypeError('no such element');
  };
  await expect(generate(ORDER, { ...OPTIONS, onProgress })).rejects.toThrow('no such element');
  expect(asked.at(-1)?.url).toMatch(/cancel$/);
});

test('a file is sent again where the connection broke, and not while another of the order cannot be sent', async () => {
  const [video, audio] = [new Blob(['clip']), new Blob(['sound'])];
  answers({ url: 'https://x/uploads/1' }, unreachable, {}, DONE);
  await generate({ avatar: 'navtalk.Leo', audio }, OPTIONS);
  expect(asked.map(({ method }) => method)).toEqual(['POST', 'PUT', 'PUT', 'POST']);
  asked = [];
  answers({ url: 'https://x/uploads/1' }, { url: 'https://x/uploads/2' }, unreachable, 415, {}, {});
  await expect(generate({ video, audio }, OPTIONS)).rejects.toMatchObject({ message: 'm415' });
  expect(asked.map(({ method }) => method)).toEqual(['POST', 'POST', 'PUT', 'PUT']);
});

test('who stops waiting stops the film', async () => {
  answers(RUNNING, RUNNING, {});
  const waiting = new AbortController();
  let steps = 0;
  const onProgress = (): void => {
    steps += 1;
    if (steps === 2) waiting.abort(new Error('enough'));
  };
  await expect(generate(ORDER, { ...OPTIONS, onProgress, signal: waiting.signal })).rejects.toThrow('enough');
  expect(asked.at(-1)).toMatchObject({ method: 'POST', url: expect.stringMatching(/\/generations\/f1\/cancel$/) });
});
