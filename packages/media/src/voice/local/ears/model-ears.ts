import { ANALYSIS_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ } from '../../../core/audio-format.ts';
import type { Logger } from '../../../core/logger.ts';
import { Resampler } from '../../../core/resampler.ts';
import type { Recogniser } from '../../cascade/recogniser.ts';
import { type Transcribe, WrittenTurn } from '../../cascade/written-turn.ts';
import { primaryLanguage } from '../../languages.ts';

/** Silence after which a turn is written down: it takes some tenths of a second, and mostly nothing more comes. */
const PAUSE_MS = 128;

/** Words of a sound (16 kHz, -1 to 1) in a language (a primary subtag). */
export type WordsOf = (samples16k: Float32Array, language: string, signal: AbortSignal) => Promise<string>;

/** Ears by a model of this machine. */
export function modelRecogniser(wordsOf: WordsOf, logger: Logger): Recogniser {
  return {
    listen: ({ onWords, language }) => {
      const subtag = primaryLanguage(language);
      const transcribe: Transcribe = async (sound, signal) => ({
        words: await wordsOf(to16k(sound), subtag, signal),
        language: null,
      });
      return new WrittenTurn({ transcribe, logger, onWords, pauseMs: PAUSE_MS });
    },
  };
}

/** Sound of 24 kHz as models hear it. */
export function to16k(sound: readonly Int16Array[]): Float32Array {
  const resampler = new Resampler(WIRE_SAMPLE_RATE_HZ, ANALYSIS_SAMPLE_RATE_HZ);
  const pieces = [...sound.map((pcm) => resampler.process(pcm)), resampler.flush()];
  const samples = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    for (const [k, value] of piece.entries()) samples[at + k] = value / 32_768;
    at += piece.length;
  }
  return samples;
}
