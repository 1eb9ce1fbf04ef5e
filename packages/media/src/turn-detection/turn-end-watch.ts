import type { TurnDetectionSettings } from '../core/voice-port.ts';
import { FRAME_MS } from './frame-assembler.ts';
import { turnEndBars } from './turn-end-bars.ts';

/** Judges by the sound of somebody who has just fallen silent whether they have finished. */
export type TurnEndModel = {
  /** Probability, 0 to 1; sound of 16 kHz, -1 to 1, of which the last seconds count. Rejects when it cannot be told. */
  probability(samples16k: Float32Array, signal: AbortSignal): Promise<number>;
};

export type TurnEndCounters = {
  /** Pauses in which the model was asked, and in which it could not say. */
  pausesJudged: number;
  pauseFailures: number;
};

/** Silence after which the model is asked. Less, and the end of a word is taken for one. */
const ASK_AFTER_MS = 64;
/** Sound that is kept for the model. */
const KEPT_FRAMES = 8000 / FRAME_MS;

type Pause = { readonly asking: AbortController; finishedProbability: number | null };

/** Follows one turn, and has each of its pauses judged. */
export class TurnEndWatch {
  readonly #model: TurnEndModel;
  readonly #counters: TurnEndCounters;
  readonly #frames: Float32Array[] = [];
  #pause: Pause | null = null;

  constructor(model: TurnEndModel, counters: TurnEndCounters) {
    this.#model = model;
    this.#counters = counters;
  }

  /** Takes the next frame of the turn, and the silence that the turn ends with now. */
  hear(samples16k: Float32Array, silenceMs: number): void {
    this.#frames.push(samples16k);
    if (this.#frames.length > KEPT_FRAMES) this.#frames.shift();
    if (silenceMs === 0) this.close();
    else if (silenceMs >= ASK_AFTER_MS && this.#pause === null) this.#ask();
  }

  /** The silence that ends the turn, by what is known of this pause. */
  silenceLimitMs(settings: TurnDetectionSettings): number {
    const { silenceDurationMs } = settings;
    const bars = turnEndBars(settings);
    const probability = this.#pause?.finishedProbability ?? null;
    if (probability === null) return silenceDurationMs;
    return probability >= bars.finishedProbability
      ? Math.min(bars.finishedSilenceMs, silenceDurationMs)
      : Math.max(bars.unfinishedSilenceMs, silenceDurationMs);
  }

  /** What is being judged no longer counts. */
  close(): void {
    this.#pause?.asking.abort();
    this.#pause = null;
  }

  #ask(): void {
    const pause: Pause = { asking: new AbortController(), finishedProbability: null };
    this.#pause = pause;
    this.#counters.pausesJudged++;
    this.#model.probability(joined(this.#frames), pause.asking.signal).then(
      (probability) => {
        pause.finishedProbability = probability;
      },
      () => {
        // By silence, then. Whoever went on has withdrawn the question.
        if (!pause.asking.signal.aborted) this.#counters.pauseFailures++;
      },
    );
  }
}

function joined(frames: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    whole.set(frame, at);
    at += frame.length;
  }
  return whole;
}
