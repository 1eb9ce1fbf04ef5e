import sharp from 'sharp';
import type { RgbImage } from './image-sampler.ts';

const SIDE_PX = 320;

/** The middle of a picture, square and small, for its owner to know it by: WebP of some 20 kB. Reads `image` at once. */
export function smallPicture({ width, height, data }: RgbImage): Promise<Uint8Array> {
  const pixels = sharp(Buffer.from(data), { raw: { width, height, channels: 3 } });
  return pixels.resize(SIDE_PX, SIDE_PX, { fit: 'cover' }).webp({ quality: 74 }).toBuffer();
}
