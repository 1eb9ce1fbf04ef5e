import { expect, it } from 'vitest';
import { cursorsIn, withNext, withPrevious } from './opened-pages.ts';

const [all, filtered] = [{ text: '' }, { text: 'tea' }];
const start = { of: all, cursors: [''] };

it('goes on and back page by page, and never before the first', () => {
  const third = withNext(withNext(start, all, 'b'), all, 'c');
  expect(cursorsIn(third, all)).toEqual(['', 'b', 'c']);
  expect(cursorsIn(withPrevious(third, all), all)).toEqual(['', 'b']);
  expect(cursorsIn(withPrevious(start, all), all)).toEqual(['']);
});

it('takes no cursor of one filter along into another, though it was opened while the other was being typed', () => {
  const opened = withNext(start, all, 'b');
  expect(cursorsIn(opened, filtered)).toEqual(['']);
  expect(cursorsIn(withNext(opened, filtered, 'x'), filtered)).toEqual(['', 'x']);
  expect(cursorsIn(withPrevious(opened, filtered), filtered)).toEqual(['']);
});
