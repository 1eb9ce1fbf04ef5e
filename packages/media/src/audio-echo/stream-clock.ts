/** Stream whose arrivals count: the earliest of them tells the time, the others were held up on their way. */
const WINDOW_MS = 500;
/** Later than this by all arrivals of the window, the stream has lost time: a pause, a stall, a drifting clock. */
const LATER_MS = 40;
/** Earlier than this by one arrival, the clock was wrong. */
const EARLIER_MS = 10;
/** Lateness beyond this is no jam on the way: nothing was sent. */
const PAUSE_MS = 2000;

/** Tells when a place in a stream of sound is, in server time, from arrivals that come in jerks. */
export class StreamClock {
  /** Arrivals of the window that no later one undercuts: their offsets rise, and the first is the earliest of all. */
  readonly #positionsMs: number[] = [];
  readonly #offsetsMs: number[] = [];
  #offsetMs: number | null = null;

  /** Server time minus place in the stream; null before the first arrival. */
  get offsetMs(): number | null {
    return this.#offsetMs;
  }

  /** Everything up to `positionMs` of the stream had come at `nowMs`. */
  observe(positionMs: number, nowMs: number): void {
    const offsetMs = nowMs - positionMs;
    const known = this.#offsetMs;
    if (known === null || offsetMs > known + PAUSE_MS) this.#restart(offsetMs);
    this.#note(positionMs, offsetMs);
    const earliestMs = this.#offsetsMs[0] ?? offsetMs;
    const present = this.#offsetMs ?? offsetMs;
    if (earliestMs < present - EARLIER_MS || earliestMs > present + LATER_MS) this.#offsetMs = earliestMs;
  }

  #note(positionMs: number, offsetMs: number): void {
    while ((this.#offsetsMs.at(-1) ?? Number.NEGATIVE_INFINITY) >= offsetMs) {
      this.#offsetsMs.pop();
      this.#positionsMs.pop();
    }
    this.#positionsMs.push(positionMs);
    this.#offsetsMs.push(offsetMs);
    while ((this.#positionsMs[0] ?? positionMs) < positionMs - WINDOW_MS) {
      this.#positionsMs.shift();
      this.#offsetsMs.shift();
    }
  }

  #restart(offsetMs: number): void {
    this.#positionsMs.length = 0;
    this.#offsetsMs.length = 0;
    this.#offsetMs = offsetMs;
  }
}
