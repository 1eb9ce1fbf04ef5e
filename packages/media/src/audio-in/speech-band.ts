/** Averages of so many samples at 24 kHz: the shorter keeps what is below 1.5 kHz, the longer is hum, which is taken off. */
const SHORT = 8;
const LONG = 64;
/** The first samples of a band know too little of what was before them. */
export const BAND_SETTLES_SAMPLES = LONG;

/**
 * The part of sound by which two takes of it can be told to be the same, even half a sample apart: voices without their highest tones
 * and without hum.
 *
 * @param before The samples just before it, as far as they are known.
 */
export function speechBand(pcm: Int16Array, before: Int16Array = new Int16Array(0)): Float32Array {
  const context = before.subarray(Math.max(0, before.length - LONG));
  const valueAt = (index: number): number => (index >= 0 ? pcm[index] : context[context.length + index]) ?? 0;
  const band = new Float32Array(pcm.length);
  let short = 0;
  let long = 0;
  for (let index = -context.length; index < pcm.length; index += 1) {
    const value = valueAt(index);
    short += value - valueAt(index - SHORT);
    long += value - valueAt(index - LONG);
    if (index >= 0) band[index] = short / SHORT - long / LONG;
  }
  return band;
}

/** Loudness of a band: the root of its mean square. */
export function levelOf(band: Float32Array): number {
  let energy = 0;
  for (const value of band) energy += value * value;
  return Math.sqrt(energy / Math.max(1, band.length));
}
