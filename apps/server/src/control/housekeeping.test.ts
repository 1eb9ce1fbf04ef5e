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
