const CAPACITY = 1024;

/** Rate of what arrived at the other side over a sliding window of its own clock. */
export class ThroughputMeter {
  readonly #windowMs: number;
  readonly #atMs = new Float64Array(CAPACITY);
  readonly #sizeBytes = new Uint32Array(CAPACITY);
  #first = 0;
  #count = 0;
  #totalBytes = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(atMs: number, sizeBytes: number): void {
    if (this.#count > 0 && Math.abs(atMs - this.#lastMs) > 10 * this.#windowMs) this.#clear();
    this.#lastMs = Math.max(this.#lastMs, atMs);
    if (this.#count === CAPACITY) this.#removeFirst();
    const index = (this.#first + this.#count) % CAPACITY;
    this.#atMs[index] = atMs;
    this.#sizeBytes[index] = sizeBytes;
    this.#count += 1;
    this.#totalBytes += sizeBytes;
    while (this.#count > 1 && (this.#atMs[this.#first] ?? 0) < this.#lastMs - this.#windowMs) this.#removeFirst();
  }

  /** Null until half a window is covered. */
  get kbps(): number | null {
    const spanMs = this.#lastMs - (this.#atMs[this.#first] ?? 0);
    if (this.#count < 2 || spanMs < this.#windowMs / 2) return null;
    return (this.#totalBytes * 8) / Math.min(this.#windowMs, spanMs);
  }

  #removeFirst(): void {
    this.#totalBytes -= this.#sizeBytes[this.#first] ?? 0;
    this.#first = (this.#first + 1) % CAPACITY;
    this.#count -= 1;
  }

  #clear(): void {
    this.#first = 0;
    this.#count = 0;
    this.#totalBytes = 0;
    this.#lastMs = Number.NEGATIVE_INFINITY;
  }
}
