import { expect, it } from 'vitest';
import { newestWithin } from './newest-within.ts';

const within = (texts: string[], count: number, characters: number) =>
  newestWithin(texts, { count, characters }, ({ length }) => length);

it('keeps all that is within both bounds', () => {
  expect(within(['a', 'b', 'c'], 3, 3)).toEqual(['a', 'b', 'c']);
  expect(within([], 3, 3)).toEqual([]);
});

it('forgets the oldest where there are too many', () => {
  expect(within(['a', 'b', 'c'], 2, 3)).toEqual(['b', 'c']);
});

it('forgets what is too long, and all before it', () => {
  expect(within(['a', 'long', 'c'], 3, 3)).toEqual(['c']);
  expect(within(['a', 'b', 'long'], 3, 3)).toEqual([]);
});
