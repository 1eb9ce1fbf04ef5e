const FIRST_CAPACITY = 2048;

/** Samples that wait in line, in memory that is used again. */
export class SampleLine {
  #samples = new Int16Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(samples: Int16Array): void {
    const needed = this.#length + samples.length;
    if (needed > this.#samples.length) {
      const larger = new Int16Array(2 * needed);
      larger.set(this.#samples.subarray(0, this.#length));
      this.#samples = larger;
    }
    this.#samples.set(samples, this.#length);
    this.#length = needed;
  }

  /** Takes the first `count` samples; they belong to the caller. */
  take(count: number): Int16Array {
    const taken = this.#samples.slice(0, Math.min(count, this.#length));
    this.#drop(taken.length);
    return taken;
  }

  /** Takes as many as `out` holds; the line must have them. */
  takeInto(out: Int16Array): void {
    this.copyTo(out, 0);
    this.#drop(out.length);
  }

  /** Fills `out` with what waits from place `from` on, and leaves it in line; the line must have it. */
  copyTo(out: Int16Array, from: number): void {
    out.set(this.#samples.subarray(from, from + out.length));
  }

  /** Begins anew, with silence. */
  restart(silentSamples: number): void {
    this.#length = 0;
    this.append(new Int16Array(silentSamples));
  }

  #drop(count: number): void {
    this.#samples.copyWithin(0, count, this.#length);
    this.#length -= count;
  }
}
