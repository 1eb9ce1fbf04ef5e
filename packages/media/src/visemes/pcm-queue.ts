/** Sound waiting to be looked at, first in, first out. Holds the chunks it is given; they must not change. */
export class PcmQueue {
  readonly #chunks: Int16Array[] = [];
  #firstChunk = 0;
  /** Samples of the first chunk already taken. */
  #offset = 0;
  #length = 0;

  /** Samples waiting. */
  get length(): number {
    return this.#length;
  }

  push(pcm: Int16Array): void {
    if (pcm.length === 0) return;
    this.#chunks.push(pcm);
    this.#length += pcm.length;
  }

  /** Takes up to `target.length` samples into `target`; returns the part that was filled. */
  take(target: Int16Array): Int16Array {
    let filled = 0;
    while (filled < target.length && this.#firstChunk < this.#chunks.length) {
      const chunk = this.#chunks[this.#firstChunk] as Int16Array;
      const part = chunk.subarray(this.#offset, this.#offset + target.length - filled);
      target.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset === chunk.length) this.#dropFirst();
    }
    this.#length -= filled;
    return target.subarray(0, filled);
  }

  #dropFirst(): void {
    this.#offset = 0;
    this.#firstChunk += 1;
    if (this.#firstChunk < 64) return;
    this.#chunks.splice(0, this.#firstChunk);
    this.#firstChunk = 0;
  }
}
