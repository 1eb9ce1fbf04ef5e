import { afterEach, expect, it, vi } from 'vitest';
import { startHousekeeping } from './housekeeping.ts';

afterEach(() => vi.useRealTimers());

it('cleans up soon after the start, then every quarter of an hour, and each task although one before it failed', async () => {
  vi.useFakeTimers();
  const sweep = vi.fn(async () => {});
  const warn = vi.fn();
  const broken = () => Promise.reject(new Error('gone'));
  const { stop } = startHousekeeping({ broken, sweep }, { debug() {}, info() {}, warn, error() {} });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([sweep.mock.calls.length, warn.mock.calls.length]).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(14 * 60_000);
  expect(sweep).toHaveBeenCalledTimes(2);
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('does not begin again while it is not done', async () => {
  vi.useFakeTimers();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = vi.fn(() => promise);
  const { stop, runAll } = startHousekeeping({ slow }, { debug() {}, info() {}, warn() {}, error() {} });
  await vi.advanceTimersByTimeAsync(40 * 60_000);
  expect(slow).toHaveBeenCalledTimes(1);
  resolve();
  await vi.advanceTimersByTimeAsync(15 * 60_000);
  await runAll();
  expect(slow).toHaveBeenCalledTimes(3);
  stop();
});
