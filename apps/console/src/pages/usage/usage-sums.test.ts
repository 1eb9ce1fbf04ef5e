import type { UsageDay } from '@visavis/protocol/rest';
import { expect, test } from 'vitest';
import { barsOf, sumOf, sumsByKey } from './usage-sums.ts';

const day = (name: string, licenceId: string, minutes: number): UsageDay => ({
  day: name,
  licenceId,
  calls: 1,
  callSeconds: minutes * 60,
  generatedSeconds: 0,
  points: minutes * 2,
});
const days = [
  day('2026-01-01', 'a', 1),
  day('2026-01-01', 'b', 2),
  day('2026-01-03', 'b', 4),
  day('2026-12-31', 'a', 5),
];

test('a bar for each day, those without calls too; with many days one for each week', () => {
  expect(barsOf({ from: '2026-01-01', to: '2026-01-03', days: days.slice(0, 3) })).toEqual([
    { from: '2026-01-01', to: '2026-01-01', minutes: 3, calls: 2 },
    { from: '2026-01-02', to: '2026-01-02', minutes: 0, calls: 0 },
    { from: '2026-01-03', to: '2026-01-03', minutes: 4, calls: 1 },
  ]);
  const weeks = barsOf({ from: '2026-01-01', to: '2026-12-31', days });
  expect(weeks).toHaveLength(53);
  expect(weeks[0]).toEqual({ from: '2026-01-01', to: '2026-01-07', minutes: 7, calls: 3 });
  // The last one ends with the time that was asked for.
  expect(weeks.at(-1)).toEqual({ from: '2026-12-31', to: '2026-12-31', minutes: 5, calls: 1 });
  expect(weeks.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(12);
});

test('sums of all, and by key with most time first', () => {
  expect(sumOf(days)).toEqual({ calls: 4, minutes: 12, points: 24 });
  expect(sumOf([])).toEqual({ calls: 0, minutes: 0, points: 0 });
  const byKey = sumsByKey([...days, day('2026-01-03', 'c', 10)]);
  expect(byKey.map(({ licenceId, sum }) => [licenceId, sum.minutes])).toEqual([
    ['c', 10],
    ['a', 6],
    ['b', 6],
  ]);
});
