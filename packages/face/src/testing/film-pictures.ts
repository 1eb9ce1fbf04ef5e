import type { Picture } from '@visavis/media/core';
import { MouthMeter } from '../../../../tests/support/mouth-meter.ts';
import { openFilmClip, readFilmPictures } from '../film/dubbing/film-clip.ts';
import { rgbOf } from '../pixels/pixels.ts';

export async function picturesOf(path: string): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for await (const picture of readFilmPictures(await openFilmClip(path))) pictures.push(picture);
  return pictures;
}

/** How far the lips are apart in each picture; 0 without a face. */
export async function aperturesOf(pictures: readonly Picture[]): Promise<number[]> {
  const meter = await MouthMeter.open();
  const images = pictures.map((picture) => ({ ...picture, data: rgbOf(picture) }));
  const apertures = await meter.apertures(images);
  meter.close();
  return apertures.map((value) => value ?? 0);
}

/** Of the rows from `from` to `to`, in decibels. */
export function psnr(a: readonly Picture[], b: readonly Picture[], from: number, to: number): number {
  let [sum, count] = [0, 0];
  for (const [index, { width, data }] of a.entries()) {
    for (let i = from * width; i < to * width; i++) sum += ((data[i] ?? 0) - (b[index]?.data[i] ?? 0)) ** 2;
    count += (to - from) * width;
  }
  return 10 * Math.log10(255 ** 2 / (sum / count));
}

/** How alike the pictures are within a part of them, in decibels. */
export function mouthsAlike(
  a: readonly Picture[],
  b: readonly Picture[],
  { left, right, top, bottom }: { left: number; right: number; top: number; bottom: number },
): number {
  const [width, height] = [Math.floor(right - left), Math.floor(bottom - top)];
  const cut = ({ width: stride, data }: Picture): Picture => {
    const part = new Uint8Array(width * height);
    for (let row = 0; row < height; row++) {
      const start = (Math.floor(top) + row) * stride + Math.floor(left);
      part.set(data.subarray(start, start + width), row * width);
    }
    return { width, height, data: part };
  };
  return psnr(a.map(cut), b.map(cut), 0, height);
}

/** Two pictures of the same size side by side. */
export function beside(left: Picture, right: Picture): Picture {
  const { width, height } = left;
  const picture = { width: 2 * width, height, data: new Uint8Array(3 * width * height) };
  let [from, to] = [0, 0];
  for (const [stride, rows] of [
    [width, height],
    [width / 2, height / 2],
    [width / 2, height / 2],
  ] as const) {
    for (let row = 0; row < rows; row++) {
      for (const { data } of [left, right]) {
        picture.data.set(data.subarray(from, from + stride), to);
        to += stride;
      }
      from += stride;
    }
  }
  return picture;
}
