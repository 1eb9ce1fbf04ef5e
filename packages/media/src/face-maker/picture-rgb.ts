import type { Picture } from '../core/picture.ts';

/** Interleaved RGB of a picture (BT.601, limited range). */
export function rgbOf({ width, height, data }: Picture): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  const chroma = width * height;
  const clamp = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
  for (let i = 0; i < width * height; i++) {
    const at = chroma + Math.floor(Math.floor(i / width) / 2) * (width / 2) + Math.floor((i % width) / 2);
    const y = 1.16438 * ((data[i] ?? 0) - 16);
    const u = (data[at] ?? 0) - 128;
    const v = (data[at + chroma / 4] ?? 0) - 128;
    rgb[i * 3] = clamp(y + 1.59603 * v);
    rgb[i * 3 + 1] = clamp(y - 0.39176 * u - 0.81297 * v);
    rgb[i * 3 + 2] = clamp(y + 2.01723 * u);
  }
  return rgb;
}
