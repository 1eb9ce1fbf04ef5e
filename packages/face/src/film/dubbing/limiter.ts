/** The loudest that a mixture gets, of full scale: coding adds a little to it. */
const CEILING = 0.85;
/** In samples of the film's sound: 5 and 150 ms. */
const LOOK_AHEAD = 240;
const RELEASE = 7200;

/**
 * Keeps sound below the ceiling without cutting its tops off: it grows quieter before each of them and louder again after it. What
 * stays below is not changed. All channels grow quieter together. Comes out `Limiter.lateBy` samples of each channel late.
 */
export class Limiter {
  static readonly lateBy = LOOK_AHEAD - 1;

  readonly #channelCount: number;
  readonly #samples: Float32Array;
  /** The gains that these samples need, and the ones that were held lately. */
  readonly #needed = new Float32Array(LOOK_AHEAD).fill(1);
  readonly #held = new Float32Array(LOOK_AHEAD).fill(1);
  #at = 0;
  #least = 1;
  #leastFor = 0;
  #gain = 1;
  #sumHeld = LOOK_AHEAD;

  constructor(channelCount = 1) {
    this.#channelCount = channelCount;
    this.#samples = new Float32Array(channelCount * LOOK_AHEAD);
  }

  /** Full scale is 1, in place; a sample of each channel in turn. */
  process(samples: Float32Array): void {
    const count = this.#channelCount;
    for (let from = 0; from < samples.length; from += count) {
      let loudest = 0;
      for (let channel = 0; channel < count; channel++) {
        const sample = samples[from + channel] as number;
        this.#samples[count * this.#at + channel] = sample;
        loudest = Math.max(loudest, Math.abs(sample));
      }
      const gain = this.#next(loudest);
      for (let channel = 0; channel < count; channel++) {
        samples[from + channel] = (this.#samples[count * this.#at + channel] as number) * gain;
      }
    }
  }

  /** Of the samples that come out now. */
  #next(loudest: number): number {
    const at = this.#at;
    this.#needed[at] = Math.min(1, CEILING / Math.max(1e-9, loudest));
    this.#hold(this.#needed[at] as number);
    this.#gain = Math.min(this.#least, this.#gain + (1 - this.#gain) / RELEASE);
    this.#sumHeld -= this.#held[at] as number;
    this.#held[at] = this.#gain;
    this.#sumHeld += this.#held[at] as number;
    this.#at = (at + 1) % LOOK_AHEAD;
    // The mean of the gains held since a sample came in is never more than it needs, and has no steps.
    return this.#sumHeld / LOOK_AHEAD;
  }

  /** The least gain that one of the waiting samples needs. */
  #hold(needed: number): void {
    this.#leastFor += 1;
    if (needed <= this.#least) [this.#least, this.#leastFor] = [needed, 0];
    else if (this.#leastFor >= LOOK_AHEAD) {
      this.#least = this.#needed.reduce((least, one) => Math.min(least, one), 1);
      this.#leastFor = 0;
    }
  }
}
