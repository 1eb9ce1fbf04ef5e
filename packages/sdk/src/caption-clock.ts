/** How often captions follow the sound: a word is seldom shorter. */
const followEveryMs = 100;

/** Calls a listener again and again while something sounds. */
export class CaptionClock {
  readonly #onTime: (nowMs: number) => void;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(onTime: (nowMs: number) => void) {
    this.#onTime = onTime;
  }

  run(isWanted: boolean): void {
    if (isWanted === (this.#timer !== null)) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = isWanted ? setInterval(() => this.#onTime(performance.now()), followEveryMs) : null;
  }
}
