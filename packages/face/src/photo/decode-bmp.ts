import { decode } from 'bmp-ts';
import { InputError } from '../input-error.ts';

const FILE_HEADER_BYTES = 14;
const CORE_HEADER_BYTES = 12;
const INFO_HEADER_BYTES = 40;
/** How the pixels of a bitmap are packed, by the number in its header. */
const PACKING = { plain: 0, runsOfBytes: 1, runsOfHalves: 2, bitFields: 3, alphaBitFields: 6 } as const;
const READABLE: ReadonlySet<number> = new Set(Object.values(PACKING));

export type BmpPicture = {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
};

export type BmpLimits = { readonly maxPixels: number /** This share may be cut off. */; readonly mostMissing: number };

/**
 * Decodes a bitmap with 1 to 32 bits a pixel, any header, and runs of pixels packed or not; opaque. Throws `InputError`: too
 * large, damaged, or a JPEG or PNG in the disguise of a bitmap, as printers take it.
 */
export function decodeBmpFile(bytes: Uint8Array, { maxPixels, mostMissing }: BmpLimits): BmpPicture {
  const file = withInfoHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (file.length < FILE_HEADER_BYTES + INFO_HEADER_BYTES) throw new InputError('corrupt');
  // A negative height means top-down rows.
  const width = Math.abs(file.readInt32LE(18));
  const height = Math.abs(file.readInt32LE(22));
  if (width === 0 || height === 0) throw new InputError('corrupt');
  if (width * height > maxPixels) throw new InputError('too-large');
  const bitsPerPixel = file.readUInt16LE(28);
  const packing = file.readUInt32LE(30);
  if (!READABLE.has(packing)) throw new InputError('not-an-image');
  const rowBytes = Math.ceil((width * bitsPerPixel) / 32) * 4;
  const layout = { width, height, bitsPerPixel, rowBytes, isTopDown: file.readInt32LE(22) < 0, mostMissing };
  try {
    if (packing === PACKING.runsOfBytes || packing === PACKING.runsOfHalves) {
      return coloured(file, { ...layout, rowBytes: width, bitsPerPixel: 8 }, unpackRuns(file, layout), 0);
    }
    const whole = withLastRows(file, layout);
    const pixelsAt = file.readUInt32LE(10);
    if (bitsPerPixel <= 8) return coloured(whole, layout, whole, pixelsAt);
    if (packing === PACKING.plain && bitsPerPixel >= 24) return reordered(layout, whole, pixelsAt);
    // Many programs write 0 into the unused fourth byte of 32-bit bitmaps: alpha says nothing here.
    const { data } = decode(whole, { toRGBA: true });
    for (let at = 3; at < data.length; at += 4) data[at] = 255;
    return { width, height, channels: 4, data };
  } catch (error) {
    throw new InputError('corrupt', { cause: error });
  }
}

type Layout = {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly rowBytes: number;
  readonly isTopDown: boolean;
  readonly mostMissing: number;
};

/** Rows that are cut off are black; throws when they are too many. */
function withLastRows(file: Buffer, { height, rowBytes, mostMissing }: Layout): Buffer {
  const missing = file.readUInt32LE(10) + rowBytes * height - file.length;
  if (missing > mostMissing * rowBytes * height) throw new RangeError('The bitmap lacks its end.');
  return missing > 0 ? Buffer.concat([file, Buffer.alloc(missing)]) : file;
}

function rowStart({ height, rowBytes, isTopDown }: Layout, row: number): number {
  return (isTopDown ? row : height - 1 - row) * rowBytes;
}

/** Pixels of three or four bytes: blue, green, red. */
function reordered(layout: Layout, pixels: Buffer, pixelsAt: number): BmpPicture {
  const { width, height } = layout;
  const pixelBytes = layout.bitsPerPixel / 8;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0, to = 0; row < height; row++) {
    let from = pixelsAt + rowStart(layout, row);
    for (let column = 0; column < width; column++, from += pixelBytes, to += 3) {
      data[to] = pixels[from + 2] ?? 0;
      data[to + 1] = pixels[from + 1] ?? 0;
      data[to + 2] = pixels[from] ?? 0;
    }
  }
  return { width, height, channels: 3, data };
}

/** Pixels that are numbers of colours; the library mixes up the channels of these. */
function coloured(file: Buffer, layout: Layout, pixels: Uint8Array, pixelsAt: number): BmpPicture {
  const { width, height, bitsPerPixel } = layout;
  const palette = file.subarray(FILE_HEADER_BYTES + file.readUInt32LE(14), file.readUInt32LE(10));
  const perByte = 8 / bitsPerPixel;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0, to = 0; row < height; row++) {
    const from = pixelsAt + rowStart(layout, row);
    for (let column = 0; column < width; column++, to += 3) {
      const shift = 8 - bitsPerPixel * ((column % perByte) + 1);
      const colour = ((pixels[from + Math.floor(column / perByte)] ?? 0) >> shift) & (2 ** bitsPerPixel - 1);
      for (let c = 0; c < 3; c++) data[to + c] = palette[colour * 4 + 2 - c] ?? 0;
    }
  }
  return { width, height, channels: 3, data };
}

/**
 * Pixels packed as runs of equal ones (a count and a colour), or, after a zero, as an end of row (0), of picture (1), a step
 * ahead (2), or that many different ones; one byte a pixel comes out. Throws when the end is missing.
 */
function unpackRuns(file: Buffer, { width, height, bitsPerPixel, mostMissing }: Layout): Uint8Array {
  const pixels = new Uint8Array(width * height);
  let [column, row] = [0, 0];
  const put = (byte: number, index: number): void => {
    const colour = bitsPerPixel === 8 ? byte : index % 2 === 0 ? byte >> 4 : byte & 15;
    if (column < width && row < height) pixels[row * width + column] = colour;
    column += 1;
  };
  for (let at = file.readUInt32LE(10); at + 1 < file.length; ) {
    const [count = 0, value = 0] = file.subarray(at, at + 2);
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(value, i);
    } else if (value === 0) {
      [column, row] = [0, row + 1];
    } else if (value === 1) {
      return pixels;
    } else if (value === 2) {
      column += file[at] ?? 0;
      row += file[at + 1] ?? 0;
      at += 2;
    } else {
      const perByte = 8 / bitsPerPixel;
      for (let i = 0; i < value; i++) put(file[at + Math.floor(i / perByte)] ?? 0, i);
      at += 2 * Math.ceil(value / perByte / 2);
    }
  }
  if (row < (1 - mostMissing) * height - 1) throw new RangeError('The bitmap lacks its end.');
  return pixels;
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
