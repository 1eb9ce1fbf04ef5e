import { expect, it } from 'vitest';
import { lumaOf, type RgbImage, withAlpha } from './pixels.ts';
import { lumaAt, planeAt, samplePixel, sampleRegion } from './sampling.ts';

const SIDE = 6;
/** Red grows by 10 with each column, green by 20 with each row. */
const SLOPE: RgbImage = {
  width: SIDE,
  height: SIDE,
  data: Uint8Array.from(
    Array.from({ length: SIDE * SIDE }, (_unused, i) => [10 * (i % SIDE), 20 * Math.floor(i / SIDE), 5]).flat(),
  ),
};

it('between pixels lies what is between their colours, and beyond the border the border', () => {
  expect(lumaAt(SLOPE, 2, 3)).toBeCloseTo(lumaOf([20, 60, 5]), 9);
  expect(lumaAt(SLOPE, 2.25, 3.5)).toBeCloseTo(lumaOf([22.5, 70, 5]), 9);
  expect(lumaAt(SLOPE, -4, 99)).toBeCloseTo(lumaOf([0, 100, 5]), 1);
});

it('a plane and a pixel of four values are asked with the middle of the first pixel at .5', () => {
  const plane = { width: 2, height: 2, data: Float32Array.from([0, 1, 2, 3]) };
  expect(planeAt(plane, 0.5, 0.5)).toBe(0);
  expect(planeAt(plane, 1, 1)).toBe(1.5);
  const pixel = new Float32Array(4);
  samplePixel(withAlpha(SLOPE), 2.5, 3.5, pixel);
  expect([...pixel]).toEqual([20, 60, 5, 255]);
  samplePixel(withAlpha(SLOPE), 3, 4, pixel);
  expect([...pixel]).toEqual([25, 70, 5, 255]);
});

it('a region is sampled as it lies in the picture, turned and in its size', () => {
  const out = new Float32Array(2 * 2 * 3);
  const redOf = (region: { size: number; rotation: number }): number[] => {
    sampleRegion(SLOPE, { centerX: 3, centerY: 3, ...region }, 2, out);
    return [0, 3, 6, 9].map((at) => Math.round(2550 * out[at]!) / 10);
  };
  expect(redOf({ size: 2, rotation: 0 })).toEqual([20, 30, 20, 30]);
  expect(redOf({ size: 4, rotation: 0 })).toEqual([15, 35, 15, 35]);
  // A quarter turn clockwise: its top looks to the right of the picture.
  expect(redOf({ size: 2, rotation: Math.PI / 2 })).toEqual([30, 30, 20, 20]);
});
