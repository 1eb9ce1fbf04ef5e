import { wireSamplesToMs } from '../core/audio-format.ts';
import type { AudioFrame } from './frame-assembler.ts';
import { type JudgedFrame, powerToDb } from './judged-frame.ts';

/** Probability from which a frame's level tells how loud the user is. */
const SURE_SPEECH = 0.8;

/** Measures a turn while it goes on. */
export class OpenTurn {
  readonly audioStartMs: number;
  /** It began against a speaking avatar, so its level may be an echo's. */
  readonly guarded: boolean;
  readonly #onsetMs: number;
  #endMs: number;
  #closingSilenceMs = 0;
  #powerSum = 0;
  #powerCount = 0;

  constructor(firstFrame: AudioFrame, onsetFrame: AudioFrame, guarded: boolean) {
    this.audioStartMs = wireSamplesToMs(firstFrame.startSample);
    this.#onsetMs = wireSamplesToMs(onsetFrame.startSample);
    this.#endMs = this.#onsetMs;
    this.guarded = guarded;
  }

  /** The turn now reaches to the end of this frame, the last `closingSilenceMs` of it being silence. */
  extend({ frame, probability, power }: JudgedFrame, closingSilenceMs: number): void {
    this.#endMs = wireSamplesToMs(frame.endSample);
    this.#closingSilenceMs = closingSilenceMs;
    if (probability < SURE_SPEECH) return;
    this.#powerSum += power;
    this.#powerCount++;
  }

  get audioEndMs(): number {
    return this.#endMs;
  }

  get speechMs(): number {
    return Math.max(0, this.#endMs - this.#onsetMs - this.#closingSilenceMs);
  }

  /** Mean level of its speech, in dB below full scale; null when the model was never sure. */
  get levelDb(): number | null {
    return this.#powerCount === 0 ? null : powerToDb(this.#powerSum / this.#powerCount);
  }
}
