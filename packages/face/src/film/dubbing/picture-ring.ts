import { pictureByteLength } from '@visavis/media/core';

/** Memory for pictures that threads share, used again and again: what was given last but `count` is given anew. */
export class PictureRing {
  readonly #memories: readonly Uint8Array[];
  #next = 0;

  constructor(widthPx: number, heightPx: number, count: number) {
    const byteLength = pictureByteLength(widthPx, heightPx);
    this.#memories = Array.from({ length: count }, () => new Uint8Array(new SharedArrayBuffer(byteLength)));
  }

  next(): Uint8Array {
    const memory = this.#memories[this.#next] as Uint8Array;
    this.#next = (this.#next + 1) % this.#memories.length;
    return memory;
  }
}
