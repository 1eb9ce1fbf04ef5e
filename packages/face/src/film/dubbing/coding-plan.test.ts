import { expect, it } from 'vitest';
import { planCoding } from './coding-plan.ts';

const BYTES_PER_PX = 1.5;

it('two threads share the pictures of a film, as far as their memory allows', () => {
  expect(planCoding({ widthPx: 512, heightPx: 512 }, 25, 2)).toMatchObject({ threadCount: 2, groupLength: 50 });
  const large = planCoding({ widthPx: 1920, heightPx: 1080 }, 25, 8);
  expect(large).toMatchObject({ threadCount: 2, groupLength: 21 });
  expect(large.mostWaiting * 1920 * 1080 * BYTES_PER_PX).toBeLessThan(80e6);
});

it('one core, and pictures of which few fit into memory, are coded on one thread with few key pictures', () => {
  expect(planCoding({ widthPx: 512, heightPx: 512 }, 25, 1)).toEqual({
    threadCount: 1,
    groupLength: 100,
    mostWaiting: 3,
  });
  expect(planCoding({ widthPx: 3840, heightPx: 2160 }, 30, 2)).toEqual({
    threadCount: 1,
    groupLength: 120,
    mostWaiting: 3,
  });
});

it('slow films have groups that are worth a key picture', () => {
  expect(planCoding({ widthPx: 512, heightPx: 512 }, 5, 2).groupLength).toBe(12);
});
