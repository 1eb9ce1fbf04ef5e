import { expect, it } from 'vitest';
import type { FaceSample } from './life-meter.ts';
import { closestRepeat, scoreLife } from './life-scores.ts';

const STILL: FaceSample = {
  x: 2,
  y: 3,
  yaw: 0,
  pitch: 0,
  roll: 0,
  brows: 0.3,
  mouthWidth: 0.5,
  lipGap: 0,
  lids: 0.12,
};

it('ranges leave out the extremes, and blinks are counted by the minute', () => {
  const samples = Array.from({ length: 1000 }, (_unused, i) => ({
    ...STILL,
    yaw: i === 500 ? 80 : (i % 101) / 10,
    x: 2 + (i % 2 === 0 ? 0.01 : 0),
    lids: i % 250 < 4 ? 0.02 : 0.12,
  }));
  const scores = scoreLife([null, ...samples], 25);
  expect(scores.yaw).toBeCloseTo(9, 0);
  expect(scores.roll).toBe(0);
  expect(scores.blinksPerMinute).toBeCloseTo(4.5, 1);
  expect(scores.speed).toBeCloseTo(0.25, 2);
  expect(() => scoreLife([null, null], 25)).toThrow('No face');
});

it('lips count while they talk alone, in widths of the mouth', () => {
  const talks = (i: number): boolean => i % 400 < 100;
  const samples = Array.from({ length: 2000 }, (_unused, i) => ({
    ...STILL,
    mouthWidth: talks(i) ? 0.45 + (i % 11) / 100 : 0.7,
    lipGap: talks(i) ? (i % 11) / 50 : 0.01 * (i % 2),
  }));
  const { lipGap, mouthWidth } = scoreLife(samples, 25);
  expect(lipGap).toBeCloseTo(0.4, 1);
  expect(mouthWidth).toBeCloseTo(0.2, 1);
});

it('a series that comes again is told from one that does not', () => {
  const once = Array.from(
    { length: 400 },
    (_unused, i) => Math.sin(i / 7) + Math.sin(i / 3.1) + Math.cos((i * i) / 900),
  );
  expect(closestRepeat([...once.slice(0, 100), ...once.slice(0, 100)], 50)).toBe(0);
  expect(closestRepeat(once, 50)).toBeGreaterThan(0.05);
  expect(closestRepeat(Array(200).fill(3), 50)).toBe(0);
});
