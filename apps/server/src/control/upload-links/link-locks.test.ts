import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LinkLocks } from './link-locks.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('whoever comes asks the one before to let go, and waits until it has', async () => {
  const locks = new LinkLocks();
  const letGo = vi.fn();
  const release = await locks.take('a', letGo);
  const steps: string[] = [];
  const second = locks.run('a', async () => void steps.push('second'));
  await locks.run('b', async () => void steps.push('another link'));
  expect([letGo.mock.calls.length, steps]).toEqual([1, ['another link']]);
  release();
  await second;
  expect(steps).toEqual(['another link', 'second']);
});

test('one who does not let go keeps the others out for ten seconds each, and later ones come in all the same', async () => {
  const locks = new LinkLocks();
  const release = await locks.take('a', () => {});
  const late = expect(locks.run('a', async () => {})).rejects.toThrow(/somebody else/i);
  await vi.advanceTimersByTimeAsync(10_000);
  await late;
  const next = locks.run('a', async () => 'mine');
  release();
  expect(await next).toBe('mine');
});

test('a crowd before one link is refused at once', async () => {
  const locks = new LinkLocks();
  const release = await locks.take('a', () => {});
  const crowd = Promise.allSettled(Array.from({ length: 50 }, () => locks.run('a', async () => {})));
  release();
  const ended = await crowd;
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
});

test('those who went before count no more: one after the other, any number comes in', async () => {
  const locks = new LinkLocks();
  let release = await locks.take('a', () => {});
  for (let count = 0; count < 10; count += 1) {
    const next = locks.take('a', () => {});
    release();
    release = await next;
  }
  const crowd = Promise.allSettled(Array.from({ length: 50 }, () => locks.run('a', async () => {})));
  release();
  expect((await crowd).filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
});

test('who has given up waiting takes no place of others', async () => {
  const locks = new LinkLocks();
  const release = await locks.take('a', () => {});
  const late = Promise.allSettled(Array.from({ length: 3 }, () => locks.run('a', async () => {})));
  await vi.advanceTimersByTimeAsync(30_000);
  expect((await late).every(({ status }) => status === 'rejected')).toBe(true);
  const next = Promise.all(Array.from({ length: 3 }, () => locks.run('a', async () => 'mine')));
  release();
  expect(await next).toEqual(['mine', 'mine', 'mine']);
});
