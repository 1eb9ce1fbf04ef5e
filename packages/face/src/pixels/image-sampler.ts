/** Interleaved 8-bit RGB without row padding. */
export type RgbImage = { readonly width: number; readonly height: number; readonly data: Uint8Array };

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
        const x = region.centerX + u * cos - v * sin - 0.5;
        const y = region.centerY + u * sin + v * cos - 0.5;
        red += valueAt(image, x, y, 0);
        green += valueAt(image, x, y, 1);
        blue += valueAt(image, x, y, 2);
      }
      out[offset] = red * weight;
      out[offset + 1] = green * weight;
      out[offset + 2] = blue * weight;
      offset += 3;
    }
  }
}

function clamp(value: number, maximum: number): number {
  return Math.min(maximum, Math.max(0, value));
}

/** A channel, 0 to 255, between the four pixels around a place; whole numbers are the middles of pixels. */
export function valueAt({ data, width, height }: RgbImage, atX: number, atY: number, channel: 0 | 1 | 2): number {
  const x = clamp(atX, width - 1.001);
  const y = clamp(atY, height - 1.001);
  const left = Math.floor(x);
  const top = Math.floor(y);
  const shareX = x - left;
  const shareY = y - top;
  const upper = (top * width + left) * 3 + channel;
  const lower = upper + width * 3;
  const above = (data[upper] ?? 0) * (1 - shareX) + (data[upper + 3] ?? 0) * shareX;
  const below = (data[lower] ?? 0) * (1 - shareX) + (data[lower + 3] ?? 0) * shareX;
  return above * (1 - shareY) + below * shareY;
}
