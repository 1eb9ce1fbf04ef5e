import { expect, test } from 'vitest';
import { extentOf, selectionOf, toggled } from './selection.ts';

test('a row is chosen by one click and let go by the next, beside the others', () => {
  const first = toggled(new Set(['a']), 'b');
  expect([...first]).toEqual(['a', 'b']);
  expect([...toggled(first, 'a')]).toEqual(['b']);
});

test('all, some or none of what is shown', () => {
  expect([extentOf(0, 0), extentOf(0, 3), extentOf(2, 3), extentOf(3, 3)]).toEqual(['none', 'none', 'some', 'all']);
});

test('what can no longer be chosen is not, though it was, and is no part of what is chosen next', () => {
  let next: ReadonlySet<string> = new Set();
  const selection = selectionOf(new Set(['a', 'b']), ['b', 'c'], (ids) => {
    next = ids;
  });
  expect([selection.ids, ...['a', 'b', 'c'].map(selection.has)]).toEqual([['b'], false, true, false]);
  selection.add(['c']);
  expect([...next]).toEqual(['b', 'c']);
});
