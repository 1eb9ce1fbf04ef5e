import { expect, it } from 'vitest';
import type { RgbImage } from '../pixels/pixels.ts';
import { findTeeth } from './find-teeth.ts';
import { EYE, LIPS as LIP_LINES, MESH_POINT_COUNT, type MeshPoint, POINT } from './mesh-points.ts';
import { measureMouth } from './mouth-frame.ts';
import { CURVE_POINTS } from './mouth-place.ts';

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

function grey({ width, height, data }: RgbImage): RgbImage {
  const luma = (at: number): number => Math.round(0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!);
  return { width, height, data: data.map((_value, i) => luma(i - (i % 3))) };
}

/** Of a face whose lips touch along the line, or part by so much around it. */
function meshOf({ gap = 0 } = {}): Float32Array {
  const points = new Float32Array(MESH_POINT_COUNT * 2);
  const put = (point: MeshPoint, u: number, v: number): void => {
    points.set([200 + u * HALF_WIDTH, 200 + v * HALF_WIDTH], point * 2);
  };
  put(EYE.left.outer, -1.2, -1.8);
  put(EYE.right.outer, 1.2, -1.8);
  put(POINT.noseBase, 0, -0.7);
  put(POINT.chin, 0, 1.6);
  put(POINT.jawLeft, -1.8, 0.3);
  put(POINT.jawRight, 1.8, 0.3);
  for (const [curve, height] of [
    [LIP_LINES.outerUpper, -0.2],
    [LIP_LINES.innerUpper, -gap / 2],
    [LIP_LINES.innerLower, gap / 2],
    [LIP_LINES.outerLower, 0.3],
  ] as const) {
    for (const [i, point] of curve.entries()) {
      const u = i / 5 - 1;
      put(point, u, height * (1 - u * u));
    }
  }
  return points;
}

const MOUSTACHE: Band = { colour: BEARD, from: -0.6, to: 0 };
const LOWER_LIP: Band = { colour: LIPS, from: 0.2, to: 0.4 };

it('a row of teeth below a moustache is found, with its distance from the line of the mesh', () => {
  const smile = face(MOUSTACHE, LOWER_LIP, { colour: TEETH, from: 0.02, to: 0.2, left: -0.7, right: 0.7 });
  expect(Math.abs(findTeeth(smile, FRAME, LINE)! / HALF_WIDTH - 0.11)).toBeLessThan(0.015);
});

it('the mouth of such a smile is open from lip to lip, although its mesh is closed', () => {
  const lip: Band = { colour: LIPS, from: 0.2, to: 0.5 };
  // The darkest line, which a closed mouth would have between its lips.
  const crease: Band = { colour: [110, 60, 60], from: 0.33, to: 0.36, left: -1, right: 1 };
  const smile = face(MOUSTACHE, lip, crease, { colour: TEETH, from: 0.02, to: 0.2, left: -0.7, right: 0.7 });
  const { isOpen, innerUpper, innerLower } = measureMouth(smile, meshOf());
  expect(isOpen).toBe(true);
  const middle = CURVE_POINTS >> 1;
  expect(Math.abs(innerUpper[middle]! / HALF_WIDTH - 0.02)).toBeLessThan(0.06);
  expect(Math.abs(innerLower[middle]! / HALF_WIDTH - 0.2)).toBeLessThan(0.06);
});

it('an upper lip in the shade is a lip in films, where the mesh is followed, and teeth are still teeth', () => {
  const shade: Band = { colour: [95, 55, 52], from: -0.2, to: 0, left: -0.95, right: 0.95 };
  const lip: Band = { colour: LIPS, from: 0, to: 0.3, left: -0.95, right: 0.95 };
  const closed = face(shade, lip);
  expect(measureMouth(closed, meshOf()).isOpen, 'in a photo').toBe(true);
  const { isOpen, seam } = measureMouth(closed, meshOf(), { isFollowed: true });
  expect(isOpen).toBe(false);
  expect(Math.abs(seam[CURVE_POINTS >> 1]! / HALF_WIDTH)).toBeLessThan(0.08);
  const smile = face(MOUSTACHE, LOWER_LIP, { colour: TEETH, from: 0.02, to: 0.2, left: -0.7, right: 0.7 });
  expect(measureMouth(smile, meshOf(), { isFollowed: true }).isOpen).toBe(true);
});

it('teeth in the shade below an open mesh that a moustache draws up are the opening in films, and a lower lip is none', () => {
  const moustache: Band = { colour: BEARD, from: -0.6, to: -0.15 };
  const shadedLip: Band = { colour: [125, 70, 68], from: -0.15, to: 0.12 };
  const dim: Band = { colour: [118, 108, 104], from: 0.12, to: 0.32, left: -0.8, right: 0.8 };
  const lip: Band = { colour: LIPS, from: 0.12, to: 0.55 };
  const middle = CURVE_POINTS >> 1;
  const lowerEdge = (picture: RgbImage): number =>
    measureMouth(picture, meshOf({ gap: 0.2 }), { isFollowed: true }).innerLower[middle]! / HALF_WIDTH;
  expect(Math.abs(lowerEdge(face(moustache, shadedLip, lip, dim)) - 0.32)).toBeLessThan(0.09);
  expect(lowerEdge(face(moustache, shadedLip, lip))).toBeLessThan(0.2);
  const beard: Band = { colour: [118, 108, 104], from: 0.3, to: 2 };
  expect(lowerEdge(face(moustache, shadedLip, { ...lip, to: 0.3 }, beard))).toBeLessThan(0.2);
});

it.each([
  ['a closed mouth', face(MOUSTACHE, { colour: LIPS, from: 0, to: 0.4 })],
  ['a light chin', face(MOUSTACHE, LOWER_LIP, { colour: TEETH, from: 0.4, to: 0.9 })],
  ['a gleam on the lip', face(LOWER_LIP, { colour: TEETH, from: 0.25, to: 0.35, left: -0.15, right: 0.15 })],
  ['a closed mouth without colours', grey(face(MOUSTACHE, { colour: LIPS, from: 0, to: 0.4 }))],
  ['a thin light edge', face(MOUSTACHE, LOWER_LIP, { colour: TEETH, from: 0.17, to: 0.2 })],
])('%s is no row of teeth', (_name, picture) => {
  expect(findTeeth(picture, FRAME, LINE)).toBeNull();
});
