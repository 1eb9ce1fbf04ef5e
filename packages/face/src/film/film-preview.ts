import type { Picture } from '@visavis/media/core';
import sharp from 'sharp';

const LONGEST_SIDE_PX = 320;
/** Twice as many pixels are taken out, and halved smoothly. */
const TAKEN_SIDE_PX = 2 * LONGEST_SIDE_PX;

/** A picture of a film, small, in its proportions: JPEG of some 15 kB. Reads `picture` at once. */
export function previewOf({ width, height, data }: Picture): Promise<Uint8Array> {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / TAKEN_SIDE_PX));
  const [columns, rows] = [Math.floor(width / step), Math.floor(height / step)];
  const rgb = Buffer.alloc(columns * rows * 3);
  const [chromaWidth, lumaBytes] = [width >> 1, width * height];
  const chromaBytes = chromaWidth * (height >> 1);
  for (let row = 0, at = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, at += 3) {
      const [x, y] = [column * step, row * step];
      const chroma = lumaBytes + (y >> 1) * chromaWidth + (x >> 1);
      putColour(rgb, at, data[y * width + x] ?? 0, data[chroma] ?? 128, data[chroma + chromaBytes] ?? 128);
    }
  }
  const taken = sharp(rgb, { raw: { width: columns, height: rows, channels: 3 } });
  const box = { width: LONGEST_SIDE_PX, height: LONGEST_SIDE_PX, fit: 'inside', withoutEnlargement: true } as const;
  return taken.resize(box).jpeg({ quality: 75 }).toBuffer();
}

/** ITU-R BT.601, limited range. */
function putColour(rgb: Buffer, at: number, luma: number, blue: number, red: number): void {
  const light = 1.164 * (luma - 16);
  rgb[at] = clamped(light + 1.596 * (red - 128));
  rgb[at + 1] = clamped(light - 0.813 * (red - 128) - 0.391 * (blue - 128));
  rgb[at + 2] = clamped(light + 2.018 * (blue - 128));
}

function clamped(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
