import { errorEntry } from '@visavis/protocol';
import { afterEach, expect, it, vi } from 'vitest';
import { readAttributes } from './avatar-attributes.ts';
import { CardKeeper } from './card-keeper.ts';

const server = 'https://a.example';
const iris = { name: 'Iris', posterUrl: '/uploadFiles/iris.webp', face: null };
const known = () => Response.json({ code: 200, message: 'SUCCESS', data: iris });
const missing = () =>
  Response.json({ code: 404, message: errorEntry('avatar-not-found').message, data: null }, { status: 404 });

afterEach(() => vi.unstubAllGlobals());

function keep(...answers: (() => Response | Promise<Response>)[]) {
  const ask = vi.fn(
    async (_url: string, _request: RequestInit) =>
      (await answers.shift()?.()) ?? Promise.reject(new TypeError('Failed to fetch')),
  );
  vi.stubGlobal('fetch', ask);
  const onAnswer = vi.fn();
  const keeper = new CardKeeper(onAnswer);
  keeper.follow(
    readAttributes((name) => ({ avatar: 'Iris', license: 'k', server })[name as 'avatar'] ?? null),
    undefined,
  );
  return {
    keeper,
    onAnswer,
    ask,
    answered: (count: number) => vi.waitFor(() => expect(onAnswer).toHaveBeenCalledTimes(count)),
  };
}

it('asks again for an avatar that was unknown, and not for one that is known', async () => {
  const { keeper, ask, answered } = keep(missing, missing, known);
  await answered(1);
  expect(keeper.answer).toBe('unknown');
  await Promise.all([keeper.askAgain(), keeper.askAgain()]);
  expect([keeper.answer, ask.mock.calls.length]).toEqual(['unknown', 2]);
  await keeper.askAgain();
  expect(keeper.answer).toEqual({ ...iris, posterUrl: `${server}/uploadFiles/iris.webp` });
  await keeper.askAgain();
  expect(ask).toHaveBeenCalledTimes(3);
});

it('keeps the key out of the address', async () => {
  const { ask, answered } = keep(known);
  await answered(1);
  const [url, request] = ask.mock.calls[0] ?? [];
  expect(url).toBe(`${server}/api/open/v1/avatar/card`);
  expect(String(request?.body)).toBe('avatar=Iris&license=k');
});

it.each([
  ['a proxy that leads nowhere', () => new Response('<h1>Not Found</h1>', { status: 404 })],
  ['a server without cards', () => Response.json({ code: 404, message: 'Not found', data: null }, { status: 404 })],
  ['a server of another make', () => Response.json({ error: 'Not Found' }, { status: 404 })],
  ['nobody', () => Promise.reject(new TypeError('Failed to fetch'))],
])('is not sure of an avatar by the answer of %s', async (_name, answer) => {
  const { keeper, answered } = keep(answer, missing, answer);
  await answered(1);
  expect(keeper.answer).toBe('unsure');
  // A start that asks again goes on: the call says what is the matter.
  await keeper.askAgain();
  expect(keeper.answer).toBe('unknown');
  await keeper.askAgain();
  expect(keeper.answer).toBe('unsure');
});
