import { expect, it } from 'vitest';
import type { RgbImage } from '../pixels/pixels.ts';
import { lookOfEyes } from './eye-look.ts';
import { EYE, MESH_POINT_COUNT, type MeshPoint } from './mesh-points.ts';

const [WIDTH, HEIGHT] = [200, 80];
/** Left corner, lids and right corner of both eyes in the mesh, upper lid first. */
const EYES = [
  { ...EYE.left, left: EYE.left.outer, right: EYE.left.inner, x: 30 },
  { ...EYE.right, left: EYE.right.inner, right: EYE.right.outer, x: 120 },
];
const EYE_WIDTH = 50;

function meshOf(gap: number): Float32Array {
  const points = new Float32Array(MESH_POINT_COUNT * 2);
  const put = (index: MeshPoint, x: number, y: number): void => points.set([x, y], index * 2);
  for (const { left, right, upperMiddle, lowerMiddle, x } of EYES) {
    put(left, x, 40);
    put(right, x + EYE_WIDTH, 40);
    for (const [i, index] of upperMiddle.entries()) put(index, x + (EYE_WIDTH * (i + 1)) / 4, 40 - gap / 2);
    for (const [i, index] of lowerMiddle.entries()) put(index, x + (EYE_WIDTH * (i + 1)) / 4, 40 + gap / 2);
  }
  return points;
}

/** Skin with two whites, and an iris `at` 0 to 1 between the corners; all of them of one grey without an iris. */
function pictureOf(at: number | null): RgbImage {
  const data = new Uint8Array(WIDTH * HEIGHT * 3).fill(150);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    for (const eye of EYES) {
      if (at === null || x < eye.x || x > eye.x + EYE_WIDTH || Math.abs(y - 40) > 9) continue;
      const isIris = Math.hypot(x - eye.x - at * EYE_WIDTH, y - 40) < 10;
      data.fill(isIris ? 60 : 210, i * 3, i * 3 + 3);
    }
  }
  return { width: WIDTH, height: HEIGHT, data };
}

it('tells where the iris lies between the corners of the eyes', () => {
  for (const at of [0.35, 0.5, 0.62]) {
    const { gaze, contrast } = lookOfEyes(pictureOf(at), meshOf(16));
    expect(Math.abs(gaze - at)).toBeLessThan(0.03);
    expect(contrast).toBeGreaterThan(0.5);
  }
});

it('sees no iris in closed eyes', () => {
  const { gaze, contrast } = lookOfEyes(pictureOf(null), meshOf(10));
  expect(contrast).toBe(0);
  expect(gaze).toBe(0.5);
});
