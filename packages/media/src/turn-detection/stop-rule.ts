import { NEAR_BACKGROUND_DB } from './background-level.ts';
import { FRAME_MS } from './frame-assembler.ts';
import type { JudgedFrame } from './judged-frame.ts';

/** How far below the threshold the probability must fall for silence to begin; between the two, what is goes on. */
const HYSTERESIS = 0.15;
/** A very low threshold still leaves something that counts as silence. */
const LOWEST_SILENCE_THRESHOLD = 0.02;
/** No turn is longer: a stuck microphone or a television must not hold the floor for ever. */
const MAX_TURN_MS = 60_000;

/** Decides when the user has finished. Made anew for every turn. */
export class StopRule {
  #turnMs = 0;
  #silenceMs: number | null = null;

  /** Takes the next frame of the turn. True when the turn is over. */
  update(judged: JudgedFrame, settings: { threshold: number; silenceDurationMs: number }): boolean {
    this.#turnMs += FRAME_MS;
    // The level decides where the model cannot: among other people's voices it says "speech" without an end.
    const isBackground = judged.background.talks && judged.background.aboveDb < NEAR_BACKGROUND_DB;
    if (isBackground || judged.probability < Math.max(settings.threshold - HYSTERESIS, LOWEST_SILENCE_THRESHOLD))
      this.#silenceMs ??= 0;
    else if (judged.probability >= settings.threshold) this.#silenceMs = null;
    if (this.#silenceMs !== null) this.#silenceMs += FRAME_MS;
    return (this.#silenceMs ?? 0) >= settings.silenceDurationMs || this.#turnMs >= MAX_TURN_MS;
  }

  /** Silence at the end of the turn so far. */
  get silenceMs(): number {
    return this.#silenceMs ?? 0;
  }
}
