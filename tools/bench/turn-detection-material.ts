import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileOnDisk } from '../../packages/media/src/codecs/film-module.ts';
import { FilmReader, soundContainers } from '../../packages/media/src/codecs/film-reader.ts';
import { Resampler } from '../../packages/media/src/core/resampler.ts';

export const RATE_HZ = 24_000;

/** One recorded prompt at 24 kHz, full scale 1, at a common speech level, with its speech between `start` and `end`. */
export type Utterance = {
  readonly name: string;
  readonly samples: Float32Array;
  readonly start: number;
  readonly end: number;
};

/** The same random numbers in every run. */
export function createRandom(seed: number): { uniform(): number; gaussian(): number } {
  let state = seed >>> 0;
  const uniform = () => {
    // Linear congruential generator with the constants of Numerical Recipes.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const gaussian = () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
  return { uniform, gaussian };
}

export function meanPower(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum / Math.max(1, samples.length);
}

/** One sound behind the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A file's sound at 24 kHz, one channel. */
export async function decode(path: string): Promise<Float32Array> {
  const reader = await FilmReader.open(fileOnDisk(path, 'read'), soundContainers(path));
  const pieces: Int16Array[] = [];
  const rateHz = reader.sound()?.sampleRateHz ?? 0;
  if (rateHz === 0) throw new Error(`${path} has no sound.`);
  for (const { bytes } of reader.frames('aformat=sample_fmts=s16:channel_layouts=mono')) {
    pieces.push(new Int16Array(Uint8Array.from(bytes).buffer));
  }
  reader.close();
  const resampler = new Resampler(rateHz, RATE_HZ);
  const converted = [...pieces.map((piece) => resampler.process(piece)), resampler.flush()];
  const whole = new Float32Array(converted.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of converted) {
    for (let k = 0; k < piece.length; k++) whole[at + k] = piece[k]! / 32_768;
    at += piece.length;
  }
  return whole;
}

/** Level of the speech in every utterance: -24 dB below full scale. */
const SPEECH_POWER = 10 ** (-24 / 10);
/** What is quieter than this, 10 ms at a time, is not speech. */
const GATE_DB = -48;
export const GATE_SAMPLES = RATE_HZ / 100;

export function gate(samples: Float32Array): boolean[] {
  const open: boolean[] = [];
  for (let at = 0; at + GATE_SAMPLES <= samples.length; at += GATE_SAMPLES) {
    open.push(10 * Math.log10(meanPower(samples.subarray(at, at + GATE_SAMPLES)) + 1e-12) > GATE_DB);
  }
  return open;
}

function longestPauseMs(open: readonly boolean[], first: number, last: number): number {
  let longest = 0;
  let run = 0;
  for (let k = first; k <= last; k++) {
    run = open[k] ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest * 10;
}

/** Prompts of 1.2 to 8 s without a pause of 400 ms inside, evenly over the voices found under `directory`. */
export async function loadUtterances(directory: string, perVoice: number): Promise<Map<string, Utterance[]>> {
  const voices = new Map<string, Utterance[]>();
  for (const entry of (await readdir(directory, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const files = await readdir(join(directory, entry.name));
    // The wideband recordings where there are any: a browser's microphone is not a telephone.
    const wideband = files.filter((file) => file.endsWith('.g722'));
    const names = (wideband.length > 0 ? wideband : files.filter((file) => file.endsWith('.wav'))).sort();
    const utterances: Utterance[] = [];
    const step = Math.max(1, Math.floor(names.length / (6 * perVoice)));
    for (let k = 0; k < names.length && utterances.length < perVoice; k += step) {
      const utterance = prepare(names[k]!, await decode(join(directory, entry.name, names[k]!)));
      if (utterance !== null) utterances.push(utterance);
    }
    if (utterances.length > 0) voices.set(entry.name, utterances);
  }
  return voices;
}

function prepare(name: string, raw: Float32Array): Utterance | null {
  const loudest = raw.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
  if (loudest < 0.01) return null;
  // Two passes: the level of what the gate lets through decides the gain, and the gain decides what the gate lets through.
  let samples = raw.map((sample) => (sample * 0.5) / loudest);
  for (let pass = 0; pass < 2; pass++) {
    const voiced = gate(samples).flatMap((isOpen, k) =>
      isOpen ? [meanPower(samples.subarray(k * GATE_SAMPLES, (k + 1) * GATE_SAMPLES))] : [],
    );
    const power = voiced.reduce((sum, value) => sum + value, 0) / Math.max(1, voiced.length);
    const gain = Math.sqrt(SPEECH_POWER / (power + 1e-12));
    samples = samples.map((sample) => sample * gain);
  }
  const open = gate(samples);
  const first = open.indexOf(true);
  const last = open.lastIndexOf(true);
  const lengthMs = (last - first + 1) * 10;
  if (first < 0 || lengthMs < 1_200 || lengthMs > 8_000 || longestPauseMs(open, first, last) >= 400) return null;
  return { name, samples, start: first * GATE_SAMPLES, end: (last + 1) * GATE_SAMPLES };
}

/** A long stream of utterances with pauses of 1.2 to 3 s between them, and where each is. */
export type Stream = { readonly samples: Float32Array; readonly truth: readonly { startMs: number; endMs: number }[] };

export function concatenate(utterances: readonly Utterance[], random: { uniform(): number }): Stream {
  const parts: Float32Array[] = [];
  const truth: { startMs: number; endMs: number }[] = [];
  let at = 0;
  const put = (part: Float32Array) => {
    parts.push(part);
    at += part.length;
  };
  put(new Float32Array(2 * RATE_HZ));
  for (const { samples, start, end } of utterances) {
    truth.push({ startMs: ((at + start) * 1000) / RATE_HZ, endMs: ((at + end) * 1000) / RATE_HZ });
    put(samples);
    put(new Float32Array(Math.round(RATE_HZ * (1.2 + 1.8 * random.uniform()))));
  }
  const samples = new Float32Array(at);
  let offset = 0;
  for (const part of parts) {
    samples.set(part, offset);
    offset += part.length;
  }
  return { samples, truth };
}

export type NoiseKind = 'white' | 'pink' | 'babble';

/** Noise of unit power. Babble is six talkers at once, from `talkers`, without their pauses. */
export function makeNoise(kind: NoiseKind, length: number, talkers: readonly Utterance[], seed: number): Float32Array {
  const random = createRandom(seed);
  const noise = new Float32Array(length);
  if (kind === 'white') for (let n = 0; n < length; n++) noise[n] = random.gaussian();
  else if (kind === 'pink') fillPink(noise, random);
  else fillBabble(noise, talkers, random);
  const gain = 1 / Math.sqrt(meanPower(noise));
  return noise.map((sample) => sample * gain);
}

/** White noise through first-order filters an octave and a half apart, whose sum falls by about 3 dB per octave. */
function fillPink(noise: Float32Array, random: { gaussian(): number }): void {
  const poles = [0.9985, 0.991, 0.95, 0.75, 0.2];
  const states = poles.map(() => 0);
  for (let n = 0; n < noise.length; n++) {
    const white = random.gaussian();
    let sum = 0;
    for (const [k, pole] of poles.entries()) {
      states[k] = pole * states[k]! + Math.sqrt(1 - pole) * white;
      sum += states[k]!;
    }
    noise[n] = sum;
  }
}

function fillBabble(noise: Float32Array, talkers: readonly Utterance[], random: { uniform(): number }): void {
  for (let voice = 0; voice < 6; voice++) {
    for (let n = 0; n < noise.length; ) {
      const { samples, start, end } = talkers[Math.floor(random.uniform() * talkers.length)]!;
      for (let k = start; k < end && n < noise.length; k++, n++) noise[n]! += samples[k]!;
    }
  }
}

export function toPcm(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))));
}

export const SPEECH_LEVEL_POWER = SPEECH_POWER;
