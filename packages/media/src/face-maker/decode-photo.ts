import { decode as decodeBmp } from 'bmp-ts';
import sharp, { type Metadata, type Sharp } from 'sharp';
import type { RgbImage } from './image-sampler.ts';
import { InputError } from './input-error.ts';

const MAX_PIXELS = 40_000_000;
export const MAX_PHOTO_BYTES = 160_000_000;
/** What is kept of larger photos: enough for a face of a tenth of the picture's width at full sharpness. */
const WORKING_PIXELS = 16_000_000;
/** Shown through transparent parts. */
const BACKDROP = '#c8c8c8';

type PhotoFormat = 'jpeg' | 'png' | 'webp' | 'bmp';

/**
 * Decodes a photo, upright by its EXIF orientation, to at most 16 megapixels. The type is taken from the content, and the
 * number of pixels is checked before any is decoded. Throws `InputError`.
 */
export async function decodePhoto(bytes: Uint8Array): Promise<RgbImage> {
  if (bytes.byteLength > MAX_PHOTO_BYTES) throw new InputError('too-large');
  const format = sniffFormat(bytes);
  if (format === null) throw new InputError('not-an-image');
  const opened = format === 'bmp' ? openBmp(bytes) : await openCompressed(bytes);
  const { width, height } = opened;
  const scale = Math.min(1, Math.sqrt(WORKING_PIXELS / (width * height)));
  try {
    const upright = opened.image.autoOrient();
    if (scale < 1) {
      const longest = Math.floor(Math.max(width, height) * scale);
      upright.resize({ width: longest, height: longest, fit: 'inside' });
    }
    const { data, info } = await upright
      .flatten({ background: BACKDROP })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw new InputError('corrupt', { cause: error });
  }
}

/** Whether a file that starts with these bytes is of a format that `decodePhoto` reads. */
export function isPhoto(head: Uint8Array): boolean {
  return sniffFormat(head) !== null;
}

function sniffFormat(bytes: Uint8Array): PhotoFormat | null {
  const starts = (signature: readonly number[], at = 0): boolean =>
    signature.every((value, i) => bytes[at + i] === value);
  if (starts([0xff, 0xd8, 0xff])) return 'jpeg';
  if (starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (starts([0x52, 0x49, 0x46, 0x46]) && starts([0x57, 0x45, 0x42, 0x50], 8)) return 'webp';
  // "BM" alone also starts plain texts; a bitmap's reserved bytes are 0.
  if (starts([0x42, 0x4d]) && starts([0, 0, 0, 0], 6)) return 'bmp';
  return null;
}

type OpenedPhoto = { readonly image: Sharp; readonly width: number; readonly height: number };

async function openCompressed(bytes: Uint8Array): Promise<OpenedPhoto> {
  // The header is read without a pixel limit, so that a picture over the limit is told from a damaged one.
  const metadata = await readMetadata(bytes);
  const { width, height } = metadata;
  if (width * height > MAX_PIXELS) throw new InputError('too-large');
  if ((metadata.pages ?? 1) > 1 || isAnimatedPng(bytes)) throw new InputError('animated');
  const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true });
  return { image, width, height };
}

async function readMetadata(bytes: Uint8Array): Promise<Metadata> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw new InputError('corrupt', { cause: error });
  }
}

/** An animated PNG states it in an `acTL` chunk before the first image data (PNG specification, third edition). */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1 << 20));
  const control = head.indexOf('acTL', 0, 'latin1');
  const data = head.indexOf('IDAT', 0, 'latin1');
  return head[0] === 0x89 && control !== -1 && (data === -1 || control < data);
}

function openBmp(bytes: Uint8Array): OpenedPhoto {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 54) throw new InputError('corrupt');
  // BITMAPINFOHEADER: size in pixels at 18 and 22; a negative height means top-down rows.
  const width = Math.abs(file.readInt32LE(18));
  const height = Math.abs(file.readInt32LE(22));
  if (width === 0 || height === 0) throw new InputError('corrupt');
  if (width * height > MAX_PIXELS) throw new InputError('too-large');
  // Plain rows (0) and bit fields (3); run lengths and embedded JPEG are not in use for photos.
  if (![0, 3].includes(file.readUInt32LE(30))) throw new InputError('not-an-image');
  let data: Buffer;
  try {
    ({ data } = decodeBmp(file, { toRGBA: true }));
  } catch (error) {
    throw new InputError('corrupt', { cause: error });
  }
  // Many programs write 0 into the unused fourth byte of 32-bit bitmaps: alpha says nothing here.
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
  return { image: sharp(data, { raw: { width, height, channels: 4 } }), width, height };
}
