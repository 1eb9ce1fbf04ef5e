import sharp from 'sharp';
import { AvatarBundleError } from './bundle-error.ts';
import type { SourceBox } from './manifest.ts';

/** Decoded picture, 8 bits a channel, straight alpha, no row padding. */
export type RgbaImage = { readonly width: number; readonly height: number; readonly data: Uint8Array };

export async function decodeRgba(bytes: Buffer, name: string): Promise<RgbaImage> {
  try {
    const { data, info } = await sharp(bytes)
      .ensureAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw new AvatarBundleError('corrupt-file', `${name}: not a picture that can be decoded.`, { cause: error });
  }
}

/** First channel only; used for the depth map. */
export async function decodeGrey(
  bytes: Buffer,
  name: string,
): Promise<{ width: number; height: number; data: Uint8Array }> {
  const image = await decodeRgba(bytes, name);
  const data = new Uint8Array(image.width * image.height);
  for (let i = 0; i < data.length; i++) data[i] = image.data[i * 4] as number;
  return { width: image.width, height: image.height, data };
}

export function requireSize(image: RgbaImage, width: number, height: number, name: string): void {
  if (image.width !== width || image.height !== height) {
    throw new AvatarBundleError(
      'corrupt-file',
      `${name}: is ${image.width}x${image.height}, the manifest says ${width}x${height}.`,
    );
  }
}

/** Lays a crop into `target` at `box`, fading over `featherPx` at the crop's border, except where that is the picture's own border. */
export function pasteCrop(target: RgbaImage, crop: RgbaImage, box: SourceBox, featherPx: number): void {
  for (let y = 0; y < box.height; y++) {
    const edgeY = Math.min(y, box.height - 1 - y);
    for (let x = 0; x < box.width; x++) {
      const edge = Math.min(edgeY, x, box.width - 1 - x);
      const weight = edge >= featherPx ? 1 : (edge + 0.5) / featherPx;
      const from = (y * box.width + x) * 4;
      const to = ((box.y + y) * target.width + box.x + x) * 4;
      for (let c = 0; c < 4; c++) {
        const old = target.data[to + c] as number;
        target.data[to + c] = Math.round(old + ((crop.data[from + c] as number) - old) * weight);
      }
    }
  }
}

/** Copy of a part of a picture. */
export function cropImage(image: RgbaImage, box: SourceBox): RgbaImage {
  const data = new Uint8Array(box.width * box.height * 4);
  for (let y = 0; y < box.height; y++) {
    const start = ((box.y + y) * image.width + box.x) * 4;
    data.set(image.data.subarray(start, start + box.width * 4), y * box.width * 4);
  }
  return { width: box.width, height: box.height, data };
}

/** `person` laid over `background`, opaque. Both have the same size. */
export function composeOver(person: RgbaImage, background: RgbaImage): RgbaImage {
  const data = new Uint8Array(person.data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = (person.data[i + 3] as number) / 255;
    for (let c = 0; c < 3; c++) {
      const behind = background.data[i + c] as number;
      data[i + c] = Math.round(behind + ((person.data[i + c] as number) - behind) * alpha);
    }
    data[i + 3] = 255;
  }
  return { width: person.width, height: person.height, data };
}
