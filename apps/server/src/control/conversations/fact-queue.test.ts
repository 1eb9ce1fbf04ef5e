import { expect, it } from 'vitest';
import { FactQueue } from './fact-queue.ts';

const flood = (queue: FactQueue<string>, talk: string, most: number): number => {
  let added = 0;
  while (added < most && queue.hasRoom(talk, 0)) {
    queue.add(talk, `${talk}${added}`, 0);
    added += 1;
  }
  return added;
};

it('takes from all talks in turn, and goes on where it stopped', () => {
  const queue = new FactQueue<string>();
  flood(queue, 'a', 5);
  flood(queue, 'b', 2);
  flood(queue, 'c', 1);
  expect(queue.take(4)).toEqual(['a0', 'b0', 'c0', 'a1']);
  expect(queue.take(100)).toEqual(['b1', 'a2', 'a3', 'a4']);
  expect(queue.take(100)).toEqual([]);
});

it('leaves room for whoever comes, however many talks flood', () => {
  const queue = new FactQueue<string>();
  const talks = Array.from({ length: 200 }, (_, index) => `flood-${index}-`);
  expect(flood(queue, talks[0] ?? '', 30_000)).toBe(1_000);
  for (const talk of talks) flood(queue, talk, 30_000);
  expect(queue.count).toBeLessThan(20_000 + 200 * 20);
  expect(flood(queue, 'neighbour', 5)).toBe(5);
  expect(queue.take(500)).toContain('neighbour0');
});

it('shares the bytes in the same way', () => {
  const queue = new FactQueue<string>();
  const half = 32 * 1024 * 1024;
  expect(queue.hasRoom('a', half + 1)).toBe(true);
  queue.add('a', 'x', half);
  expect([queue.hasRoom('a', 1), queue.hasRoom('b', half)]).toEqual([false, true]);
  queue.settle('a', half);
  expect([queue.hasRoom('a', half), queue.count, queue.bytes]).toEqual([true, 0, 0]);
});
