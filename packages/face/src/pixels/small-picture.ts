import sharp from 'sharp';
import type { RgbImage } from './pixels.ts';

const SIDE_PX = 320;

/** The middle of a picture, square and small, for its owner to know it by: WebP of some 20 kB. Reads `image` at once. */
function smallPicture({ width, height, data }: RgbImage): Promise<Uint8Array> {
  const pixels = sharp(Buffer.from(data), { raw: { width, height, channels: 3 } });
  return pixels.resize(SIDE_PX, SIDE_PX, { fit: 'cover' }).webp({ quality: 74 }).toBuffer();
}

/** Only for looks: where it cannot be made or shown, the work goes on. Reads `image` at once. */
export async function showSmall(image: RgbImage, show: ((webp: Uint8Array) => void) | undefined): Promise<void> {
  try {
    if (show !== undefined) show(await smallPicture(image));
  } catch {
    // The picture of the finished avatar takes its place.
  }
}
