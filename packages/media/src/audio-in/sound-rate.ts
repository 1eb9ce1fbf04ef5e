import { wireSamplesToMs } from '../core/audio-format.ts';

/** How much comes is counted over this time, in slots of the other: of the oldest slot all is forgotten at once. */
const WINDOW_MS = 2000;
const SLOT_MS = 50;
const SLOTS = WINDOW_MS / SLOT_MS;

/** How many times as fast as time passes sound comes. It is asked for each piece of every call: nothing is made for one. */
export class SoundRate {
  readonly #samples = new Int32Array(SLOTS);
  /** Number of the newest slot, counted from when the clock began. */
  #newest = 0;
  #sum = 0;

  /** Counts a piece, and gives the rate with it. */
  note(samples: number, nowMs: number): number {
    const slot = Math.floor(nowMs / SLOT_MS);
    for (let passed = Math.max(this.#newest, slot - SLOTS) + 1; passed <= slot; passed += 1) this.#forget(passed);
    this.#newest = Math.max(this.#newest, slot);
    const place = this.#newest % SLOTS;
    this.#samples[place] = (this.#samples[place] ?? 0) + samples;
    this.#sum += samples;
    return wireSamplesToMs(this.#sum) / WINDOW_MS;
  }

  clear(): void {
    this.#samples.fill(0);
    this.#sum = 0;
  }

  #forget(slot: number): void {
    this.#sum -= this.#samples[slot % SLOTS] ?? 0;
    this.#samples[slot % SLOTS] = 0;
  }
}
