/**
 * Power spectrum of real signals of one length, a power of two: the even and odd samples make one complex signal of half
 * the length, which is transformed in place (iterative radix 2) and untangled.
 */
export class RealPowerSpectrum {
  readonly #half: number;
  readonly #cosine: Float64Array;
  readonly #sine: Float64Array;
  readonly #reversed: Uint16Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;

  constructor(length: number) {
    if (length < 4 || length > 65_536 || (length & (length - 1)) !== 0) {
      throw new RangeError(`The length must be a power of two from 4 to 65536; got ${length}.`);
    }
    const half = length / 2;
    this.#half = half;
    this.#cosine = Float64Array.from({ length: half }, (_, index) => Math.cos((2 * Math.PI * index) / length));
    this.#sine = Float64Array.from({ length: half }, (_, index) => Math.sin((2 * Math.PI * index) / length));
    const bits = Math.log2(half);
    this.#reversed = Uint16Array.from({ length: half }, (_, index) => {
      let result = 0;
      for (let bit = 0; bit < bits; bit++) if ((index >> bit) & 1) result |= 1 << (bits - 1 - bit);
      return result;
    });
    this.#real = new Float64Array(half);
    this.#imaginary = new Float64Array(half);
  }

  /** `samples` has the full length; `power` receives |X(k)|² for k from 0 to length / 2 inclusive. */
  compute(samples: Float64Array, power: Float64Array): void {
    const half = this.#half;
    const real = this.#real;
    const imaginary = this.#imaginary;
    for (let index = 0; index < half; index++) {
      const slot = this.#reversed[index] as number;
      real[slot] = samples[2 * index] as number;
      imaginary[slot] = samples[2 * index + 1] as number;
    }
    this.#transform();
    for (let bin = 0; bin <= half; bin++) {
      const near = bin % half;
      const far = (half - bin) % half;
      const evenReal = ((real[near] as number) + (real[far] as number)) / 2;
      const evenImaginary = ((imaginary[near] as number) - (imaginary[far] as number)) / 2;
      const oddReal = ((imaginary[near] as number) + (imaginary[far] as number)) / 2;
      const oddImaginary = ((real[far] as number) - (real[near] as number)) / 2;
      const cosine = bin === half ? -1 : (this.#cosine[bin] as number);
      const sine = bin === half ? 0 : (this.#sine[bin] as number);
      const x = evenReal + oddReal * cosine + oddImaginary * sine;
      const y = evenImaginary + oddImaginary * cosine - oddReal * sine;
      power[bin] = x * x + y * y;
    }
  }

  #transform(): void {
    const half = this.#half;
    const real = this.#real;
    const imaginary = this.#imaginary;
    for (let span = 2; span <= half; span *= 2) {
      const arm = span / 2;
      const stride = (2 * half) / span;
      for (let start = 0; start < half; start += span) {
        for (let index = 0; index < arm; index++) {
          const cosine = this.#cosine[index * stride] as number;
          const sine = this.#sine[index * stride] as number;
          const upper = start + index;
          const lower = upper + arm;
          const lowerReal = real[lower] as number;
          const lowerImaginary = imaginary[lower] as number;
          const x = lowerReal * cosine + lowerImaginary * sine;
          const y = lowerImaginary * cosine - lowerReal * sine;
          real[lower] = (real[upper] as number) - x;
          imaginary[lower] = (imaginary[upper] as number) - y;
          real[upper] = (real[upper] as number) + x;
          imaginary[upper] = (imaginary[upper] as number) + y;
        }
      }
    }
  }
}
