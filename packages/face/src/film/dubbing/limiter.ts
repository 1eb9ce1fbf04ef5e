/** The loudest that a mixture gets, of full scale: coding adds a little to it. */
const CEILING = 0.85;
/** In samples of the film's sound: 5 and 150 ms. */
const LOOK_AHEAD = 240;
const RELEASE = 7200;

/**
 * Keeps sound below the ceiling without cutting its tops off: it grows quieter before each of them and louder again after it. What
 * stays below is not changed. Comes out `Limiter.lateBy` samples late.
 */
export class Limiter {
  static readonly lateBy = LOOK_AHEAD - 1;

  readonly #samples = new Float32Array(LOOK_AHEAD);
  /** The gains that these samples need, and the ones that were held lately. */
  readonly #needed = new Float32Array(LOOK_AHEAD).fill(1);
  readonly #held = new Float32Array(LOOK_AHEAD).fill(1);
  #at = 0;
  #least = 1;
  #leastFor = 0;
  #gain = 1;
  #sumHeld = LOOK_AHEAD;

  /** Full scale is 1, in place. */
  process(samples: Float32Array): void {
    for (let i = 0; i < samples.length; i++) samples[i] = this.#next(samples[i] as number);
  }

  #next(sample: number): number {
    const at = this.#at;
    this.#samples[at] = sample;
    this.#needed[at] = Math.min(1, CEILING / Math.max(1e-9, Math.abs(sample)));
    this.#hold(this.#needed[at] as number);
    this.#gain = Math.min(this.#least, this.#gain + (1 - this.#gain) / RELEASE);
    this.#sumHeld -= this.#held[at] as number;
    this.#held[at] = this.#gain;
    this.#sumHeld += this.#held[at] as number;
    this.#at = (at + 1) % LOOK_AHEAD;
    // The mean of the gains held since a sample came in is never more than it needs, and has no steps.
    return ((this.#samples[this.#at] as number) * this.#sumHeld) / LOOK_AHEAD;
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
