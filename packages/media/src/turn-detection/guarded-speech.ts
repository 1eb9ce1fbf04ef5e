import { systemClock } from '../core/clock.ts';
import { errorMessage } from '../core/error-message.ts';
import { withinTime } from '../core/within-time.ts';
import { FRAME_MS } from './frame-assembler.ts';
import type { SpeechModel, SpeechStream } from './speech-model.ts';

/** A model that gives no answer for this long is dead. A frame takes it a millisecond. */
const ANSWER_LIMIT_MS = 5000;
/** Sound between two attempts to open a dead model again: at first, and at most. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 15_000;

/** Told when the model is found dead, and when it judges again. */
export type SpeechModelState = { readonly isWorking: true } | { readonly isWorking: false; readonly reason: string };

/**
 * A stream of a speech model that may die. One that fails or hangs is opened again, and shown the frame once more; should
 * that be in vain, it is said so once, and tried again after a rest that grows.
 */
export class GuardedSpeech {
  readonly #model: SpeechModel;
  readonly #onChange: (state: SpeechModelState) => void;
  #stream: SpeechStream;
  #isDown = false;
  #restMs = FIRST_REST_MS;
  #restedMs = 0;

  constructor(model: SpeechModel, onChange: (state: SpeechModelState) => void) {
    this.#model = model;
    this.#onChange = onChange;
    this.#stream = model.createStream();
  }

  /**
   * The probability of speech, null where the model could not judge; `onFailure` is told of each attempt that failed. Calls
   * must wait for each other.
   */
  async probability(frame512: Float32Array, onFailure: () => void): Promise<number | null> {
    if (this.#isDown) {
      this.#restedMs += FRAME_MS;
      if (this.#restedMs < this.#restMs) return null;
    } else {
      try {
        return await this.#ask(frame512);
      } catch {
        onFailure();
      }
    }
    try {
      await withinLimit(Promise.resolve(this.#model.reopen?.(this.#stream)));
      this.#stream = this.#model.createStream();
      const probability = await this.#ask(frame512);
      this.#rise();
      return probability;
    } catch (error) {
      onFailure();
      this.#fall(errorMessage(error));
      return null;
    }
  }

  reset(): void {
    this.#stream.reset();
  }

  async #ask(frame512: Float32Array): Promise<number> {
    const probability = await withinLimit(this.#stream.probability(frame512));
    if (!Number.isFinite(probability)) throw new Error(`The speech model gave ${probability}.`);
    return probability;
  }

  #rise(): void {
    const wasDown = this.#isDown;
    this.#isDown = false;
    this.#restMs = FIRST_REST_MS;
    if (wasDown) this.#onChange({ isWorking: true });
  }

  #fall(reason: string): void {
    const wasDown = this.#isDown;
    this.#isDown = true;
    this.#restMs = wasDown ? Math.min(2 * this.#restMs, LONGEST_REST_MS) : FIRST_REST_MS;
    this.#restedMs = 0;
    if (!wasDown) this.#onChange({ isWorking: false, reason });
  }
}

function withinLimit<Result>(work: Promise<Result>): Promise<Result> {
  const message = `The speech model gave no answer within ${ANSWER_LIMIT_MS} ms.`;
  return withinTime(work, { clock: systemClock, limitMs: ANSWER_LIMIT_MS, message });
}
