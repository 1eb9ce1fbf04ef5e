import { expect, it } from 'vitest';
import { keysAfter } from './item-keys.ts';

const first = keysAfter({ texts: [], keys: [] }, ['a', 'b', 'c']);

it.each([
  ['as they are', ['a', 'b', 'c'], [0, 1, 2]],
  ['without the first', ['b', 'c'], [1, 2]],
  ['without the middle one', ['a', 'c'], [0, 2]],
  ['without the last', ['a', 'b'], [0, 1]],
  ['with one changed', ['a', 'B', 'c'], [0, 1, 2]],
  ['with all changed', ['A', 'B', 'C'], [0, 1, 2]],
  ['with one more at the end', ['a', 'b', 'c', 'd'], [0, 1, 2, 3]],
  ['with one more before', ['d', 'a', 'b', 'c'], [3, 0, 1, 2]],
  ['with two of the same', ['a', 'a', 'b', 'c'], [0, 3, 1, 2]],
  ['with none left', [], []],
] as const)('items keep their keys: %s', (_what, texts, keys) => {
  expect(keysAfter(first, texts).keys).toEqual(keys);
});

it('is the same list of keys until something changes', () => {
  expect(keysAfter(first, ['a', 'b', 'c'])).toBe(first);
});

it('gives no key twice', () => {
  const fewer = keysAfter(first, ['c']);
  expect(keysAfter(fewer, ['c', 'd', 'e']).keys).toEqual([2, 3, 4]);
});
