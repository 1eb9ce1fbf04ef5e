import sharp from 'sharp';
import type { RgbImage } from './pixels.ts';

/** A square picture at another size (Lanczos). */
export async function resized({ width, height, data }: RgbImage, side: number): Promise<RgbImage> {
  const pixels = sharp(data, { raw: { width, height, channels: 3 } }).resize(side, side, { kernel: 'lanczos3' });
  return { width: side, height: side, data: await pixels.raw().toBuffer() };
}
