import { afterEach, expect, it, vi } from 'vitest';
import { request } from './client.ts';

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
