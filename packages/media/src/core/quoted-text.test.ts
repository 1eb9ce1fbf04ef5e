import { describe, expect, it } from 'vitest';
import { quotedStretches } from './quoted-text.ts';

const MARKS = { opening: '"“', closing: '"”' };

describe('quotedStretches', () => {
  it.each([
    ['say "one" and “two”', ['one', 'two']],
    ['""three"', ['three']],
    ['never "closed', []],
    ['closed" never', []],
    ['“a “b” c”', ['a “b']],
    ['', []],
  ])('%s', (text, expected) => {
    expect(quotedStretches(text, MARKS)).toEqual(expected);
  });

  it('leaves out what is too short', () => {
    expect(quotedStretches('"a" "bc"', MARKS, 2)).toEqual(['bc']);
    expect(quotedStretches('“a” “bc”', MARKS, 2)).toEqual(['bc']);
  });
});
