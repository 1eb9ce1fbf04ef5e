import type { RgbaImage } from '@visavis/media/frames';
import { lumaOf, type Plane, pixelAt, type RgbImage } from './pixels.ts';

/** A square, possibly rotated piece of an image, in pixels; `rotation` in radians, clockwise. */
export type SquareRegion = {
  readonly centerX: number;
  readonly centerY: number;
  readonly size: number;
  readonly rotation: number;
};

const MAX_TAPS_PER_AXIS = 4;

/**
 * Resamples a region to `side` x `side` RGB floats in 0..1: bilinear, averaged over several taps per pixel when the region
 * is larger than the output. Outside the image its border repeats.
 */
export function sampleRegion(image: RgbImage, region: SquareRegion, side: number, out: Float32Array): void {
  const { width, height, data } = image;
  const scale = region.size / side;
  const cos = Math.cos(region.rotation) * scale;
  const sin = Math.sin(region.rotation) * scale;
  const taps = Math.max(1, Math.min(MAX_TAPS_PER_AXIS, Math.round(scale)));
  const weight = 1 / (taps * taps * 255);
  let offset = 0;
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = 0; tap < taps * taps; tap += 1) {
        const u = column + ((tap % taps) + 0.5) / taps - side / 2;
        const v = row + (Math.floor(tap / taps) + 0.5) / taps - side / 2;
        // All three channels at once: most of the cost of finding a face in a photo lies here.
        const x = Math.min(width - 1.001, Math.max(0, region.centerX + u * cos - v * sin - 0.5));
        const y = Math.min(height - 1.001, Math.max(0, region.centerY + u * sin + v * cos - 0.5));
        const left = Math.floor(x);
        const top = Math.floor(y);
        const shareX = x - left;
        const shareY = y - top;
        const upper = (top * width + left) * 3;
        const lower = upper + width * 3;
        red +=
          ((data[upper] as number) * (1 - shareX) + (data[upper + 3] as number) * shareX) * (1 - shareY) +
          ((data[lower] as number) * (1 - shareX) + (data[lower + 3] as number) * shareX) * shareY;
        green +=
          ((data[upper + 1] as number) * (1 - shareX) + (data[upper + 4] as number) * shareX) * (1 - shareY) +
          ((data[lower + 1] as number) * (1 - shareX) + (data[lower + 4] as number) * shareX) * shareY;
        blue +=
          ((data[upper + 2] as number) * (1 - shareX) + (data[upper + 5] as number) * shareX) * (1 - shareY) +
          ((data[lower + 2] as number) * (1 - shareX) + (data[lower + 5] as number) * shareX) * shareY;
      }
      out[offset] = red * weight;
      out[offset + 1] = green * weight;
      out[offset + 2] = blue * weight;
      offset += 3;
    }
  }
}

/** Light at a place, whose whole numbers are the middles of pixels; the border repeats. */
export function lumaAt(image: RgbImage, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const row = (at: number): number => {
    const first = lumaOf(pixelAt(image, left, at));
    return first + (lumaOf(pixelAt(image, left + 1, at)) - first) * (x - left);
  };
  const above = row(top);
  return above + (row(top + 1) - above) * (y - top);
}

/** Value between the four around a place; the middle of the first one lies at .5. The border repeats. */
export function planeAt({ data, width, height }: Plane<Float32Array | Uint8Array>, atX: number, atY: number): number {
  const x = Math.min(width - 1.001, Math.max(0, atX - 0.5));
  const y = Math.min(height - 1.001, Math.max(0, atY - 0.5));
  const left = Math.floor(x);
  const top = Math.floor(y);
  const shareX = x - left;
  const upper = top * width + left;
  const lower = upper + width;
  const above = (data[upper] as number) * (1 - shareX) + (data[upper + 1] as number) * shareX;
  const below = (data[lower] as number) * (1 - shareX) + (data[lower + 1] as number) * shareX;
  return above + (below - above) * (y - top);
}

/**
 * Colour and alpha at a place (the middle of the first pixel lies at .5), by Catmull-Rom interpolation, which keeps
 * texture sharper than linear. The border repeats.
 */
export function samplePixel(image: RgbaImage, x: number, y: number, out: Float32Array): void {
  const { width, height, data } = image;
  const px = Math.min(width - 1, Math.max(0, x - 0.5));
  const py = Math.min(height - 1, Math.max(0, y - 0.5));
  const ix = Math.floor(px);
  const iy = Math.floor(py);
  const fx = px - ix;
  const fy = py - iy;
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let column = -1; column <= 2; column++) COLUMN_WEIGHTS[column + 1] = cubicWeight(fx - column);
  for (let row = -1; row <= 2; row++) {
    const weightY = cubicWeight(fy - row);
    if (weightY === 0) continue;
    const rowAt = Math.min(height - 1, Math.max(0, iy + row)) * width;
    for (let column = -1; column <= 2; column++) {
      const weight = weightY * (COLUMN_WEIGHTS[column + 1] as number);
      if (weight === 0) continue;
      const at = (rowAt + Math.min(width - 1, Math.max(0, ix + column))) * 4;
      first += (data[at] as number) * weight;
      second += (data[at + 1] as number) * weight;
      third += (data[at + 2] as number) * weight;
      fourth += (data[at + 3] as number) * weight;
    }
  }
  out[0] = first;
  out[1] = second;
  out[2] = third;
  out[3] = fourth;
}

const COLUMN_WEIGHTS = new Float64Array(4);

/** Catmull-Rom kernel. */
function cubicWeight(distance: number): number {
  const d = Math.abs(distance);
  if (d >= 2) return 0;
  return d < 1 ? 1 + d * d * (1.5 * d - 2.5) : 2 + d * (-4 + d * (2.5 - 0.5 * d));
}
