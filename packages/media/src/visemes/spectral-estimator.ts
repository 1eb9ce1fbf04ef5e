import { ARTICULATION_CHANNELS } from '../core/articulation.ts';
import type { ArticulationFrameListener, ArticulationStream } from './articulation-stream.ts';
import { LogMelAnalyser, MEL_BAND_COUNT } from './log-mel.ts';

/** Decibels relative to full scale below which a frame is silence whatever came before. */
const SILENCE_DBFS = -46;
/** How far below the recent peak the mouth is closed. */
const OPENING_RANGE_DB = 30;
const PEAK_FALL_DB_PER_FRAME = 0.04;
/** Share of the old value kept from frame to frame. */
const SMOOTHING = 0.55;
/** First band of each region: up to about 500, 1300, 2400, 4200 and 7600 Hz. */
const REGION_STARTS = [0, 8, 16, 24, 32, MEL_BAND_COUNT] as const;

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/**
 * Articulation by rule from level and spectral balance: loudness with energy near the first formant opens the jaw,
 * energy above 2 kHz spreads the lips, its absence rounds them, dominance of the highest bands is a hiss, and a dip of
 * the level with only low bands left is a closure. Works without weights and looks ahead one window; its scores beside
 * the network's are in tools/train-articulation/README.md.
 */
export class SpectralEstimator implements ArticulationStream {
  readonly #analyser: LogMelAnalyser;
  readonly #onFrame: ArticulationFrameListener;
  readonly #frame = new Float32Array(ARTICULATION_CHANNELS.length);
  readonly #regionDb = new Float64Array(REGION_STARTS.length - 1);
  #peakDbfs = -30;

  constructor(onFrame: ArticulationFrameListener) {
    this.#onFrame = onFrame;
    this.#analyser = new LogMelAnalyser((bandPower) => this.#estimate(bandPower));
  }

  push(pcm: Int16Array): void {
    this.#analyser.push(pcm);
  }

  finish(): void {
    this.#analyser.finish();
  }

  #estimate(bandPower: Float32Array): void {
    let total = 0;
    for (let region = 0; region < this.#regionDb.length; region++) {
      let sum = 1e-9;
      for (let band = REGION_STARTS[region] ?? 0; band < (REGION_STARTS[region + 1] ?? 0); band++) {
        sum += bandPower[band] ?? 0;
      }
      total += sum;
      this.#regionDb[region] = 10 * Math.log10(sum);
    }
    const levelDbfs = 10 * Math.log10(total / MEL_BAND_COUNT);
    this.#peakDbfs = Math.max(levelDbfs, this.#peakDbfs - PEAK_FALL_DB_PER_FRAME);
    const totalDb = 10 * Math.log10(total);
    const [low = 0, first = 0, second = 0, high = 0, highest = 0] = Array.from(this.#regionDb, (db) => db - totalDb);
    const loudness = clamp(1 + (levelDbfs - this.#peakDbfs) / OPENING_RANGE_DB);
    const speaking = levelDbfs > SILENCE_DBFS ? clamp((levelDbfs - SILENCE_DBFS) / 6) : 0;
    const hiss = clamp((Math.max(high, highest) - Math.max(low, first) + 2) / 10) * speaking;
    const open = clamp((first - low + 14) / 16);
    const dull = clamp((-Math.max(first, second) - 14) / 10);
    this.#blend('jaw', speaking * (1 - hiss) * loudness ** 2 * (0.25 + 0.75 * open));
    this.#blend('wide', speaking * clamp((second - first + 12) / 16) * 0.8);
    this.#blend('round', speaking * (1 - hiss) * clamp((-second - 16) / 12) * 0.7);
    this.#blend('closure', speaking * (1 - hiss) * dull * clamp((0.75 - loudness) / 0.35));
    this.#blend('labiodental', 0);
    this.#blend('tongue', speaking * (1 - hiss) * clamp(0.5 - Math.abs(loudness - 0.5)) * 0.6);
    this.#blend('sibilant', hiss);
    this.#onFrame(this.#frame);
  }

  #blend(channel: (typeof ARTICULATION_CHANNELS)[number], value: number): void {
    const slot = ARTICULATION_CHANNELS.indexOf(channel);
    this.#frame[slot] = SMOOTHING * (this.#frame[slot] ?? 0) + (1 - SMOOTHING) * value;
  }
}
