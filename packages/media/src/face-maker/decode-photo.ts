import { type FileFormat, fileKind, HEAD_BYTES } from '@visavis/protocol/file-kind';
import sharp, { type Metadata, type Sharp } from 'sharp';
import type { RgbaImage } from '../frames/source-image.ts';
import { decodeBmpFile } from './decode-bmp.ts';
import { decodeHeic } from './decode-heic.ts';
import type { RgbImage } from './image-sampler.ts';
import { InputError } from './input-error.ts';

const MAX_PIXELS = 40_000_000;
export const MAX_PHOTO_BYTES = 160_000_000;
/** What is kept of larger photos: enough for a face of a tenth of the picture's width at full sharpness. */
const WORKING_PIXELS = 16_000_000;
/** Shown through transparent parts. */
const BACKDROP = '#c8c8c8';

/** A photo may lack this share of its rows. */
const MOST_MISSING = 0.05;
const JPEG_SCAN = Buffer.from([0xff, 0xda]);
const JPEG_END = Buffer.from([0xff, 0xd9]);

/**
 * Decodes a photo, upright, to at most 16 megapixels. The type is taken from the content, and the number of pixels is
 * checked before any is decoded. A photo that lacks its end is taken when hardly any of the picture is missing.
 * Throws `InputError`.
 */
export async function decodePhoto(bytes: Uint8Array): Promise<RgbImage> {
  if (bytes.byteLength > MAX_PHOTO_BYTES) throw new InputError('too-large');
  const found = await fileKind(bytes.subarray(0, HEAD_BYTES));
  if (found?.kind !== 'picture') throw new InputError('not-an-image');
  if (found.format === 'bmp') return readPixels(openRgba(decodeBmpFile(bytes, MAX_PIXELS)));
  const { width, height, isHevc } = await readHeader(bytes);
  if (isHevc) return readPixels(await openHevc(bytes));
  const open = (failOn: 'error' | 'none'): OpenedPhoto => {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn, sequentialRead: true });
    return { image, width, height };
  };
  if (!isCutOff(bytes, found.format)) return readPixels(open('error'));
  const picture = await readPixels(open('none'));
  if (missingRows(picture) > MOST_MISSING * picture.height) throw new InputError('corrupt');
  return picture;
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

/** Whether the file ends before its format's end mark: a copy that was broken off, or a camera that leaves it out. */
function isCutOff(bytes: Uint8Array, format: FileFormat): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'jpg') return !file.includes(JPEG_END, Math.max(2, file.lastIndexOf(JPEG_SCAN)));
  return format === 'png' && !file.includes('IEND', Math.max(0, file.lastIndexOf('IDAT')));
}

/** Rows at the bottom that hold one colour only, as decoders fill in what is missing. */
function missingRows({ width, height, data }: RgbImage): number {
  const rowBytes = width * 3;
  for (let rows = 0; rows < height; rows++) {
    const row = data.subarray((height - 1 - rows) * rowBytes, (height - rows) * rowBytes);
    for (let i = 3; i < rowBytes; i++) if (row[i] !== row[i - 3]) return rows;
  }
  return height;
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

function openRgba({ width, height, data }: RgbaImage): OpenedPhoto {
  return { image: sharp(data, { raw: { width, height, channels: 4 } }), width, height };
}

/** libheif turns pictures upright by itself. */
async function openHevc(bytes: Uint8Array): Promise<OpenedPhoto> {
  try {
    return openRgba(await decodeHeic(bytes, MAX_PIXELS));
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
