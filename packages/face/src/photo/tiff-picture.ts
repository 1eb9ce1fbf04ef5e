/** An uncompressed TIFF file that is being filled: how pixels with a colour profile are handed to sharp. */
export type TiffPicture = {
  readonly width: number;
  readonly height: number;
  readonly file: Buffer;
  /** Interleaved 8-bit RGB without row padding, inside the file. */
  readonly pixels: Buffer;
};

/** Types of fields in TIFF 6.0, section 2. */
const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;
/** Rows are read by strips of about this size. */
const STRIP_BYTES = 1 << 18;

type Entry = { readonly tag: number; readonly type: number; readonly values: readonly number[] | Buffer };

/** A picture of zeros; `profile` is the ICC profile of its colours, null for those of an ordinary screen. */
export function tiffOf(width: number, height: number, profile: Buffer | null): TiffPicture {
  const rowBytes = width * 3;
  const stripRows = Math.max(1, Math.floor(STRIP_BYTES / rowBytes));
  const strips = Array.from({ length: Math.ceil(height / stripRows) }, (_, strip) => strip * stripRows);
  const entriesWith = (pixelsAt: number): Entry[] => [
    { tag: 256, type: LONG, values: [width] },
    { tag: 257, type: LONG, values: [height] },
    { tag: 258, type: SHORT, values: [8, 8, 8] },
    { tag: 259, type: SHORT, values: [1] },
    { tag: 262, type: SHORT, values: [2] },
    { tag: 273, type: LONG, values: strips.map((row) => pixelsAt + row * rowBytes) },
    { tag: 277, type: SHORT, values: [3] },
    { tag: 278, type: LONG, values: [stripRows] },
    { tag: 279, type: LONG, values: strips.map((row) => Math.min(stripRows, height - row) * rowBytes) },
    ...(profile === null ? [] : [{ tag: 34_675, type: UNDEFINED, values: profile }]),
  ];
  const pixelsAt = headOf(entriesWith(0)).length;
  const file = Buffer.alloc(pixelsAt + rowBytes * height);
  headOf(entriesWith(pixelsAt)).copy(file);
  return { width, height, file, pixels: file.subarray(pixelsAt) };
}

/** Everything before the pixels: values of more than four bytes stand behind the list that names them. */
function headOf(entries: readonly Entry[]): Buffer {
  const list = Buffer.alloc(HEADER_BYTES + 2 + entries.length * ENTRY_BYTES + 4);
  list.write('II*\0', 'latin1');
  list.writeUInt32LE(HEADER_BYTES, 4);
  list.writeUInt16LE(entries.length, HEADER_BYTES);
  const parts = [list];
  let at = HEADER_BYTES + 2;
  let behind = list.length;
  for (const { tag, type, values } of entries) {
    const bytes = bytesOf(type, values);
    list.writeUInt16LE(tag, at);
    list.writeUInt16LE(type, at + 2);
    list.writeUInt32LE(values.length, at + 4);
    if (bytes.length <= 4) bytes.copy(list, at + 8);
    else {
      list.writeUInt32LE(behind, at + 8);
      // On even places, as the format asks.
      const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
      parts.push(padded);
      behind += padded.length;
    }
    at += ENTRY_BYTES;
  }
  return Buffer.concat(parts);
}

function bytesOf(type: number, values: readonly number[] | Buffer): Buffer {
  if (Buffer.isBuffer(values)) return values;
  const bytes = Buffer.alloc(values.length * (type === SHORT ? 2 : 4));
  for (const [i, value] of values.entries()) {
    if (type === SHORT) bytes.writeUInt16LE(value, 2 * i);
    else bytes.writeUInt32LE(value, 4 * i);
  }
  return bytes;
}
