import { wireSamplesToMs } from '../../../core/audio-format.ts';
import type { MouthRequest, PronounceRequest } from '../mouth/mouth-messages.ts';
import { phonesOfSymbols } from '../mouth/pronunciation/phone-symbols.ts';
import { finishClause, type SpokenClause, silence } from '../mouth/spoken-clause.ts';
import { accentOf, neuralVoiceOf } from './neural-voices.ts';
import { spreadOverSound } from './spread-over-sound.ts';

/** Symbols become sound, 24 kHz, and what each of them takes of it, with the silence at both ends; null: it is not told. */
export type SpeechOf = (
  symbols: string,
  voice: string,
  signal: AbortSignal,
) => Promise<{ readonly samples: Int16Array; readonly durationsMs: readonly number[] | null }>;

export type Pronounce = (request: PronounceRequest, signal: AbortSignal) => Promise<string>;

/** The mouth of a model of this machine. It speaks English. */
export class NeuralMouth {
  readonly #pronounce: Pronounce;
  readonly #speechOf: SpeechOf;

  constructor({ pronounce, speechOf }: { readonly pronounce: Pronounce; readonly speechOf: SpeechOf }) {
    this.#pronounce = pronounce;
    this.#speechOf = speechOf;
  }

  /** Rejects when aborted, and with a sentence when it cannot speak. */
  async speak({ text, voice, pauses }: MouthRequest, signal: AbortSignal): Promise<SpokenClause> {
    const speaker = neuralVoiceOf(voice);
    const symbols = await this.#pronounce({ pronounce: text, accent: accentOf(speaker) }, signal);
    if (!/\p{L}/u.test(symbols)) return silence(pauses.leadMs + pauses.trailMs);
    const { samples, durationsMs } = await this.#speechOf(symbols, speaker, signal);
    const each = [...symbols];
    const durations = durationsMs ?? spreadOverSound(each, samples);
    const phones = phonesOfSymbols(each, scaledTo(wireSamplesToMs(samples.length), durations));
    return finishClause([samples], phones, pauses);
  }
}

/** What a model tells fits its sound but for what it cuts off at the end. */
function scaledTo(lengthMs: number, durations: readonly number[]): readonly number[] {
  const told = durations.reduce((sum, duration) => sum + duration, 0);
  return told <= lengthMs ? durations : durations.map((duration) => (duration * lengthMs) / told);
}
