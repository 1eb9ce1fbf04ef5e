/** A matrix or vector of a model; `halves` are its numbers as 16-bit floats. */
export type Weight = { readonly dimensions: readonly number[]; readonly halves: Uint16Array };

const VERSION = 6;
const HALF_ELEMENT = 4;
const MAX_VARIABLES = 5000;

/**
 * Reads `model.bin` of CTranslate2 (version 6 of its format, as faster-whisper's models are): what is not made of 16-bit floats is
 * left out.
 *
 * @throws Error when it is something else or damaged.
 */
export function readWeights(file: Uint8Array): ReadonlyMap<string, Weight> {
  const reader = new Reader(file);
  if (reader.number32() !== VERSION || reader.text() !== 'WhisperSpec') {
    throw new Error('The file is no Whisper model of CTranslate2, version 6.');
  }
  reader.number32();
  const count = reader.number32();
  if (count > MAX_VARIABLES) throw new Error('The model has too many parts.');
  const weights = new Map<string, Weight>();
  for (let k = 0; k < count; k++) {
    const name = reader.text();
    const rank = reader.number8();
    const dimensions = Array.from({ length: rank }, () => reader.number32());
    const element = reader.number8();
    const bytes = reader.bytes(reader.number32());
    if (element !== HALF_ELEMENT || rank === 0) continue;
    if (bytes.length !== 2 * dimensions.reduce((product, length) => product * length, 1)) {
      throw new Error(`${name} of the model has another length than it says.`);
    }
    // Copied, since it may lie at an odd place.
    weights.set(name, { dimensions, halves: new Uint16Array(Uint8Array.from(bytes).buffer) });
  }
  return weights;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  number32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  /** Ends with a zero, which its length counts. */
  text(): string {
    const length = this.#view.getUint16(this.#step(2), true);
    return new TextDecoder().decode(this.bytes(length)).replace(/\0$/, '');
  }

  bytes(length: number): Uint8Array {
    const from = this.#step(length);
    return this.#bytes.subarray(from, from + length);
  }

  #step(length: number): number {
    const from = this.#at;
    if (from + length > this.#bytes.length) throw new Error('The model is cut short.');
    this.#at += length;
    return from;
  }
}

/** The float that each 16-bit one stands for. */
let halfValues: Float32Array | null = null;

export function toFloats(halves: Uint16Array): Float32Array {
  halfValues ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfValue(bits));
  const values = halfValues;
  return Float32Array.from(halves, (bits) => values[bits] as number);
}

function halfValue(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
