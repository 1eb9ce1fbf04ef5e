import { expect, it } from 'vitest';
import { stepOfRoom } from './announced.ts';

it('says how much room is left at a few steps, not at every letter', () => {
  const steps = Array.from({ length: 1001 }, (_, left) => stepOfRoom(left, 1000));
  expect(new Set(steps)).toEqual(new Set([0, 0.01, 0.05, 0.1, null]));
  expect([1000, 101, 100, 51, 50, 11, 10, 1, 0].map((left) => stepOfRoom(left, 1000))).toEqual([
    null,
    null,
    0.1,
    0.1,
    0.05,
    0.05,
    0.01,
    0.01,
    0,
  ]);
});
