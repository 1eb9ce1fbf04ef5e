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
  const uStart = width * height;
  const vStart = uStart + uStart / 4;
  let at = 0;
  for (let row = 0; row < side; row++) {
    const down = row + 0.5 - side / 2;
    for (let column = 0; column < side; column++) {
      const right = column + 0.5 - side / 2;
      const x = region.centerX + right * cos - down * sin;
      const y = region.centerY + right * sin + down * cos;
      const light = taps.isNearest ? nearestLight(picture, x, y, taps) : lightBetween(picture, x, y, taps);
      const luma = 1.16438 * (light - 16);
      const chromaX = Math.min(width / 2 - 1, Math.max(0, Math.floor(x / 2)));
      const chromaY = Math.min(height / 2 - 1, Math.max(0, Math.floor(y / 2)));
      const chroma = chromaY * (width / 2) + chromaX;
      const u = (data[uStart + chroma] as number) - 128;
      const v = (data[vStart + chroma] as number) - 128;
      out[at] = share(luma + 1.59603 * v);
      out[at + 1] = share(luma - 0.39176 * u - 0.81297 * v);
      out[at + 2] = share(luma + 2.01723 * u);
      at += 3;
    }
  }
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
    const px = Math.min(width - 1.001, Math.max(0, x + (xs[tap] as number) - 0.5));
    const py = Math.min(height - 1.001, Math.max(0, y + (ys[tap] as number) - 0.5));
    const left = Math.floor(px);
    const top = Math.floor(py);
    const upper = top * width + left;
    const lower = upper + width;
    const shareX = px - left;
    const above = (data[upper] as number) * (1 - shareX) + (data[upper + 1] as number) * shareX;
    const below = (data[lower] as number) * (1 - shareX) + (data[lower + 1] as number) * shareX;
    sum += above + (below - above) * (py - top);
  }
  return sum / xs.length;
}

function share(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 1 : value / 255;
}
