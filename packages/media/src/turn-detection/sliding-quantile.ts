/** Quantiles of the newest values, kept sorted from one to the next. */
export class SlidingQuantile {
  readonly #newest: Float64Array;
  readonly #sorted: Float64Array;
  #length = 0;
  /** Where the oldest is, and the next comes, once the window is full. */
  #at = 0;

  constructor(window: number) {
    this.#newest = new Float64Array(window);
    this.#sorted = new Float64Array(window);
  }

  get length(): number {
    return this.#length;
  }

  /** Takes the next value, which must be a number; of a full window the oldest leaves. */
  push(value: number): void {
    if (this.#length === this.#newest.length) this.#remove(this.#newest[this.#at] as number);
    this.#newest[this.#at] = value;
    this.#at = (this.#at + 1) % this.#newest.length;
    const place = this.#placeOf(value);
    this.#sorted.copyWithin(place + 1, place, this.#length);
    this.#sorted[place] = value;
    this.#length += 1;
  }

  /** The value below which this share of the window lies; NaN when it is empty. */
  quantile(share: number): number {
    return this.#length === 0 ? Number.NaN : (this.#sorted[Math.floor(share * this.#length)] as number);
  }

  clear(): void {
    this.#length = 0;
    this.#at = 0;
  }

  #remove(value: number): void {
    const place = this.#placeOf(value);
    this.#sorted.copyWithin(place, place + 1, this.#length);
    this.#length -= 1;
  }

  /** Of the first that is not smaller. */
  #placeOf(value: number): number {
    let [from, to] = [0, this.#length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#sorted[middle] as number) < value) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
