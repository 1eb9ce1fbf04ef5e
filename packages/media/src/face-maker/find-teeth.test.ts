import { expect, it } from 'vitest';
import { findTeeth } from './find-teeth.ts';
import type { RgbImage } from './image-sampler.ts';
import { CURVE_POINTS } from './mouth-frame.ts';

const SIDE = 400;
const HALF_WIDTH = 100;
const FRAME = { originX: 200, originY: 200, cos: 1, sin: 0, halfWidth: HALF_WIDTH };
/** The mesh's line of the lips, at the middle of the picture. */
const LINE = new Float32Array(CURVE_POINTS);

const SKIN = [200, 150, 120] as const;
const BEARD = [120, 90, 70] as const;
const LIPS = [190, 110, 110] as const;
const TEETH = [235, 232, 225] as const;

type Band = { colour: readonly [number, number, number]; from: number; to: number; left?: number; right?: number };

/** Bands over skin, in half mouth widths from the line and from the middle. */
function face(...bands: readonly Band[]): RgbImage {
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const u = ((i % SIDE) - 200) / HALF_WIDTH;
    const v = (Math.floor(i / SIDE) - 200) / HALF_WIDTH;
    const inside = ({ from, to, left = -1.5, right = 1.5 }: Band): boolean =>
      v >= from && v < to && u >= left && u < right;
    data.set(bands.findLast(inside)?.colour ?? SKIN, i * 3);
  }
  return { width: SIDE, height: SIDE, data };
}

const MOUSTACHE: Band = { colour: BEARD, from: -0.6, to: 0 };
const LOWER_LIP: Band = { colour: LIPS, from: 0.2, to: 0.4 };

it('a row of teeth below a moustache is found, with its distance from the line of the mesh', () => {
  const smile = face(MOUSTACHE, LOWER_LIP, { colour: TEETH, from: 0.02, to: 0.2, left: -0.7, right: 0.7 });
  expect(findTeeth(smile, FRAME, LINE)! / HALF_WIDTH).toBeCloseTo(0.11, 1);
});

it.each([
  ['a closed mouth', face(MOUSTACHE, { colour: LIPS, from: 0, to: 0.4 })],
  ['a light chin', face(MOUSTACHE, LOWER_LIP, { colour: TEETH, from: 0.4, to: 0.9 })],
  ['a gleam on the lip', face(LOWER_LIP, { colour: TEETH, from: 0.25, to: 0.35, left: -0.15, right: 0.15 })],
  ['a thin light edge', face(MOUSTACHE, LOWER_LIP, { colour: TEETH, from: 0.17, to: 0.2 })],
])('%s is no row of teeth', (_name, picture) => {
  expect(findTeeth(picture, FRAME, LINE)).toBeNull();
});
