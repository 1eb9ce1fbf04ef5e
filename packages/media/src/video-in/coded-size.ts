import { forEachNalUnit } from '../codecs/annex-b.ts';
import { h264UnitType, SEQUENCE_PARAMETERS } from './h264-payload.ts';
import type { KeyFrame } from './video-packet.ts';

export type CodedSize = { readonly widthPx: number; readonly heightPx: number };

const MACROBLOCK_PX = 16;
/** Baseline and main: their pictures are 4:2:0 of eight bits (ISO/IEC 14496-10, A.2). */
const PLAIN_PROFILES = [66, 77];
/** The size stands within so many bytes of its unit, and no count of it has more leading zeros. */
const MOST_PARAMETER_BYTES = 1024;
const MOST_LEADING_ZEROS = 31;
const MAX_REFERENCE_CYCLE = 255;

/** What a key frame says of its size before anybody decodes it; the largest of several. Null: it does not say, or in a way that is not read. */
export function codedSize({ codec, bytes }: KeyFrame): CodedSize | null {
  return codec === 'vp8' ? vp8Size(bytes) : h264Size(bytes);
}

/** RFC 6386, 9.1. */
function vp8Size(bytes: Buffer): CodedSize | null {
  if (bytes.length < 10 || bytes.readUIntBE(3, 3) !== 0x9d012a) return null;
  return { widthPx: bytes.readUInt16LE(6) & 0x3fff, heightPx: bytes.readUInt16LE(8) & 0x3fff };
}

function h264Size(bytes: Buffer): CodedSize | null {
  let [widthPx, heightPx, isReadable] = [0, 0, true];
  forEachNalUnit(bytes, (start, end) => {
    const unit = bytes.subarray(start, end);
    if (h264UnitType(unit) !== SEQUENCE_PARAMETERS) return;
    const size = sequenceSize(new BitReader(withoutEmulation(unit.subarray(1, MOST_PARAMETER_BYTES))));
    if (size === null) isReadable = false;
    widthPx = Math.max(widthPx, size?.widthPx ?? 0);
    heightPx = Math.max(heightPx, size?.heightPx ?? 0);
  });
  return isReadable && widthPx > 0 && heightPx > 0 ? { widthPx, heightPx } : null;
}

/** ISO/IEC 14496-10, 7.3.2.1.1, as far as the size. */
function sequenceSize(bits: BitReader): CodedSize | null {
  const profile = bits.read(8);
  bits.read(16);
  if (!PLAIN_PROFILES.includes(profile)) return null;
  bits.readCount();
  bits.readCount();
  const orderType = bits.readCount();
  if (orderType === 0) bits.readCount();
  if (orderType === 1) skipOrderCycle(bits);
  bits.readCount();
  bits.read(1);
  const widthPx = (bits.readCount() + 1) * MACROBLOCK_PX;
  const rows = bits.readCount() + 1;
  const isOfFields = bits.read(1) === 0;
  if (bits.isSpent) return null;
  return { widthPx, heightPx: rows * MACROBLOCK_PX * (isOfFields ? 2 : 1) };
}

function skipOrderCycle(bits: BitReader): void {
  bits.read(1);
  bits.readCount();
  bits.readCount();
  const count = Math.min(bits.readCount(), MAX_REFERENCE_CYCLE);
  for (let index = 0; index < count; index += 1) bits.readCount();
}

/** Without the bytes that keep start codes out of a unit (7.4.1.1). */
function withoutEmulation(unit: Buffer): number[] {
  const bytes: number[] = [];
  let zeros = 0;
  for (const byte of unit) {
    const isGuard = byte === 3 && zeros >= 2;
    if (!isGuard) bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return bytes;
}

class BitReader {
  readonly #bytes: readonly number[];
  #at = 0;

  constructor(bytes: readonly number[]) {
    this.#bytes = bytes;
  }

  /** More was read than there is. */
  get isSpent(): boolean {
    return this.#at > this.#bytes.length * 8;
  }

  read(bitCount: number): number {
    let value = 0;
    for (let index = 0; index < bitCount; index += 1) {
      value = value * 2 + (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }

  /** An Exp-Golomb code (9.1), signed ones for their length alone. */
  readCount(): number {
    let zeros = 0;
    while (zeros < MOST_LEADING_ZEROS && !this.isSpent && this.read(1) === 0) zeros += 1;
    return 2 ** zeros - 1 + this.read(zeros);
  }
}
