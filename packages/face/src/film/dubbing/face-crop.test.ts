import { createPicture, type Picture, seededRandom } from '@visavis/media/core';
import { expect, it } from 'vitest';
import { CropMemory, cutCrop, cutPlaces, type FaceCrop } from './face-crop.ts';

const AREA = { left: -3.5, top: 20.2, width: 90, height: 70.5 };

function noise(): Picture {
  const random = seededRandom('crops');
  const picture = createPicture(100, 100);
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = Math.floor(256 * random());
  return picture;
}

const pixelOf = ({ image }: FaceCrop, x: number, y: number): Uint8Array => {
  const at = 3 * (y * image.width + x);
  return image.data.subarray(at, at + 3);
};

it.each([320, 40])(
  'a crop of %i pixels at most shows around places what the whole one does, and nothing else',
  (px) => {
    const picture = noise();
    const whole = cutCrop(picture, AREA, px);
    // The last one lies beside the crop, and is seen at its border.
    const part = cutPlaces(picture, AREA, px, Float32Array.of(30, 40, 70, 80, 200, 50));
    expect([part.left, part.top, part.step]).toEqual([whole.left, whole.top, whole.step]);
    for (const [x, y] of [
      [30, 40],
      [70, 80],
      [99, 50],
    ] as const) {
      const column = Math.min(whole.image.width - 1, Math.round((x - whole.left) / whole.step));
      const row = Math.round((y - whole.top) / whole.step);
      for (const [dx, dy] of [
        [0, 0],
        [-4, -4],
        [-3, 4],
      ] as const) {
        expect(pixelOf(part, column + dx, row + dy)).toEqual(pixelOf(whole, column + dx, row + dy));
      }
    }
    expect([...pixelOf(part, 0, 0)]).toEqual([0, 0, 0]);
  },
);

it.each([320, 40])('of a crop of %i pixels at most only what is needed is filled in', (px) => {
  const picture = noise();
  const whole = cutCrop(picture, AREA, px);
  const part = cutCrop(picture, AREA, px, { left: 20.5, top: 30, width: 40, height: 25 });
  for (let y = 30; y < 55; y += whole.step) {
    for (let x = 21; x < 60; x += whole.step) {
      const [column, row] = [Math.floor((x - whole.left) / whole.step), Math.floor((y - whole.top) / whole.step)];
      expect(pixelOf(part, column, row)).toEqual(pixelOf(whole, column, row));
    }
  }
  expect([...pixelOf(part, 0, 0)]).toEqual([0, 0, 0]);
});

it('memory that held a larger crop before holds nothing of it', () => {
  const picture = noise();
  const memory = new CropMemory();
  cutCrop(picture, AREA, 320, AREA, memory);
  const needed = { left: 20.5, top: 30, width: 40, height: 25 };
  expect(cutCrop(picture, AREA, 40, needed, memory)).toEqual(cutCrop(picture, AREA, 40, needed));
  const places = Float32Array.of(30, 40);
  expect(cutPlaces(picture, AREA, 40, places, memory)).toEqual(cutPlaces(picture, AREA, 40, places));
});
