import { expect, it } from 'vitest';
import { moved, stillThere } from './order.ts';

it('moves one of a list up or down, and leaves the others in their order', () => {
  expect(moved(['a', 'b', 'c', 'd'], 2, 1)).toEqual(['a', 'c', 'b', 'd']);
  expect(moved(['a', 'b', 'c', 'd'], 0, 1)).toEqual(['b', 'a', 'c', 'd']);
  expect(moved(['a', 'b', 'c', 'd'], 3, 0)).toEqual(['d', 'a', 'b', 'c']);
});

it('forgets those that were deleted meanwhile', () => {
  expect(stillThere(['c', 'gone', 'a'], [{ avatarId: 'a' }, { avatarId: 'b' }, { avatarId: 'c' }])).toEqual(['c', 'a']);
});
