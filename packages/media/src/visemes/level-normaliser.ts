import { MEL_BAND_COUNT } from './log-mel.ts';

/** Numbers a frame: the bands, then the level below the recent peak and the level above the noise floor. */
export const FEATURE_COUNT = MEL_BAND_COUNT + 2;

// All levels are natural logarithms of power relative to full scale. tools/train-articulation/augment.py holds the same.
const POWER_FLOOR = 1e-9;
const FIRST_PEAK = -13;
const PEAK_FALL = 0.004;
const FIRST_FLOOR = -16;
const FLOOR_RISE = 0.01;
/** Frames this near to the peak and above this level count as speech. */
const SPEECH_RANGE = 4;
const SPEECH_LEVEL = -17;
/** The spectral shape of the voice starts from the mean voice, which weighs as much as this many frames. */
const SHAPE_PRIOR_FRAMES = 30;
const SHAPE_MEMORY_FRAMES = 300;
const BAND_SCALE = 0.4;
const LOWEST_BAND = -8;
const PEAK_SCALE = 0.3;
const FLOOR_SCALE = 0.2;

/**
 * Takes loudness and the voice's own spectral slope out of mel power, one frame at a time and from the past only: bands
 * are relative to a running peak level and to the running mean shape of loud frames.
 */
export class LevelNormaliser {
  readonly #shape: Float32Array;
  readonly #logPower = new Float32Array(MEL_BAND_COUNT);
  #heardFrames = 0;
  #peak = FIRST_PEAK;
  #floor = FIRST_FLOOR;

  /** `meanShape` is the trained voices' mean of band level less peak level. */
  constructor(meanShape: Float32Array) {
    this.#shape = Float32Array.from(meanShape);
  }

  /** Writes `FEATURE_COUNT` features at `offset` of `out`; returns the frame's mean level. */
  write(bandPower: Float32Array, out: Float32Array, offset: number): number {
    let level = 0;
    for (let band = 0; band < MEL_BAND_COUNT; band++) {
      const value = Math.log((bandPower[band] as number) + POWER_FLOOR);
      this.#logPower[band] = value;
      level += value / MEL_BAND_COUNT;
    }
    this.#peak = Math.max(level, this.#peak - PEAK_FALL);
    this.#floor = Math.min(level, this.#floor + FLOOR_RISE);
    const isSpeech = level > this.#peak - SPEECH_RANGE && level > SPEECH_LEVEL;
    const rate = isSpeech ? 1 / Math.min(SHAPE_MEMORY_FRAMES, SHAPE_PRIOR_FRAMES + this.#heardFrames) : 0;
    if (isSpeech) this.#heardFrames += 1;
    for (let band = 0; band < MEL_BAND_COUNT; band++) {
      const relative = (this.#logPower[band] as number) - this.#peak;
      const shape = (this.#shape[band] as number) + rate * (relative - (this.#shape[band] as number));
      this.#shape[band] = shape;
      out[offset + band] = Math.max(relative - shape, LOWEST_BAND) * BAND_SCALE;
    }
    out[offset + MEL_BAND_COUNT] = (level - this.#peak) * PEAK_SCALE;
    out[offset + MEL_BAND_COUNT + 1] = (level - this.#floor) * FLOOR_SCALE;
    return level;
  }
}
