import { expect, it } from 'vitest';
import { afterLevel, type Hearing, meterShare, nothingHeard } from './sound-level.ts';

const after = (levels: readonly number[], from: Hearing = nothingHeard) => levels.reduce(afterLevel, from);
const times = (count: number, level: number) => new Array<number>(count).fill(level);

it('shows speech between the ends of the meter', () => {
  expect([0, 0.001, 0.032, 0.4, 1].map((level) => Number(meterShare(level).toFixed(1)))).toEqual([0, 0, 0.5, 1, 1]);
});

it('hears a voice with its gaps, and no single click', () => {
  expect(after([0.5, ...times(40, 0.001), 0.5, ...times(40, 0.001)]).isHeard).toBe(false);
  const speech = [...times(3, 0.05), ...times(6, 0.002), ...times(3, 0.05)];
  expect(after(speech).isHeard).toBe(true);
  expect(after(times(20, 0.001), after(speech)).isHeard).toBe(true);
  expect(after(times(40, 0.001), after(speech)).isHeard).toBe(false);
});
