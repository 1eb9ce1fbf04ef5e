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
  #arrivals: { readonly positionMs: number; readonly offsetMs: number }[] = [];
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
    this.#arrivals.push({ positionMs, offsetMs });
    while ((this.#arrivals[0]?.positionMs ?? positionMs) < positionMs - WINDOW_MS) this.#arrivals.shift();
    const earliestMs = this.#arrivals.reduce((least, arrival) => Math.min(least, arrival.offsetMs), offsetMs);
    const present = this.#offsetMs ?? offsetMs;
    if (earliestMs < present - EARLIER_MS || earliestMs > present + LATER_MS) this.#offsetMs = earliestMs;
  }

  #restart(offsetMs: number): void {
    this.#arrivals = [];
    this.#offsetMs = offsetMs;
  }
}
