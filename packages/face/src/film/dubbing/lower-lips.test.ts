import { expect, it } from 'vitest';
import { readLowerFace } from './lower-lips.ts';
import { CHIN_AT, COLUMNS, JAW_LEFT_AT, JAW_RIGHT_AT, NOSE_BASE_AT, POINT_COUNT } from './seen-face.ts';

const MIDDLE = 30;

/** A mouth 60 pixels wide around (100, 100); `heights` of the edges of the lips from the outer upper to the outer lower one. */
function pointsOf(heights: readonly number[]): Float32Array {
  const points = new Float32Array(2 * POINT_COUNT);
  for (const [curve, height] of heights.entries()) {
    for (let column = 0; column < COLUMNS; column++) {
      const share = (2 * column) / (COLUMNS - 1) - 1;
      points.set([100 + 30 * share, 100 + height * (1 - share * share)], 2 * (curve * COLUMNS + column));
    }
  }
  points.set([100, 80], 2 * NOSE_BASE_AT);
  points.set([100, 150], 2 * CHIN_AT);
  points.set([40, 110], 2 * JAW_LEFT_AT);
  points.set([160, 110], 2 * JAW_RIGHT_AT);
  return points;
}

const face = (seen: readonly number[]) =>
  readLowerFace({ rest: pointsOf([-6, 0, 0, 8]), seen: pointsOf(seen), cos: 1, sin: 0, light: 120, smearPx: 0 });

it('a lip that a mesh sees too thin is taken to be nearly as thick as at rest, and a thick one for what it is', () => {
  const { filmed } = face([-3, -2, 12, 22]);
  expect(filmed.outerUpper[MIDDLE]).toBeCloseTo(-2 - 0.75 * 6, 1);
  expect(filmed.outerLower[MIDDLE]).toBeCloseTo(22, 1);
});

it('beside an opening the rims of the lips are left out, which may be teeth; where lips touch, nothing is', () => {
  const open = face([-8, -2, 12, 22]).filmed;
  expect(open.innerUpper[MIDDLE]).toBeLessThan(-4);
  expect(open.innerLower[MIDDLE]).toBeGreaterThan(14);
  expect(face([-6, 0, 0, 8]).filmed.innerUpper[MIDDLE]).toBeCloseTo(0, 1);
});
