import { toDb } from './echo-level.ts';

/** Softer than this there is nothing to take out, and nothing that could be mistaken for speech. */
const AUDIBLE_DB = -62;
/** A frame of which the canceller leaves less than this was mostly echo. */
const TAKEN_DB = -8;
/** Weight of a frame in the share of them that were mostly echo: about a second. */
const SMOOTHING = 0.01;
/** Shares from which an echo is known to be there, and below which it is gone. */
const PRESENT_SHARE = 0.25;
const ABSENT_SHARE = 0.05;

/**
 * Follows whether the microphone hears an echo at all. Browsers take it out themselves; what they give is left as it is,
 * since a canceller takes a little of every voice. Until it is known, frames that were mostly echo are replaced one by one.
 */
export class EchoPresence {
  #share = 0;
  #present = false;
  #isEcho = false;

  /** Takes the power of 10 ms before and after the canceller, while something is played. */
  update(power: number, cleanedPower: number): void {
    const before = toDb(power);
    this.#isEcho = before > AUDIBLE_DB && toDb(cleanedPower) - before < TAKEN_DB;
    if (before <= AUDIBLE_DB) return;
    this.#share += SMOOTHING * (Number(this.#isEcho) - this.#share);
    if (this.#share > PRESENT_SHARE) this.#present = true;
    else if (this.#share < ABSENT_SHARE) this.#present = false;
  }

  get isPresent(): boolean {
    return this.#present;
  }

  /** The cleaned sound goes on in place of the microphone's. */
  get takesCleaned(): boolean {
    return this.#present || this.#isEcho;
  }
}
