import type { PhoneTiming } from '../../../core/articulation.ts';
import { WIRE_SAMPLE_RATE_HZ, wireSamplesToMs } from '../../../core/audio-format.ts';

/** What an engine made: PCM16 mono at its own rate (a whole number of hertz) and the phones in it, contiguous from 0. */
export type RawSpeech = {
  readonly samples: Int16Array;
  readonly sampleRateHz: number;
  readonly phones: readonly PhoneTiming[];
};

/** A clause ready for the listener: PCM16 mono 24 kHz; phones cover it, timed from its first sample. */
export type SpokenClause = { readonly pcm: Int16Array<ArrayBuffer>; readonly phones: readonly PhoneTiming[] };

/** Silence to leave before and after the words. */
export type Pauses = { readonly leadMs: number; readonly trailMs: number };

/** Root mean square of the sounding parts: -20 dB of full scale for every voice. */
const TARGET_LEVEL = 10 ** (-20 / 20);
/** Peaks stay below -3 dB of full scale. */
const PEAK_LIMIT = 10 ** (-3 / 20);
const FADE_MS = 5;
/** Corner of the filter that removes the constant part and rumble. */
const HIGH_PASS_HZ = 40;

/**
 * Shapes raw speech at 24 kHz into a clause: no constant part, natural pauses at both ends, the loudness shared by all
 * voices, short fades. The phones are moved along and made to cover exactly the sound.
 */
export function finishClause(
  pieces: readonly Int16Array[],
  phones: readonly PhoneTiming[],
  pauses: Pauses,
): SpokenClause {
  const voiced = phones.filter((phone) => phone.symbol !== 'pau');
  const firstMs = voiced[0]?.startMs;
  const lastMs = voiced.at(-1)?.endMs;
  if (firstMs === undefined || lastMs === undefined) return silence(pauses.leadMs + pauses.trailMs);
  const filtered = removeRumble(pieces);
  const originMs = firstMs - pauses.leadMs;
  const length = toSamples(lastMs + pauses.trailMs - originMs);
  const offset = toSamples(originMs);
  const sound = new Float32Array(length);
  for (let index = 0; index < length; index += 1) sound[index] = filtered[index + offset] ?? 0;
  silenceOutside(sound, toSamples(pauses.leadMs), toSamples(lastMs - originMs));
  const gain = gainFor(sound);
  const pcm = new Int16Array(length);
  for (let index = 0; index < length; index += 1) {
    pcm[index] = Math.round(32767 * Math.max(-PEAK_LIMIT, Math.min(PEAK_LIMIT, (sound[index] ?? 0) * gain)));
  }
  return { pcm, phones: coverSound(phones, originMs, wireSamplesToMs(length)) };
}

export function silence(durationMs: number): SpokenClause {
  const pcm = new Int16Array(toSamples(durationMs));
  return { pcm, phones: pcm.length === 0 ? [] : [{ symbol: 'pau', startMs: 0, endMs: wireSamplesToMs(pcm.length) }] };
}

function toSamples(durationMs: number): number {
  return Math.round((durationMs * WIRE_SAMPLE_RATE_HZ) / 1000);
}

/** First-order high-pass filter over pieces that follow each other. Returns -1 to 1. */
function removeRumble(pieces: readonly Int16Array[]): Float32Array {
  const keep = Math.exp((-2 * Math.PI * HIGH_PASS_HZ) / WIRE_SAMPLE_RATE_HZ);
  const output = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let place = 0;
  let previousInput = pieces[0]?.[0] ?? 0;
  let previousOutput = 0;
  for (const piece of pieces) {
    for (const input of piece) {
      previousOutput = input - previousInput + keep * previousOutput;
      previousInput = input;
      output[place] = previousOutput / 32768;
      place += 1;
    }
  }
  return output;
}

/** How far beyond the outermost phones sound is kept, so that no onset or release is cut. */
const MARGIN_MS = 25;

function silenceOutside(sound: Float32Array, firstSample: number, lastSample: number): void {
  const margin = toSamples(MARGIN_MS);
  const fade = toSamples(FADE_MS);
  const start = Math.max(0, firstSample - margin);
  const end = Math.min(sound.length, lastSample + margin);
  sound.fill(0, 0, start);
  sound.fill(0, end);
  for (let index = 0; index < fade && start + index < end; index += 1) {
    const weight = index / fade;
    sound[start + index] = (sound[start + index] ?? 0) * weight;
    sound[end - 1 - index] = (sound[end - 1 - index] ?? 0) * weight;
  }
}

/** Gain to the shared level, held back where peaks would pass the limit. */
function gainFor(sound: Float32Array): number {
  const frameLength = toSamples(20);
  const powers: number[] = [];
  let peak = 0;
  for (let start = 0; start < sound.length; start += frameLength) {
    let sum = 0;
    for (let index = start; index < Math.min(sound.length, start + frameLength); index += 1) {
      const sample = sound[index] ?? 0;
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    powers.push(sum / frameLength);
  }
  const loudest = Math.max(...powers);
  const sounding = powers.filter((power) => power > loudest / 1000);
  const level = Math.sqrt(sounding.reduce((sum, power) => sum + power, 0) / Math.max(1, sounding.length));
  return level === 0 ? 0 : Math.min(TARGET_LEVEL / level, PEAK_LIMIT / peak);
}

/** Moves phones to the new origin and stretches the outer ones so that they tile `[0, durationMs]`. */
function coverSound(phones: readonly PhoneTiming[], originMs: number, durationMs: number): PhoneTiming[] {
  const covered: PhoneTiming[] = [];
  let cursorMs = 0;
  for (const phone of phones) {
    const endMs = Math.min(durationMs, phone.endMs - originMs);
    if (endMs <= cursorMs) continue;
    covered.push({ symbol: phone.symbol, startMs: cursorMs, endMs });
    cursorMs = endMs;
  }
  if (cursorMs < durationMs) covered.push({ symbol: 'pau', startMs: cursorMs, endMs: durationMs });
  return covered;
}
