import { expect, test } from 'vitest';
import { isInStep, originalTime } from './player-time.ts';

const lengths = { filmS: 10, originalS: 4 };

test('the original runs as the film was made of it', () => {
  const at = [0, 3, 5, 7, 9];
  const times = (mode: Parameters<typeof originalTime>[2]) => at.map((s) => originalTime(s, lengths, mode));
  expect(times('loop')).toEqual([0, 3, 1, 3, 1]);
  expect(times('bounce')).toEqual([0, 3, 3, 1, 1]);
  expect(times('cut_off')).toEqual([0, 3, 4, 4, 4]);
  expect(times('silence')).toEqual([0, 3, 4, 4, 4]);
  expect(originalTime(5, lengths, 'remap')).toBe(2);
});

test('while a length is not known there is no such moment, and none is outside of the film', () => {
  for (const unknown of [Number.NaN, 0]) {
    expect(originalTime(1, { filmS: 10, originalS: unknown }, 'loop')).toBeNull();
    expect(originalTime(1, { filmS: unknown, originalS: 4 }, 'remap')).toBeNull();
  }
  expect(originalTime(99, lengths, 'remap')).toBe(4);
  expect(originalTime(-1, lengths, 'silence')).toBe(0);
});

test('two pictures are in step within a tenth of a second', () => {
  expect([isInStep(1, 1.1), isInStep(1, 1.2), isInStep(1.1, 1)]).toEqual([true, false, true]);
});
