/** How sharp the filter is. */
type Sharpness = {
  /** Attenuation of images and aliases. */
  readonly stopBandDb: number;
  /**
   * Width of the transition band as a share of the lower Nyquist frequency. Going up, half of it lies above the old
   * Nyquist frequency where a voice has nothing; going down, all of it is taken from what is kept.
   */
  readonly transitionShareUp: number;
  readonly transitionShareDown: number;
};

/**
 * What the sound is for. `hear`: images and aliases stay below the rounding noise of 13 bits, inaudible under speech. `judge`: for a
 * program that tells speech from other sound, at a third of the work.
 */
const SHARPNESS = {
  hear: { stopBandDb: 80, transitionShareUp: 0.25, transitionShareDown: 0.15 },
  judge: { stopBandDb: 60, transitionShareUp: 0.3, transitionShareDown: 0.3 },
} as const satisfies Record<string, Sharpness>;

export type SoundUse = keyof typeof SHARPNESS;

/** What one output phase needs: input samples `firstOffset…` around its own, weighted by `weights`. */
type Phase = { readonly firstOffset: number; readonly weights: Float64Array };

type Design = {
  /** Interpolation and decimation factors: the rates without their common divisor. */
  readonly up: number;
  readonly down: number;
  /** Input samples needed on either side of an output sample. */
  readonly reach: number;
  readonly phases: readonly Phase[];
};

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Modified Bessel function of the first kind, order zero, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/**
 * Kaiser-windowed sinc, one set of weights per output phase. Window shape and length follow Kaiser's formulas:
 * beta = 0.1102 (A - 8.7) for A > 50 dB and length = (A - 8) / (2.285 * transition) (J. F. Kaiser, "Nonrecursive digital
 * filter design using the I0-sinh window function", 1974; Oppenheim & Schafer, Discrete-Time Signal Processing, ch. 7).
 */
function designFilter(fromHz: number, toHz: number, sharpness: Sharpness): Design {
  const { stopBandDb, transitionShareUp, transitionShareDown } = sharpness;
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const up = toHz / divisor;
  const down = fromHz / divisor;
  const nyquist = Math.PI / Math.max(up, down);
  const transition = nyquist * (toHz > fromHz ? transitionShareUp : transitionShareDown);
  // Going up, the cut-off sits on the old Nyquist frequency (at a factor of two every other phase is then a plain copy);
  // going down, the whole transition lies below the new one so that nothing folds back.
  const cutoff = toHz > fromHz ? nyquist : nyquist - transition / 2;
  const beta = 0.1102 * (stopBandDb - 8.7);
  const half = Math.ceil((stopBandDb - 8) / (2.285 * transition) / 2);
  const reach = Math.ceil(half / up) + 1;
  const tap = (n: number): number => {
    if (Math.abs(n) > half) return 0;
    const window = besselI0(beta * Math.sqrt(1 - (n / half) ** 2)) / besselI0(beta);
    const value = n === 0 ? cutoff : Math.sin(cutoff * n) / n;
    return Math.abs(value) < 1e-12 ? 0 : value * window;
  };
  const phases = Array.from({ length: up }, (_, phase) => designPhase(phase, up, reach, tap));
  return { up, down, reach, phases };
}

function designPhase(phase: number, up: number, reach: number, tap: (n: number) => number): Phase {
  const weights: number[] = [];
  for (let offset = -reach; offset <= reach; offset++) weights.push(tap(phase - offset * up));
  const first = weights.findIndex((weight) => weight !== 0);
  const last = weights.findLastIndex((weight) => weight !== 0);
  const kept = weights.slice(first, last + 1);
  // Every phase passes a constant unchanged, so a steady level has no ripple at the output rate.
  const gain = kept.reduce((sum, weight) => sum + weight, 0);
  return { firstOffset: first - reach, weights: Float64Array.from(kept, (weight) => weight / gain) };
}

const designs = new Map<string, Design>();

function designFor(fromHz: number, toHz: number, use: SoundUse): Design {
  const key = `${fromHz}/${toHz} ${use}`;
  let design = designs.get(key);
  if (design === undefined) {
    design = designFilter(fromHz, toHz, SHARPNESS[use]);
    designs.set(key, design);
  }
  return design;
}

