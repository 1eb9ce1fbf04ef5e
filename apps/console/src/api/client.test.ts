import { afterEach, expect, it, vi } from 'vitest';
import { request, requestFile } from './client.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('says that a server does not answer which takes the request and falls silent', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (_path: string, { signal }: { signal: AbortSignal }) => {
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  });
  const asking = request('GET', '/me').catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await asking).toContain('does not answer');
  expect(vi.getTimerCount()).toBe(0);
});

it('says that of a file that breaks off, too', async () => {
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(8));
      controller.error(new TypeError('Failed to fetch'));
    },
  });
  vi.stubGlobal('fetch', async () => new Response(broken));
  await expect(requestFile('POST', '/export')).rejects.toMatchObject({ name: 'ApiProblem', code: 'no-answer' });
});

it('waits no longer once nobody wants the answer', async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  vi.stubGlobal('fetch', (_path: string, { signal }: { signal: AbortSignal }) => {
    asked.resolve(signal);
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(signal.reason));
    return promise;
  });
  const page = new AbortController();
  const asking = request('GET', '/live-talks', undefined, { signal: page.signal });
  expect((await asked.promise).aborted).toBe(false);
  page.abort();
  await expect(asking).rejects.toMatchObject({ code: 'no-answer' });
});
