import { expect, it } from 'vitest';
import { MESH_POINT_COUNT, PLACES } from './mesh-points.ts';
import { isMouthCovered } from './mouth-cover.ts';

const SIDE = 100;
type Rgb = readonly [number, number, number];

/** A face with these colours above and below the middle of the picture; lips are of the lower one. */
function covered(above: Rgb, below: Rgb): boolean {
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) data.set(i < (SIDE * SIDE) / 2 ? above : below, i * 3);
  const points = new Float32Array(MESH_POINT_COUNT * 2).fill(75);
  for (const index of PLACES.upperFace) points.set([50, 25], index * 2);
  return isMouthCovered({ width: SIDE, height: SIDE, data }, points);
}

const SKIN: Rgb = [200, 150, 120];

it.each([
  ['a white mask', SKIN, [240, 240, 240]],
  ['a blue mask', SKIN, [127, 178, 216]],
  ['a black mask', SKIN, [32, 32, 32]],
  ['dark leather', SKIN, [70, 48, 36]],
  ['an orange scarf', SKIN, [240, 110, 30]],
  ['a white mask below a glaring forehead', [232, 214, 190], [244, 244, 244]],
  ['a white mask in a grey photo', [110, 110, 110], [240, 240, 240]],
] as const)('%s covers the mouth', (_name, above, below) => {
  expect(covered(above, below)).toBe(true);
});

it.each([
  ['skin', SKIN, [190, 140, 110]],
  ['skin in the shade', SKIN, [120, 85, 66]],
  ['a brown beard', SKIN, [125, 95, 75]],
  ['a chin below a glaring forehead', [232, 214, 190], [175, 125, 80]],
  ['a black beard below a glaring forehead', [255, 225, 190], [60, 42, 32]],
  ['a chin below a forehead without colour', [255, 254, 253], [95, 75, 62]],
  ['a faded photo', [168, 158, 154], [150, 145, 143]],
  ['a grey photo', [150, 150, 150], [120, 120, 120]],
] as const)('%s covers nothing', (_name, above, below) => {
  expect(covered(above, below)).toBe(false);
});
