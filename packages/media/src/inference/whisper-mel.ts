import { ANALYSIS_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { SPECTRUM_BINS, SPECTRUM_WINDOW, Spectrum } from './spectrum.ts';

// Log-mel features as Whisper defines them (A. Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision",
// 2022; numbers of its published feature extractor): windows of 25 ms every 10 ms, 80 bands of Slaney's mel scale.

const WINDOW = SPECTRUM_WINDOW;
const BINS = SPECTRUM_BINS;
export const MEL_HOP_SAMPLES = 160;
export const MEL_BANDS = 80;
/** How far below the loudest a band may lie, in powers of ten. */
const RANGE = 8;
const POWER_FLOOR = 1e-10;

const window = Float64Array.from({ length: WINDOW }, (_, k) => 0.5 - 0.5 * Math.cos((2 * Math.PI * k) / WINDOW));

/** 80 rows of one value for each 10 ms, about -1 to 1. Sound of 16 kHz, reflected at its ends; a rest below 10 ms is left out. */
export function logMel(samples16k: Float32Array): Float32Array {
  const frames = Math.floor(samples16k.length / MEL_HOP_SAMPLES);
  const output = new Float32Array(MEL_BANDS * frames);
  const powers = [new Float64Array(BINS), new Float64Array(BINS)] as const;
  const spectrum = new Spectrum();
  melBands ??= createMelBands();
  let loudest = Number.NEGATIVE_INFINITY;
  for (let pair = 0; pair < frames; pair += 2) {
    const start = pair * MEL_HOP_SAMPLES - WINDOW / 2;
    for (let k = 0; k < WINDOW; k++) {
      const weight = window[k] as number;
      const first = samples16k[reflected(start + k, samples16k.length)] ?? 0;
      const second = samples16k[reflected(start + MEL_HOP_SAMPLES + k, samples16k.length)] ?? 0;
      spectrum.set(k, weight * first, weight * second);
    }
    spectrum.powers(...powers);
    for (let frame = pair; frame < Math.min(pair + 2, frames); frame++) {
      loudest = Math.max(loudest, sumBands(melBands, powers[frame - pair] as Float64Array, output, frame));
    }
  }
  for (let k = 0; k < output.length; k++) output[k] = (Math.max(output[k] as number, loudest - RANGE) + 4) / 4;
  return output;
}

/** Writes a frame's values, a row for each band; returns the greatest. */
function sumBands(bands: readonly MelBand[], power: Float64Array, output: Float32Array, frame: number): number {
  const frames = output.length / bands.length;
  let loudest = Number.NEGATIVE_INFINITY;
  for (let band = 0; band < bands.length; band++) {
    const { firstBin, weights } = bands[band] as MelBand;
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (power[firstBin + k] as number);
    const value = Math.log10(Math.max(POWER_FLOOR, sum));
    output[band * frames + frame] = value;
    if (value > loudest) loudest = value;
  }
  return loudest;
}

/** The place in a sound that stands for one before its beginning or behind its end. */
function reflected(at: number, length: number): number {
  if (at < 0) return -at;
  return at < length ? at : 2 * (length - 1) - at;
}

type MelBand = { readonly firstBin: number; readonly weights: Float64Array };

let melBands: readonly MelBand[] | null = null;

/** Triangles between neighbours on the mel scale, each of the area that its width in hertz gives it. */
function createMelBands(): MelBand[] {
  const nyquistHz = ANALYSIS_SAMPLE_RATE_HZ / 2;
  const topMel = toMel(nyquistHz);
  const edgesHz = Array.from({ length: MEL_BANDS + 2 }, (_, k) => toHz((topMel * k) / (MEL_BANDS + 1)));
  return Array.from({ length: MEL_BANDS }, (_, band) => {
    const [low = 0, centre = 0, high = 0] = edgesHz.slice(band, band + 3);
    const weights = Array.from({ length: BINS }, (_, bin) => {
      const hz = (bin * nyquistHz) / (BINS - 1);
      const height = Math.min((hz - low) / (centre - low), (high - hz) / (high - centre));
      return (2 * Math.max(0, height)) / (high - low);
    });
    const firstBin = Math.max(
      0,
      weights.findIndex((weight) => weight > 0),
    );
    const endBin = weights.findLastIndex((weight) => weight > 0) + 1;
    return { firstBin, weights: Float64Array.from(weights.slice(firstBin, endBin)) };
  });
}

/** Slaney's mel scale: even up to 1 kHz, logarithmic above. */
const LINEAR_HZ = 200 / 3;
const BREAK_HZ = 1000;
const BREAK_MEL = BREAK_HZ / LINEAR_HZ;
const LOG_STEP = Math.log(6.4) / 27;

function toMel(hz: number): number {
  return hz < BREAK_HZ ? hz / LINEAR_HZ : BREAK_MEL + Math.log(hz / BREAK_HZ) / LOG_STEP;
}

function toHz(mel: number): number {
  return mel < BREAK_MEL ? mel * LINEAR_HZ : BREAK_HZ * Math.exp(LOG_STEP * (mel - BREAK_MEL));
}
