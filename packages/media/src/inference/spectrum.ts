/** Factors of 400, in the order in which the parts are joined. */
const RADICES = [5, 5, 2, 2, 2, 2] as const;

/** Samples of a window. */
export const SPECTRUM_WINDOW = 400;
export const SPECTRUM_BINS = SPECTRUM_WINDOW / 2 + 1;

const N = SPECTRUM_WINDOW;
const cosines = Float64Array.from({ length: N }, (_, k) => Math.cos((2 * Math.PI * k) / N));
const sines = Float64Array.from({ length: N }, (_, k) => Math.sin((2 * Math.PI * k) / N));
/** Where each value stands before the first parts are joined. */
const places = Uint16Array.from({ length: N }, (_, index) => placeOf(index));

function placeOf(index: number): number {
  let [rest, length, place] = [index, N, 0];
  for (const radix of RADICES.toReversed()) {
    length /= radix;
    place += (rest % radix) * length;
    rest = Math.floor(rest / radix);
  }
  return place;
}

/** Fourier transforms of 400 values, two real windows at a time: one as the real part, one as the imaginary. */
export class Spectrum {
  readonly #real = new Float64Array(N);
  readonly #imaginary = new Float64Array(N);
  readonly #part = new Float64Array(10);

  /** Value `index` of either window. */
  set(index: number, first: number, second: number): void {
    const place = places[index] as number;
    this.#real[place] = first;
    this.#imaginary[place] = second;
  }

  /** Power of both windows, bin by bin, once all values have been set. */
  powers(first: Float64Array, second: Float64Array): void {
    let length = 1;
    for (const radix of RADICES) {
      if (radix === 2) this.#joinTwo(length);
      else this.#joinFive(length);
      length *= radix;
    }
    for (let bin = 0; bin < SPECTRUM_BINS; bin++) {
      const mirror = (N - bin) % N;
      const [r, i] = [this.#real[bin] as number, this.#imaginary[bin] as number];
      const [mr, mi] = [this.#real[mirror] as number, this.#imaginary[mirror] as number];
      first[bin] = ((r + mr) ** 2 + (i - mi) ** 2) / 4;
      second[bin] = ((r - mr) ** 2 + (i + mi) ** 2) / 4;
    }
  }

  /** Pairs of transforms of `length` values become one each. */
  #joinTwo(length: number): void {
    const [real, imaginary] = [this.#real, this.#imaginary];
    const turn = N / (2 * length);
    for (let k = 0; k < length; k++) {
      const c = cosines[k * turn] as number;
      const s = sines[k * turn] as number;
      for (let at = k; at < N; at += 2 * length) {
        const to = at + length;
        const r = (real[to] as number) * c + (imaginary[to] as number) * s;
        const i = (imaginary[to] as number) * c - (real[to] as number) * s;
        real[to] = (real[at] as number) - r;
        imaginary[to] = (imaginary[at] as number) - i;
        real[at] = (real[at] as number) + r;
        imaginary[at] = (imaginary[at] as number) + i;
      }
    }
  }

  /** The same for five at a time. */
  #joinFive(length: number): void {
    const [real, imaginary, part] = [this.#real, this.#imaginary, this.#part];
    const turn = N / (5 * length);
    for (let k = 0; k < length; k++) {
      for (let at = k; at < N; at += 5 * length) {
        for (let m = 0; m < 5; m++) {
          const from = at + m * length;
          const [c, s] = [cosines[k * m * turn] as number, sines[k * m * turn] as number];
          part[2 * m] = (real[from] as number) * c + (imaginary[from] as number) * s;
          part[2 * m + 1] = (imaginary[from] as number) * c - (real[from] as number) * s;
        }
        for (let q = 0; q < 5; q++) {
          let [r, i] = [0, 0];
          for (let m = 0; m < 5; m++) {
            const angle = ((q * m) % 5) * (N / 5);
            const [c, s] = [cosines[angle] as number, sines[angle] as number];
            r += (part[2 * m] as number) * c + (part[2 * m + 1] as number) * s;
            i += (part[2 * m + 1] as number) * c - (part[2 * m] as number) * s;
          }
          real[at + q * length] = r;
          imaginary[at + q * length] = i;
        }
      }
    }
  }
}
