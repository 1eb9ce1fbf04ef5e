import type { PhoneTiming } from '../../core/articulation.ts';
import { WIRE_SAMPLE_RATE_HZ } from '../../core/audio-format.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import { wavFile } from '../../core/wav-file.ts';
import { languageOf } from '../languages.ts';
import { findEspeak } from './mouth/espeak-engine.ts';
import { Mouth } from './mouth/mouth.ts';
import { speakText } from './speak-text.ts';

/** The speech worker and its voices leave memory after this time without a sample. */
const IDLE_MS = 60_000;

export type VoiceSample = {
  readonly text: string;
  readonly voice: string;
  /** BCP 47 tag. */
  readonly language: string;
};

export type SpokenSample =
  /** `wav`: PCM16, mono, 24 kHz; `phones`: what is said in it, in order, pauses among them. */
  | { readonly kind: 'spoken'; readonly wav: Uint8Array<ArrayBuffer>; readonly phones: readonly PhoneTiming[] }
  /** No engine here knows the text's language, a primary subtag. */
  | { readonly kind: 'unspeakable'; readonly language: string };

/** Speaks texts with the voices of the local provider, outside of calls, in a worker thread. */
export class VoiceSampler {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #mouth: Mouth | null = null;
  #running = 0;
  #cancelIdle: () => void = () => undefined;

  constructor(logger: Logger, clock: Clock = systemClock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Rejects when `signal` aborts or the worker fails. */
  async speak({ text, voice, language }: VoiceSample, signal: AbortSignal): Promise<SpokenSample> {
    const spoken = languageOf(text, language);
    const speaksOtherLanguages = findEspeak() !== null;
    if (spoken !== 'en' && !speaksOtherLanguages) return { kind: 'unspeakable', language: spoken };
    this.#cancelIdle();
    this.#running += 1;
    this.#mouth ??= new Mouth({ logger: this.#logger, clock: this.#clock });
    const mouth = this.#mouth;
    const parts: Int16Array[] = [];
    const phones: PhoneTiming[] = [];
    try {
      const speaker = { speak: mouth.speak.bind(mouth), speaksOtherLanguages };
      await speakText(speaker, { turnId: 'sample', text, voice, language }, signal, (event) => {
        if (event.type !== 'audio') return;
        parts.push(event.pcm);
        for (const phone of event.phones ?? []) phones.push(phone);
      });
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#cancelIdle = this.#clock.schedule(IDLE_MS, () => void this.close());
    }
    signal.throwIfAborted();
    return { kind: 'spoken', wav: wavFile(parts, WIRE_SAMPLE_RATE_HZ), phones };
  }

  /** Idempotent; the next sample opens a new worker. */
  async close(): Promise<void> {
    this.#cancelIdle();
    const mouth = this.#mouth;
    this.#mouth = null;
    await mouth?.close();
  }
}
