/** So many things a second, and as many at once: what is beyond is refused, and not made up for later. */
export class RateAllowance {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  #left: number;
  #refilledAtMs: number;

  constructor(perSecond: number, nowMs: () => number) {
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
    this.#left = perSecond;
    this.#refilledAtMs = nowMs();
  }

  /** False: it is one too many. */
  take(): boolean {
    const nowMs = this.#nowMs();
    const earned = ((nowMs - this.#refilledAtMs) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, this.#left + earned);
    this.#refilledAtMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
