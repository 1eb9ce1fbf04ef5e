import { type FileFormat, fileKind, HEAD_BYTES } from '@visavis/protocol/file-kind';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { InputError } from '../input-error.ts';
import type { RgbImage } from '../pixels/pixels.ts';
import { decodeBmpFile } from './decode-bmp.ts';
import { decodeHeic } from './decode-heic.ts';
import { isCutOff, withWebpEnd } from './file-end.ts';

const MAX_PIXELS = 65_000_000;
export const MAX_PHOTO_BYTES = 160_000_000;
/** What is kept of larger photos: enough for a face of a tenth of the picture's width at full sharpness. */
const WORKING_PIXELS = 16_000_000;
/** Shown through transparent parts. */
const BACKDROP_GREY = 200;
const BACKDROP = { r: BACKDROP_GREY, g: BACKDROP_GREY, b: BACKDROP_GREY };

/** A photo may lack this share of itself. */
const MOST_MISSING = 0.05;
const JPEG_FILL = 128;

/**
 * Decodes a photo, upright, to at most 16 megapixels. The type is taken from the content, and the number of pixels is
 * checked before any is decoded. A photo that lacks its end is taken when hardly any of the picture is missing.
 * Throws `InputError`.
 */
export async function decodePhoto(bytes: Uint8Array): Promise<RgbImage> {
  if (bytes.byteLength > MAX_PHOTO_BYTES) throw new InputError('too-large');
  const found = await fileKind(bytes.subarray(0, HEAD_BYTES));
  if (found?.kind !== 'picture') throw new InputError('not-an-image');
  const { format } = found;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'bmp') return readPixels(openBmp(file));
  if (!isCutOff(file, format)) return readPixels(await openFile(file, 'error'));
  if (format === 'webp') {
    const mended = withWebpEnd(file, MOST_MISSING);
    if (mended === null) throw new InputError('corrupt');
    return readPixels(await openFile(mended, 'none'));
  }
  const picture = await readPixels(await openFile(file, 'none'));
  if (missingShare(picture, format) > MOST_MISSING) throw new InputError('corrupt');
  return picture;
}

async function openFile(file: Buffer, failOn: 'error' | 'none'): Promise<OpenedPhoto> {
  const { width, height, isHevc } = await readHeader(file);
  if (isHevc) return await openHevc(file);
  return { image: sharp(file, { limitInputPixels: MAX_PIXELS, failOn, sequentialRead: true }), width, height };
}

async function readPixels({ image, width, height }: OpenedPhoto): Promise<RgbImage> {
  const scale = Math.min(1, Math.sqrt(WORKING_PIXELS / (width * height)));
  try {
    const upright = image.autoOrient();
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

/**
 * Share of the picture, from one of its sides, that holds nothing but the one colour that decoders fill in for what is
 * missing: grey for JPEG, black or transparent for others. Upright pictures may lack any side.
 */
function missingShare({ width, height, data }: RgbImage, format: FileFormat): number {
  const isFill = (x: number, y: number): boolean => {
    const at = (y * width + x) * 3;
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 3) return false;
    return format === 'jpg' ? Math.abs(green - JPEG_FILL) < 6 : green === 0 || green === BACKDROP_GREY;
  };
  const lines = (count: number, length: number, isFillAt: (line: number, place: number) => boolean): number => {
    for (let line = 0; line < count; line++) {
      for (let place = 0; place < length; place++) if (!isFillAt(line, place)) return line / count;
    }
    return 1;
  };
  return Math.max(
    lines(height, width, (line, place) => isFill(place, height - 1 - line)),
    lines(height, width, (line, place) => isFill(place, line)),
    lines(width, height, (line, place) => isFill(line, place)),
    lines(width, height, (line, place) => isFill(width - 1 - line, place)),
  );
}

type OpenedPhoto = { readonly image: Sharp; readonly width: number; readonly height: number };

type PhotoHeader = { readonly width: number; readonly height: number; readonly isHevc: boolean };

/** Refuses what is too large or moves. */
async function readHeader(bytes: Uint8Array): Promise<PhotoHeader> {
  // The header is read without a pixel limit, so that a picture over the limit is told from a damaged one.
  const { width, height, pages = 1, format, compression } = await readMetadata(bytes);
  if (width * height > MAX_PIXELS) throw new InputError('too-large');
  // A HEIC or AVIF file may hold further pictures beside its own, which alone is read.
  if ((pages > 1 && format !== 'heif') || isAnimatedPng(bytes)) throw new InputError('animated');
  return { width, height, isHevc: format === 'heif' && compression === 'hevc' };
}

function openBmp(file: Buffer): OpenedPhoto {
  const { width, height, channels, data } = decodeBmpFile(file, { maxPixels: MAX_PIXELS, mostMissing: MOST_MISSING });
  return { image: sharp(data, { raw: { width, height, channels } }), width, height };
}

async function openHevc(bytes: Uint8Array): Promise<OpenedPhoto> {
  try {
    const { file, width, height } = await decodeHeic(bytes, {
      maxPixels: MAX_PIXELS,
      mostMissing: MOST_MISSING,
      backdropGrey: BACKDROP_GREY,
    });
    return { image: sharp(file, { limitInputPixels: MAX_PIXELS, sequentialRead: true }), width, height };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('corrupt', { cause: error });
  }
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
