import { wireSamplesToMs } from '../../../core/audio-format.ts';

const FRAME_SAMPLES = 240;
/** Of the loudest frame: what is quieter at both ends is silence. */
const SILENCE_SHARE = 0.02;
const VOWEL = /[ɑæɐʌəɔɛɜɪiʊuɒᵊᵻ]/u;
const DIPHTHONG = /[AIOWYQ]/;
const PAUSE = /[;:,.!?—…()]/;

/** How long each symbol takes where the model does not tell: by its kind, over what sounds; silence before and after it. */
export function spreadOverSound(symbols: readonly string[], samples: Int16Array): number[] {
  const totalMs = wireSamplesToMs(samples.length);
  const { startMs, endMs } = sounding(samples);
  const weights = symbols.map(weightOf);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const each = weights.map((weight) => (weight * (endMs - startMs)) / Math.max(sum, 1e-9));
  return [startMs, ...each, totalMs - endMs];
}

function weightOf(symbol: string): number {
  if (DIPHTHONG.test(symbol)) return 1.6;
  if (VOWEL.test(symbol)) return 1.1;
  if (PAUSE.test(symbol)) return 2;
  if (symbol === 'ː') return 0.5;
  return /\p{L}/u.test(symbol) ? 1 : 0;
}

function sounding(samples: Int16Array): { readonly startMs: number; readonly endMs: number } {
  const peaks: number[] = [];
  for (let start = 0; start < samples.length; start += FRAME_SAMPLES) {
    const frame = samples.subarray(start, start + FRAME_SAMPLES);
    peaks.push(frame.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0));
  }
  const least = SILENCE_SHARE * Math.max(...peaks, 1);
  const first = Math.max(
    0,
    peaks.findIndex((peak) => peak > least),
  );
  const last = Math.max(
    first,
    peaks.findLastIndex((peak) => peak > least),
  );
  const endMs = Math.min(wireSamplesToMs(samples.length), wireSamplesToMs((last + 1) * FRAME_SAMPLES));
  return { startMs: wireSamplesToMs(first * FRAME_SAMPLES), endMs };
}
