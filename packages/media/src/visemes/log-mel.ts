import { ARTICULATION_RATE_HZ } from '../core/articulation.ts';
import { WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { RealPowerSpectrum } from './real-fft.ts';

export const MEL_BAND_COUNT = 40;
/** Samples from one frame to the next. */
const HOP_SAMPLES = WIRE_SAMPLE_RATE_HZ / ARTICULATION_RATE_HZ;
/** 25 ms. */
const WINDOW_SAMPLES = 600;
const FFT_SAMPLES = 1024;
const LOWEST_HZ = 60;
const HIGHEST_HZ = 7600;
/** The window of a frame begins this far before the frame, which it is centred on. */
const WINDOW_LEAD_SAMPLES = (WINDOW_SAMPLES - HOP_SAMPLES) / 2;
/** How much later than a frame's end its window ends. */
export const WINDOW_LAG_MS = (WINDOW_LEAD_SAMPLES * 1000) / WIRE_SAMPLE_RATE_HZ;

function hertzToMel(hertz: number): number {
  return 2595 * Math.log10(1 + hertz / 700);
}

function melToHertz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

type Band = { readonly firstBin: number; readonly weights: Float64Array };

/** Triangular filters, each summing to 1 so that white noise of variance v reads v in every band. */
function melBands(): Band[] {
  const low = hertzToMel(LOWEST_HZ);
  const step = (hertzToMel(HIGHEST_HZ) - low) / (MEL_BAND_COUNT + 1);
  const binHz = WIRE_SAMPLE_RATE_HZ / FFT_SAMPLES;
  return Array.from({ length: MEL_BAND_COUNT }, (_, band) => {
    const left = melToHertz(low + band * step);
    const centre = melToHertz(low + (band + 1) * step);
    const right = melToHertz(low + (band + 2) * step);
    const firstBin = Math.ceil(left / binHz);
    const lastBin = Math.floor(right / binHz);
    const weights = Float64Array.from({ length: lastBin - firstBin + 1 }, (_, index) => {
      const hertz = (firstBin + index) * binHz;
      return hertz < centre ? (hertz - left) / (centre - left) : (right - hertz) / (right - centre);
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { firstBin, weights: weights.map((weight) => weight / sum) };
  });
}

const bands = melBands();
const hannWindow = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / WINDOW_SAMPLES),
);
const windowEnergy = hannWindow.reduce((total, weight) => total + weight * weight, 0);

/**
 * Mel power at 100 Hz from 24 kHz PCM16: 25 ms Hann windows centred on each 10 ms frame, 40 triangular bands from 60 to
 * 7600 Hz. Power is relative to full scale squared. Frame i covers samples [240 i, 240 (i + 1)).
 */
export class LogMelAnalyser {
  readonly #spectrum = new RealPowerSpectrum(FFT_SAMPLES);
  readonly #windowed = new Float64Array(FFT_SAMPLES);
  readonly #power = new Float64Array(FFT_SAMPLES / 2 + 1);
  readonly #bandPower = new Float32Array(MEL_BAND_COUNT);
  readonly #onFrame: (bandPower: Float32Array) => void;
  /** Sound not yet left behind by the windows; starts with the silence before the first sample. */
  readonly #pending = new Float64Array(WINDOW_SAMPLES);
  #pendingCount = WINDOW_LEAD_SAMPLES;
  #sampleCount = 0;
  #frameCount = 0;

  /** `onFrame` gets the same array each time. */
  constructor(onFrame: (bandPower: Float32Array) => void) {
    this.#onFrame = onFrame;
  }

  push(pcm: Int16Array): void {
    for (let index = 0; index < pcm.length; index++) {
      this.#pending[this.#pendingCount] = (pcm[index] as number) / 32_768;
      this.#pendingCount += 1;
      if (this.#pendingCount === WINDOW_SAMPLES) this.#analyse();
    }
    this.#sampleCount += pcm.length;
  }

  /** Emits the frames that the sound has begun but whose windows reach past its end. */
  finish(): void {
    const wanted = Math.ceil(this.#sampleCount / HOP_SAMPLES);
    while (this.#frameCount < wanted) {
      this.#pending.fill(0, this.#pendingCount);
      this.#analyse();
    }
  }

  #analyse(): void {
    for (let index = 0; index < WINDOW_SAMPLES; index++) {
      this.#windowed[index] = (this.#pending[index] as number) * (hannWindow[index] as number);
    }
    this.#spectrum.compute(this.#windowed, this.#power);
    for (let band = 0; band < MEL_BAND_COUNT; band++) {
      const { firstBin, weights } = bands[band] as Band;
      let sum = 0;
      for (let index = 0; index < weights.length; index++) {
        sum += (weights[index] as number) * (this.#power[firstBin + index] as number);
      }
      this.#bandPower[band] = sum / windowEnergy;
    }
    this.#pending.copyWithin(0, HOP_SAMPLES);
    this.#pendingCount = Math.max(0, this.#pendingCount - HOP_SAMPLES);
    this.#frameCount += 1;
    this.#onFrame(this.#bandPower);
  }
}
