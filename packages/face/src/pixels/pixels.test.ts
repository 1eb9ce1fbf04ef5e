import { createPicture } from '@visavis/media/core';
import { expect, it } from 'vitest';
import {
  channelPlane,
  cutSquare,
  lumaOf,
  lumaPlane,
  meanAround,
  meanColour,
  paintCrop,
  pixelAt,
  quarterTurn,
  type RgbImage,
  rgbOf,
  toByte,
  withAlpha,
} from './pixels.ts';
import { resized } from './resized.ts';

/** Three columns and two rows; red counts the column, green the row, in steps of ten, and blue is 7. */
const IMAGE: RgbImage = {
  width: 3,
  height: 2,
  data: Uint8Array.from([0, 1].flatMap((row) => [0, 1, 2].flatMap((column) => [10 * column, 10 * row, 7]))),
};

it('light is that of BT.601, alone and as a plane', () => {
  expect(lumaOf([255, 255, 255])).toBeCloseTo(255, 9);
  expect(lumaOf([100, 10, 1])).toBeCloseTo(29.9 + 5.87 + 0.114, 9);
  expect([...lumaPlane(IMAGE).data]).toEqual(
    [0, 1, 2, 3, 4, 5].map((i) => Math.fround(lumaOf(pixelAt(IMAGE, i % 3, i < 3 ? 0 : 1)))),
  );
  expect([...channelPlane(IMAGE, 0).data]).toEqual([0, 10, 20, 0, 10, 20]);
});

it('the border of a picture repeats', () => {
  expect(pixelAt(IMAGE, 1, 1)).toEqual([10, 10, 7]);
  expect(pixelAt(IMAGE, -5, 9)).toEqual([0, 10, 7]);
  expect(pixelAt(IMAGE, 9, -5)).toEqual([20, 0, 7]);
});

it('means are of colours, and of the square around a pixel', () => {
  expect(
    meanColour([
      [0, 10, 20],
      [10, 20, 60],
    ]),
  ).toEqual([5, 15, 40]);
  expect(meanColour([])).toEqual([0, 0, 0]);
  expect(meanAround(IMAGE, 1, 0, 0)).toEqual([10, 0, 7]);
  const [red, green, blue] = meanAround(IMAGE, 1, 0, 1);
  expect([red, green, blue]).toEqual([10, 30 / 9, 7]);
});

it('pictures are cut, turned and made opaque without a change of their colours', () => {
  expect(cutSquare(IMAGE, 1, 0, 5)).toEqual({
    width: 2,
    height: 2,
    data: Uint8Array.from([10, 0, 7, 20, 0, 7, 10, 10, 7, 20, 10, 7]),
  });
  const turned = quarterTurn(IMAGE);
  expect([turned.width, turned.height]).toEqual([2, 3]);
  expect(pixelAt(turned, 1, 0)).toEqual(pixelAt(IMAGE, 0, 0));
  expect(pixelAt(turned, 0, 2)).toEqual(pixelAt(IMAGE, 2, 1));
  expect(quarterTurn(quarterTurn(quarterTurn(turned)))).toEqual(IMAGE);
  expect([...withAlpha(IMAGE).data.subarray(4, 8)]).toEqual([10, 0, 7, 255]);
});

it('a square is made smaller, and keeps its colour', async () => {
  const plain = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(90) };
  expect(await resized(plain, 4)).toEqual({ width: 4, height: 4, data: Buffer.alloc(4 * 4 * 3, 90) });
});

it('a crop is painted where its painter paints, in bytes, and is the picture elsewhere', () => {
  const crop = paintCrop(withAlpha(IMAGE), { x: 1, y: 0, width: 2, height: 2 }, (x, y, pixel) => {
    if (x < 2) return false;
    pixel.set([x, -3, 300, 254.6 + y]);
    return true;
  });
  expect(crop).toEqual({
    width: 2,
    height: 2,
    data: Uint8Array.from([10, 0, 7, 255, 3, 0, 255, 255, 10, 10, 7, 255, 3, 0, 255, 255]),
  });
  expect([toByte(-1), toByte(99.5), toByte(256)]).toEqual([0, 100, 255]);
});

it('a picture of a film is shown in RGB: black, white and red of limited range', () => {
  const picture = createPicture(2, 2);
  const shown = (y: number, u: number, v: number): number[] => {
    picture.data.set([y, y, y, y, u, v]);
    return [...rgbOf(picture).subarray(0, 3)];
  };
  expect(shown(16, 128, 128)).toEqual([0, 0, 0]);
  expect(shown(235, 128, 128)).toEqual([255, 255, 255]);
  expect(shown(81, 90, 240)).toEqual([254, 0, 0]);
});
