import type pg from 'pg';
import { expect, it, vi } from 'vitest';
import { watchDatabase } from './database-watch.ts';

it('says once that the database does not answer, and once that it does again', async () => {
  const query = vi.fn(async (): Promise<unknown> => ({}));
  const logger = { debug() {}, info: vi.fn(), warn() {}, error: vi.fn() };
  const watch = watchDatabase({ pool: { query } as unknown as pg.Pool }, logger, 60_000);
  const seen: boolean[] = [];
  for (const isGone of [false, true, true, false]) {
    query.mockImplementation(isGone ? () => Promise.reject(new Error('gone')) : async () => ({}));
    await watch.look();
    seen.push(watch.isDown());
  }
  expect(seen).toEqual([false, true, true, false]);
  expect([logger.error.mock.calls.length, logger.info.mock.calls.length]).toEqual([1, 1]);
  watch.stop();
});

it('does not ask again while it waits for an answer', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const query = vi.fn(() => promise);
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const watch = watchDatabase({ pool: { query } as unknown as pg.Pool }, logger, 60_000);
  const first = watch.look();
  await watch.look();
  expect(query).toHaveBeenCalledTimes(1);
  resolve({});
  await first;
  watch.stop();
});
