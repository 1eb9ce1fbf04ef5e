import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Changes } from './changes.ts';

const HERE = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells what has changed with what changes a moment later, and not word by word', async () => {
  const changes = new Changes();
  const told = vi.fn();
  const before = changes.version('p');
  changes.note('p');
  void changes.next('p', before, 15_000, HERE).then(told);
  for (let word = 0; word < 4; word += 1) {
    await vi.advanceTimersByTimeAsync(100);
    changes.note('p');
  }
  expect(told).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(told).toHaveBeenCalledExactlyOnceWith(true);
});

it('tells who asks when it has been told that nothing has changed after the time that he would wait', async () => {
  const changes = new Changes();
  const told = vi.fn();
  void changes.next('p', changes.version('p'), 15_000, HERE).then(told);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(told).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toHaveBeenCalledExactlyOnceWith(true);
});

it('sends away whoever is one too many, and not the next one after somebody left', async () => {
  const changes = new Changes();
  const leaving = new AbortController();
  const first = changes.next('p', 0, 15_000, leaving.signal);
  const waiting = Array.from({ length: 99 }, () => changes.next('p', 0, 15_000, HERE));
  expect(await changes.next('p', 0, 15_000, HERE)).toBe(false);
  changes.note('p');
  expect(await changes.next('p', 0, 15_000, HERE)).toBe(false);
  const other = changes.next('another', 0, 15_000, HERE);
  leaving.abort();
  const late = changes.next('p', 0, 15_000, HERE);
  changes.close();
  expect(new Set(await Promise.all([first, ...waiting, late, other]))).toEqual(new Set([true]));
});
