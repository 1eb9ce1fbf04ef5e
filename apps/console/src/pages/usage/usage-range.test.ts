import { expect, test } from 'vitest';
import { isRange, rangeOf } from './usage-range.ts';

const now = Date.parse('2026-03-01T00:30:00Z');
const chosen = { from: '2025-01-01', to: '2025-01-02' };

test.each([
  ['week', '2026-02-23', '2026-03-01'],
  ['month', '2026-01-31', '2026-03-01'],
  ['thisMonth', '2026-03-01', '2026-03-01'],
  ['lastMonth', '2026-02-01', '2026-02-28'],
  ['quarter', '2025-12-02', '2026-03-01'],
  ['year', '2025-03-02', '2026-03-01'],
  ['own', '2025-01-01', '2025-01-02'],
] as const)('%s goes from %s to %s', (choice, from, to) => {
  expect(rangeOf(choice, now, chosen)).toEqual({ from, to });
});

test('last month in January is December of the year before', () => {
  expect(rangeOf('lastMonth', Date.parse('2026-01-15T12:00:00Z'), chosen)).toEqual({
    from: '2025-12-01',
    to: '2025-12-31',
  });
});

test('days that are none, the wrong way round or too many are no range', () => {
  const ranges = [
    ['2026-01-01', '2026-01-01', true],
    ['2025-01-01', '2026-02-05', true],
    ['2025-01-01', '2026-02-06', false],
    ['2026-01-02', '2026-01-01', false],
    ['', '2026-01-01', false],
    ['2026-01-01', 'soon', false],
  ] as const;
  for (const [from, to, expected] of ranges) expect([from, to, isRange({ from, to })]).toEqual([from, to, expected]);
});