/**
 * Streaming sample-rate converter for 16-bit mono sound: a polyphase filter (Crochiere & Rabiner, Multirate Digital
 * Signal Processing, 1983). Output sample n lies exactly at n / toHz: there is no shift, only a wait of about a
 * millisecond for the input that follows. The same input gives the same samples, however it is cut into chunks.
 */
export class Resampler {
  readonly #design: Design;
  #buffer: Float64Array;
  #filled = 0;
  /** Index in the buffer of the input sample at or before the next output sample, and the phase between them. */
  #cursor = 0;
  #phase = 0;
  #inputCount = 0;
  #outputCount = 0;
  #scratch = new Int16Array(0);

  constructor(fromHz: number, toHz: number, use: SoundUse = 'hear') {
    if (!Number.isInteger(fromHz) || !Number.isInteger(toHz) || fromHz <= 0 || toHz <= 0) {
      throw new RangeError(`Sample rates are positive integers in Hz; got ${fromHz} and ${toHz}.`);
    }
    this.#design = designFor(fromHz, toHz, use);
    this.#buffer = new Float64Array(4096);
    this.reset();
  }

  /** Input samples on either side of an output sample that it depends on. */
  get reach(): number {
    return this.#design.reach;
  }

  /** Converts the next piece. The result belongs to the caller; it may be empty. */
  process(input: Int16Array): Int16Array {
    this.#inputCount += input.length;
    this.#append(input, input.length);
    return this.#produce(Number.POSITIVE_INFINITY);
  }

  /** Ends the stream: returns what still waited, so that the whole has ceil(input * toHz / fromHz) samples; then starts anew. */
  flush(): Int16Array {
    const { up, down, reach } = this.#design;
    const total = Math.ceil((this.#inputCount * up) / down);
    this.#append(null, 2 * reach + 1);
    const rest = this.#produce(total - this.#outputCount);
    this.reset();
    return rest;
  }

  /** Forgets everything heard so far. */
  reset(): void {
    this.#buffer.fill(0, 0, this.#design.reach);
    this.#filled = this.#design.reach;
    this.#cursor = this.#design.reach;
    this.#phase = 0;
    this.#inputCount = 0;
    this.#outputCount = 0;
  }

  #append(input: Int16Array | null, count: number): void {
    const needed = this.#filled + count;
    if (needed > this.#buffer.length) {
      const larger = new Float64Array(2 * needed);
      larger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = larger;
    }
    if (input === null) this.#buffer.fill(0, this.#filled, needed);
    else this.#buffer.set(input, this.#filled);
    this.#filled = needed;
  }

  #produce(limit: number): Int16Array {
    const { up, down, reach, phases } = this.#design;
    const buffer = this.#buffer;
    const capacity = Math.ceil((this.#filled * up) / down) + 1;
    if (this.#scratch.length < capacity) this.#scratch = new Int16Array(capacity);
    const output = this.#scratch;
    let cursor = this.#cursor;
    let phaseIndex = this.#phase;
    let count = 0;
    while (cursor + reach < this.#filled && count < limit) {
      const phase = phases[phaseIndex] as Phase;
      output[count++] = weightedSum(buffer, cursor + phase.firstOffset, phase.weights);
      phaseIndex += down;
      while (phaseIndex >= up) {
        phaseIndex -= up;
        cursor++;
      }
    }
    this.#outputCount += count;
    this.#phase = phaseIndex;
    const consumed = cursor - reach;
    buffer.copyWithin(0, consumed, this.#filled);
    this.#filled -= consumed;
    this.#cursor = reach;
    return output.slice(0, count);
  }
}

/** Four sums side by side: one alone waits for each addition before it can begin the next. */
function weightedSum(samples: Float64Array, first: number, weights: Float64Array): number {
  const count = weights.length;
  const fours = count - (count % 4);
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let k = 0; k < fours; k += 4) {
    const at = first + k;
    sum0 += (samples[at] as number) * (weights[k] as number);
    sum1 += (samples[at + 1] as number) * (weights[k + 1] as number);
    sum2 += (samples[at + 2] as number) * (weights[k + 2] as number);
    sum3 += (samples[at + 3] as number) * (weights[k + 3] as number);
  }
  for (let k = fours; k < count; k++) sum0 += (samples[first + k] as number) * (weights[k] as number);
  const sum = sum0 + sum1 + (sum2 + sum3);
  if (sum >= 32767) return 32767;
  if (sum <= -32768) return -32768;
  return Math.round(sum);
}
