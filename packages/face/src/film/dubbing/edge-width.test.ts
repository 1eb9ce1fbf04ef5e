import { expect, it } from 'vitest';
import { MESH_POINT_COUNT, type MeshPoint, POINT } from '../../landmarks/mesh-points.ts';
import type { RgbImage } from '../../pixels/pixels.ts';
import { edgeWidthPx } from './edge-width.ts';

const SIDE = 200;

/** A face that fills the image. */
function points(): Float32Array {
  const mesh = new Float32Array(2 * MESH_POINT_COUNT);
  const put = (point: MeshPoint, x: number, y: number): void => mesh.set([x, y], 2 * point);
  put(POINT.earLeft, 10, 100);
  put(POINT.earRight, 190, 100);
  put(POINT.foreheadTop, 100, 10);
  put(POINT.chin, 100, 190);
  return mesh;
}

/** Dark stripes on skin, 20 pixels wide, whose edges are ramps of a width, with noise of so much luma. */
function stripes(rampPx: number, noise = 0, dark = 60): RgbImage {
  const data = new Uint8Array(3 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const toEdge = Math.abs(((i % SIDE) % 40) - 19.5) - 10;
    const share = Math.min(1, Math.max(0, toEdge / rampPx + 0.5));
    const grain = noise * Math.sin(i * 12.9898);
    data.fill(dark + (180 - dark) * share + grain, 3 * i, 3 * i + 3);
  }
  return { width: SIDE, height: SIDE, data };
}

it.each([2, 4, 6])('edges %d pixels wide are measured, with and without grain', (rampPx) => {
  expect(Math.abs(edgeWidthPx(stripes(rampPx), points())! - rampPx)).toBeLessThan(0.6);
  expect(Math.abs(edgeWidthPx(stripes(rampPx, 3), points())! - rampPx)).toBeLessThan(1);
});

it('a face without contrast tells nothing', () => {
  expect(edgeWidthPx(stripes(2, 0, 160), points())).toBeUndefined();
});
