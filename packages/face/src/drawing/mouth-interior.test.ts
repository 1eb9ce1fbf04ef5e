import { expect, it } from 'vitest';
import type { MouthFrame } from '../landmarks/mouth-frame.ts';
import { CURVE_POINTS } from '../landmarks/mouth-place.ts';
import { createInteriorPainter } from './mouth-interior.ts';
import { aimMouth } from './mouth-target.ts';
import type { PhotoLook } from './photo-look.ts';

const HALF_WIDTH = 30;
const line = (height: number): Float32Array => new Float32Array(CURVE_POINTS).fill(height);
const FRAME: MouthFrame = {
  ...{ originX: 100, originY: 100, cos: 1, sin: 0, halfWidth: HALF_WIDTH },
  ...{ noseBase: -30, chin: 50, faceLeft: -80, faceRight: 80 },
  ...{ outerUpper: line(-8), innerUpper: line(0), innerLower: line(0), outerLower: line(10), seam: line(0) },
  isOpen: false,
};
const LOOK: PhotoLook = {
  ...{ skin: [190, 140, 110], lip: [180, 110, 100], teeth: [210, 200, 190], cavity: [50, 20, 18] },
  ...{ tongue: [140, 80, 70], black: [20, 10, 8], lightSlope: 0, grain: 0, softnessPx: 0.7 },
};

/** How much darker it is between the front teeth than on them. */
function gapBetweenTeeth(softnessPx: number): number {
  const target = aimMouth(FRAME, { jaw: 0.6 });
  const paint = createInteriorPainter(FRAME, target, { ...LOOK, softnessPx });
  const [upper, lower] = [target.upperEdge, target.lowerEdge].map(
    (edge) => (edge[CURVE_POINTS >> 1] ?? 0) / HALF_WIDTH,
  ) as [number, number];
  const out = new Float32Array(4);
  const light = (x: number): number => {
    paint(x, upper + 0.14, upper, lower, out);
    return out[1] ?? 0;
  };
  return 1 - light(0) / light(0.155);
}

it('gaps between teeth are faint in the mouths of blurred pictures', () => {
  expect(gapBetweenTeeth(0.4)).toBeGreaterThan(0.2);
  expect(gapBetweenTeeth(2.5)).toBeLessThan(0.4);
});
