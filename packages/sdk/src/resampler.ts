/**
 * Streaming sample-rate conversion of mono sound by windowed-sinc interpolation (J. O. Smith, "Digital Audio Resampling").
 * The kernel is a Hann-windowed sinc with its cut-off at the lower of the two Nyquist frequencies.
 */
export class Resampler {
  readonly #inputPerOutput: number;
  readonly #cutoff: number;
  readonly #halfWidth: number;
  #history: Float32Array;
  /** Position of the next output sample in `#history`, in input samples. */
  #position: number;

  constructor(inputRateHz: number, outputRateHz: number) {
    this.#inputPerOutput = inputRateHz / outputRateHz;
    this.#cutoff = Math.min(1, outputRateHz / inputRateHz);
    this.#halfWidth = Math.ceil(12 / this.#cutoff);
    this.#history = new Float32Array(this.#halfWidth);
    this.#position = this.#halfWidth;
  }

  /** Samples are −1 to 1. Output lags the input by the half width of the kernel (0.5 ms at 48 kHz). */
  push(input: Float32Array): Float32Array {
    if (this.#inputPerOutput === 1) return input;
    const samples = new Float32Array(this.#history.length + input.length);
    samples.set(this.#history);
    samples.set(input, this.#history.length);

    const output: number[] = [];
    while (this.#position + this.#halfWidth < samples.length) {
      output.push(this.#interpolate(samples, this.#position));
      this.#position += this.#inputPerOutput;
    }
    const keepFrom = Math.max(0, Math.floor(this.#position) - this.#halfWidth);
    this.#history = samples.slice(keepFrom);
    this.#position -= keepFrom;
    return Float32Array.from(output);
  }

  #interpolate(samples: Float32Array, position: number): number {
    const first = Math.max(0, Math.ceil(position - this.#halfWidth));
    const last = Math.min(samples.length - 1, Math.floor(position + this.#halfWidth));
    let sum = 0;
    for (let index = first; index <= last; index += 1) {
      const distance = index - position;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * distance) / this.#halfWidth);
      sum += (samples[index] ?? 0) * sinc(distance * this.#cutoff) * this.#cutoff * window;
    }
    return sum;
  }
}

function sinc(value: number): number {
  return value === 0 ? 1 : Math.sin(Math.PI * value) / (Math.PI * value);
}
