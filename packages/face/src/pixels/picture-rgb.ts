import type { Picture } from '@visavis/media/core';

/** Interleaved RGB of a picture (BT.601, limited range). */
export function rgbOf({ width, height, data }: Picture): Uint8Array {
  const rgb = new Uint8ClampedArray(width * height * 3);
  const chromaWidth = width >> 1;
  const uStart = width * height;
  const vStart = uStart + chromaWidth * (height >> 1);
  let out = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const chroma = (row >> 1) * chromaWidth + (column >> 1);
      const y = 1.16438 * ((data[row * width + column] as number) - 16);
      const u = (data[uStart + chroma] as number) - 128;
      const v = (data[vStart + chroma] as number) - 128;
      rgb[out] = y + 1.59603 * v;
      rgb[out + 1] = y - 0.39176 * u - 0.81297 * v;
      rgb[out + 2] = y + 2.01723 * u;
      out += 3;
    }
  }
  return new Uint8Array(rgb.buffer);
}
