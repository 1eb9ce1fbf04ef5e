import { expect, it } from 'vitest';
import type { MouthFrame } from '../landmarks/mouth-frame.ts';
import { CURVE_POINTS } from '../landmarks/mouth-place.ts';
import { lumaOf } from '../pixels/pixels.ts';
import { createInteriorPainter } from './mouth-interior.ts';
import { aimMouth } from './mouth-target.ts';
import type { PhotoLook } from './photo-look.ts';

const HALF_WIDTH = 30;
const line = (height: number): Float32Array => new Float32Array(CURVE_POINTS).fill(height);
const FRAME: MouthFrame = {
  originX: 100,
  originY: 100,
  cos: 1,
  sin: 0,
  halfWidth: HALF_WIDTH,
  noseBase: -30,
  chin: 50,
  faceLeft: -80,
  faceRight: 80,
  outerUpper: line(-8),
  innerUpper: line(0),
  innerLower: line(0),
  outerLower: line(10),
  seam: line(0),
  isOpen: false,
};
const LOOK: PhotoLook = {
  skin: [190, 140, 110],
  lip: [180, 110, 100],
  teeth: [210, 200, 190],
  cavity: [50, 20, 18],
  tongue: [140, 80, 70],
  black: [20, 10, 8],
  lightSlope: 0,
  grain: 0,
  softnessPx: 0.7,
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

/** The teeth of a hardly open mouth, right below the lip. */
function shadedTeeth(look: PhotoLook): readonly [number, number, number] {
  const target = aimMouth(FRAME, { jaw: 0.2, lips: -0.9 });
  const [upper, lower] = [target.upperEdge, target.lowerEdge].map(
    (edge) => (edge[CURVE_POINTS >> 1] ?? 0) / HALF_WIDTH,
  ) as [number, number];
  const out = new Float32Array(4);
  createInteriorPainter(FRAME, target, look)(0.155, upper + 0.03, upper, lower, out);
  return [out[0] ?? 0, out[1] ?? 0, out[2] ?? 0];
}

it('teeth in the shade of the lip have the colour that lips throw on them, and are grey in a grey picture', () => {
  const [red, green, blue] = shadedTeeth(LOOK);
  expect(lumaOf([red, green, blue])).toBeGreaterThan(0.65 * lumaOf(LOOK.skin));
  const [ownRed, ownGreen, ownBlue] = LOOK.teeth;
  expect(red / green).toBeGreaterThan((1.03 * ownRed) / ownGreen);
  expect(red / blue).toBeGreaterThan((1.04 * ownRed) / ownBlue);
  const grey = (luma: number): [number, number, number] => [luma, luma, luma];
  const [one, other, third] = shadedTeeth({
    ...LOOK,
    skin: grey(150),
    lip: grey(130),
    teeth: grey(190),
    cavity: grey(30),
    tongue: grey(90),
    black: grey(12),
  });
  expect(other).toBeCloseTo(one, 3);
  expect(third).toBeCloseTo(one, 3);
});
