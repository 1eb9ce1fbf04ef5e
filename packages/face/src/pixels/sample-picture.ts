import type { Picture } from '@visavis/media/core';
import type { SquareRegion } from './sampling.ts';

const MOST_TAPS = 3;
/** With so many a mean is smooth without looking between pixels, too. */
const NEAREST_FROM = 3;

/**
 * As `sampleRegion`, straight from a film's picture (BT.601, limited range): RGB from 0 to 1. Colour, which films keep half as fine,
 * is taken once a pixel.
 */
export function samplePicture(picture: Picture, region: SquareRegion, side: number, out: Float32Array): void {
  const { width, height, data } = picture;
  const scale = region.size / side;
  const cos = Math.cos(region.rotation) * scale;
  const sin = Math.sin(region.rotation) * scale;
  const taps = tapsOf(scale, cos, sin);
  const lightAt = liesWithin(picture, region) ? lightWithin(picture, taps) : lightAnywhere(picture, taps);
  const uStart = width * height;
  const vStart = uStart + uStart / 4;
  const chromaStride = width / 2;
  const [lastX, lastY] = [chromaStride - 1, height / 2 - 1];
  let at = 0;
  for (let row = 0; row < side; row++) {
    const down = row + 0.5 - side / 2;
    let x = region.centerX + (0.5 - side / 2) * cos - down * sin;
    let y = region.centerY + (0.5 - side / 2) * sin + down * cos;
    for (let column = 0; column < side; column++, x += cos, y += sin) {
      const luma = 1.16438 * (lightAt(x, y) - 16);
      const chromaX = Math.min(lastX, Math.max(0, x / 2)) | 0;
      const chromaY = Math.min(lastY, Math.max(0, y / 2)) | 0;
      const chroma = chromaY * chromaStride + chromaX;
      const u = (data[uStart + chroma] as number) - 128;
      const v = (data[vStart + chroma] as number) - 128;
      out[at] = share(luma + 1.59603 * v);
      out[at + 1] = share(luma - 0.39176 * u - 0.81297 * v);
      out[at + 2] = share(luma + 2.01723 * u);
      at += 3;
    }
  }
}

type LightAt = (x: number, y: number) => number;

/** Whether all that is looked at in a region lies in the picture, so that no border is near. */
function liesWithin({ width, height }: Picture, { centerX, centerY, size }: SquareRegion): boolean {
  const reach = (size * Math.SQRT2) / 2 + 2 * MOST_TAPS;
  return centerX > reach && centerY > reach && centerX + reach < width && centerY + reach < height;
}

function lightWithin({ width, data }: Picture, { xs, ys, isNearest }: Taps): LightAt {
  const count = xs.length;
  if (!isNearest) {
    return (x, y) => {
      let sum = 0;
      for (let tap = 0; tap < count; tap++)
        sum += between(data, width, x + (xs[tap] as number), y + (ys[tap] as number));
      return sum / count;
    };
  }
  const steps = Int32Array.from(xs, (x, tap) => Math.round(ys[tap] as number) * width + Math.round(x));
  return (x, y) => {
    const middle = (y | 0) * width + (x | 0);
    let sum = 0;
    for (let tap = 0; tap < count; tap++) sum += data[middle + (steps[tap] as number)] as number;
    return sum / count;
  };
}

function lightAnywhere(picture: Picture, taps: Taps): LightAt {
  return (x, y) => (taps.isNearest ? nearestLight(picture, x, y, taps) : lightBetween(picture, x, y, taps));
}

/** Where luma is taken around the middle of a pixel of the sample, in pixels of the picture. */
type Taps = { readonly xs: Float64Array; readonly ys: Float64Array; readonly isNearest: boolean };

function tapsOf(scale: number, cos: number, sin: number): Taps {
  const perAxis = Math.max(1, Math.min(MOST_TAPS, Math.round(scale)));
  const along = (tap: number): number => (tap + 0.5) / perAxis - 0.5;
  const places = Array.from({ length: perAxis ** 2 }, (_unused, i) => {
    const [right, down] = [along(i % perAxis), along(Math.floor(i / perAxis))];
    return { x: right * cos - down * sin, y: right * sin + down * cos };
  });
  return {
    xs: Float64Array.from(places, ({ x }) => x),
    ys: Float64Array.from(places, ({ y }) => y),
    isNearest: perAxis >= NEAREST_FROM,
  };
}

function nearestLight({ width, height, data }: Picture, x: number, y: number, { xs, ys }: Taps): number {
  let sum = 0;
  for (let tap = 0; tap < xs.length; tap++) {
    const column = Math.min(width - 1, Math.max(0, Math.floor(x + (xs[tap] as number))));
    const row = Math.min(height - 1, Math.max(0, Math.floor(y + (ys[tap] as number))));
    sum += data[row * width + column] as number;
  }
  return sum / xs.length;
}

function lightBetween({ width, height, data }: Picture, x: number, y: number, { xs, ys }: Taps): number {
  let sum = 0;
  for (let tap = 0; tap < xs.length; tap++) {
    const px = Math.min(width - 0.501, Math.max(0.5, x + (xs[tap] as number)));
    const py = Math.min(height - 0.501, Math.max(0.5, y + (ys[tap] as number)));
    sum += between(data, width, px, py);
  }
  return sum / xs.length;
}

/** Between the four values around a place, all of which are there. */
function between(data: Uint8Array, width: number, x: number, y: number): number {
  const left = (x - 0.5) | 0;
  const top = (y - 0.5) | 0;
  const upper = top * width + left;
  const lower = upper + width;
  const shareX = x - 0.5 - left;
  const above = (data[upper] as number) * (1 - shareX) + (data[upper + 1] as number) * shareX;
  const below = (data[lower] as number) * (1 - shareX) + (data[lower + 1] as number) * shareX;
  return above + (below - above) * (y - 0.5 - top);
}

function share(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 1 : value / 255;
}
