const FIRST_CAPACITY = 2048;

/** Samples that wait in line, in memory that is used again. */
export class SampleLine {
  #samples = new Int16Array(FIRST_CAPACITY);
  /** Place of the first that waits, and behind the last. */
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  append(samples: Int16Array): void {
    if (this.#end + samples.length > this.#samples.length) this.#makeRoom(this.length + samples.length);
    this.#samples.set(samples, this.#end);
    this.#end += samples.length;
  }

  /** Takes the first `count` samples; they belong to the caller. */
  take(count: number): Int16Array {
    const taken = this.#samples.slice(this.#start, Math.min(this.#start + count, this.#end));
    this.#start += taken.length;
    return taken;
  }

  /** Takes as many as `out` holds; the line must have them. */
  takeInto(out: Int16Array): void {
    this.copyTo(out, 0);
    this.#start += out.length;
  }

  /** Fills `out` with what waits from place `from` on, and leaves it in line; the line must have it. */
  copyTo(out: Int16Array, from: number): void {
    const at = this.#start + from;
    out.set(this.#samples.subarray(at, at + out.length));
  }

  /** Takes the first `count` away; the line must have them. */
  drop(count: number): void {
    this.#start += count;
  }

  /** Begins anew, with silence. */
  restart(silentSamples: number): void {
    this.#start = 0;
    this.#end = 0;
    this.append(new Int16Array(silentSamples));
  }

  #makeRoom(needed: number): void {
    const samples = needed > this.#samples.length / 2 ? new Int16Array(2 * needed) : this.#samples;
    samples.set(this.#samples.subarray(this.#start, this.#end));
    this.#samples = samples;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
