import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test('names with commas, quotes and lines stay one cell; numbers stay numbers', () => {
  const csv = toCsv([
    ['Key', 'Minutes'],
    ['Shop, "the" best\nof all', -1.5],
    ['铺子', 0],
  ]);
  expect(csv).toBe('\uFEFFKey,Minutes\r\n"Shop, ""the"" best\nof all",-1.5\r\n铺子,0\r\n');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =cmd|x', '=HYPERLINK("http://thief.example","a")'])(
  'a name that looks like a formula is text: %j',
  (name) => {
    const [, cell] = /^\uFEFF([\s\S]*)\r\n$/.exec(toCsv([[name]])) ?? [];
    expect(cell?.replace(/^"/, '')).toMatch(/^'/);
    expect(toCsv([['a-b=c']])).toBe('\uFEFFa-b=c\r\n');
  },
);
