import { expect, it } from 'vitest';
import { pictureMs, rateOf } from './film-clip.ts';

it('television’s rates stay what they are, and rounded times of containers become them again', () => {
  expect(rateOf(29.97)).toEqual({ ticksPerSecond: 30_000, ticksPerPicture: 1001 });
  expect(rateOf(23.976)).toEqual({ ticksPerSecond: 24_000, ticksPerPicture: 1001 });
  expect(rateOf(30.000000001)).toEqual({ ticksPerSecond: 30_000, ticksPerPicture: 1000 });
  expect(pictureMs(rateOf(25))).toBe(40);
});

it('odd rates are kept, and what is no rate becomes a usual one', () => {
  expect(pictureMs(rateOf(12.5))).toBe(80);
  expect(pictureMs(rateOf(0))).toBe(40);
  expect(pictureMs(rateOf(1000))).toBeCloseTo(1000 / 120);
});
