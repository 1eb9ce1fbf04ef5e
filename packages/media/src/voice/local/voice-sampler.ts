import { WIRE_SAMPLE_RATE_HZ } from '../../core/audio-format.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import { languageOf } from './languages.ts';
import { findEspeak } from './mouth/espeak-engine.ts';
import { Mouth } from './mouth/mouth.ts';
import { speakText } from './speak-text.ts';

/** The speech worker and its voices leave memory after this time without a sample. */
const IDLE_MS = 60_000;
const WAV_HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

export type VoiceSample = {
  readonly text: string;
  readonly voice: string;
  /** BCP 47 tag. */
  readonly language: string;
};

export type SpokenSample =
  /** `wav`: PCM16, mono, 24 kHz. */
  | { readonly kind: 'spoken'; readonly wav: Uint8Array<ArrayBuffer> }
  /** No engine here knows the text's language, a primary subtag. */
  | { readonly kind: 'unspeakable'; readonly language: string };

/** Speaks short texts with the voices of the local provider, outside of calls, in a worker thread. */
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
    try {
      const speaker = { speak: mouth.speak.bind(mouth), speaksOtherLanguages };
      await speakText(speaker, { turnId: 'sample', text, voice, language }, signal, (event) => {
        if (event.type === 'audio') parts.push(event.pcm);
      });
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#cancelIdle = this.#clock.schedule(IDLE_MS, () => void this.close());
    }
    signal.throwIfAborted();
    return { kind: 'spoken', wav: toWav(parts) };
  }

  /** Idempotent; the next sample opens a new worker. */
  async close(): Promise<void> {
    this.#cancelIdle();
    const mouth = this.#mouth;
    this.#mouth = null;
    await mouth?.close();
  }
}

/** RIFF/WAVE, format 1. */
function toWav(parts: readonly Int16Array[]): Uint8Array<ArrayBuffer> {
  const samples = parts.reduce((sum, part) => sum + part.length, 0);
  const dataBytes = samples * BYTES_PER_SAMPLE;
  const view = new DataView(new ArrayBuffer(WAV_HEADER_BYTES + dataBytes));
  const letters = (offset: number, text: string) => {
    for (const [index, letter] of [...text].entries()) view.setUint8(offset + index, letter.charCodeAt(0));
  };
  letters(0, 'RIFF');
  view.setUint32(4, WAV_HEADER_BYTES - 8 + dataBytes, true);
  letters(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, WIRE_SAMPLE_RATE_HZ, true);
  view.setUint32(28, WIRE_SAMPLE_RATE_HZ * BYTES_PER_SAMPLE, true);
  view.setUint16(32, BYTES_PER_SAMPLE, true);
  view.setUint16(34, 8 * BYTES_PER_SAMPLE, true);
  letters(36, 'data');
  view.setUint32(40, dataBytes, true);
  let offset = WAV_HEADER_BYTES;
  for (const part of parts) {
    for (const sample of part) {
      view.setInt16(offset, sample, true);
      offset += BYTES_PER_SAMPLE;
    }
  }
  return new Uint8Array(view.buffer);
}
