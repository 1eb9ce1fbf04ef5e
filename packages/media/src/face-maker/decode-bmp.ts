import { decode } from 'bmp-ts';
import type { RgbaImage } from '../frames/source-image.ts';
import { InputError } from './input-error.ts';

const FILE_HEADER_BYTES = 14;
const CORE_HEADER_BYTES = 12;
const INFO_HEADER_BYTES = 40;

/**
 * Decodes a bitmap with 1 to 32 bits a pixel and any header; opaque. Throws `InputError`: too large, damaged, or packed in a
 * way that is not in use for photos.
 */
export function decodeBmpFile(bytes: Uint8Array, maxPixels: number): RgbaImage {
  const file = withInfoHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (file.length < FILE_HEADER_BYTES + INFO_HEADER_BYTES) throw new InputError('corrupt');
  // A negative height means top-down rows.
  const width = Math.abs(file.readInt32LE(18));
  const height = Math.abs(file.readInt32LE(22));
  if (width === 0 || height === 0) throw new InputError('corrupt');
  if (width * height > maxPixels) throw new InputError('too-large');
  const bitsPerPixel = file.readUInt16LE(28);
  // Plain rows (0) and bit fields (3, 6); run lengths and embedded JPEG and PNG are not in use for photos.
  if (![0, 3, 6].includes(file.readUInt32LE(30))) throw new InputError('not-an-image');
  try {
    const data =
      bitsPerPixel <= 8 ? lookUp(file, { width, height, bitsPerPixel }) : decode(file, { toRGBA: true }).data;
    // Many programs write 0 into the unused fourth byte of 32-bit bitmaps: alpha says nothing here.
    for (let at = 3; at < data.length; at += 4) data[at] = 255;
    return { width, height, data };
  } catch (error) {
    throw new InputError('corrupt', { cause: error });
  }
}

type Indexed = { readonly width: number; readonly height: number; readonly bitsPerPixel: number };

/** Pixels that are numbers of colours; the library mixes up the channels of these. */
function lookUp(file: Buffer, { width, height, bitsPerPixel }: Indexed): Uint8Array {
  const pixelsAt = file.readUInt32LE(10);
  const palette = file.subarray(FILE_HEADER_BYTES + file.readUInt32LE(14), pixelsAt);
  const isTopDown = file.readInt32LE(22) < 0;
  const rowBytes = Math.ceil((width * bitsPerPixel) / 32) * 4;
  const perByte = 8 / bitsPerPixel;
  const data = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++) {
    const from = pixelsAt + (isTopDown ? row : height - 1 - row) * rowBytes;
    for (let column = 0; column < width; column++) {
      const shift = 8 - bitsPerPixel * ((column % perByte) + 1);
      const colour = (file.readUInt8(from + Math.floor(column / perByte)) >> shift) & (2 ** bitsPerPixel - 1);
      const to = (row * width + column) * 4;
      for (let c = 0; c < 3; c++) data[to + c] = palette[colour * 4 + 2 - c] ?? 0;
    }
  }
  return data;
}

/** Bitmaps of OS/2 have 16-bit sizes and three bytes a colour: the same picture with the header that all readers know. */
function withInfoHeader(file: Buffer): Buffer {
  if (file.length < FILE_HEADER_BYTES + CORE_HEADER_BYTES || file.readUInt32LE(14) !== CORE_HEADER_BYTES) return file;
  const pixelsAt = file.readUInt32LE(10);
  const palette = file.subarray(FILE_HEADER_BYTES + CORE_HEADER_BYTES, pixelsAt);
  const bitsPerPixel = file.readUInt16LE(24);
  const colours = bitsPerPixel > 8 ? 0 : Math.min(256, Math.floor(palette.length / 3));
  const head = Buffer.alloc(FILE_HEADER_BYTES + INFO_HEADER_BYTES + 4 * colours);
  head.write('BM', 'latin1');
  head.writeUInt32LE(head.length + file.length - pixelsAt, 2);
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(INFO_HEADER_BYTES, 14);
  head.writeInt32LE(file.readUInt16LE(18), 18);
  head.writeInt32LE(file.readUInt16LE(20), 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bitsPerPixel, 28);
  head.writeUInt32LE(colours, 46);
  for (let i = 0; i < colours; i++) palette.copy(head, FILE_HEADER_BYTES + INFO_HEADER_BYTES + 4 * i, 3 * i, 3 * i + 3);
  return Buffer.concat([head, file.subarray(pixelsAt)]);
}
