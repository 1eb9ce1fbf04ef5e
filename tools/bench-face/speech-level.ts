/** Length of the steps of `quietSteps`. */
export const LEVEL_STEP_MS = 10;

// ITU-T P.56 (12/2011), method B.
const ENVELOPE_S = 0.03;
const HANGOVER_S = 0.2;
const MARGIN_DB = 15.9;
const THRESHOLDS = Array.from({ length: 15 }, (_, index) => 2 ** (index - 15));

const decibels = (power: number): number => 10 * Math.log10(power + 1e-12);

/** Active speech level of PCM16 by ITU-T P.56, in decibels relative to full scale (the square of 32768). */
export function activeSpeechLevel(pcm: Int16Array, sampleRateHz: number): number {
  const keep = Math.exp(-1 / (ENVELOPE_S * sampleRateHz));
  const hangover = Math.round(HANGOVER_S * sampleRateHz);
  const counts = new Array<number>(THRESHOLDS.length).fill(0);
  const quietFor = new Array<number>(THRESHOLDS.length).fill(hangover);
  let energy = 0;
  let smooth = 0;
  let envelope = 0;
  for (const value of pcm) {
    const sample = Math.abs(value) / 32_768;
    energy += sample * sample;
    smooth = keep * smooth + (1 - keep) * sample;
    envelope = keep * envelope + (1 - keep) * smooth;
    for (const [index, threshold] of THRESHOLDS.entries()) {
      quietFor[index] = envelope >= threshold ? 0 : (quietFor[index] ?? 0) + 1;
      if ((quietFor[index] ?? 0) < hangover) counts[index] = (counts[index] ?? 0) + 1;
    }
  }
  const levels = counts.map((count) => decibels(energy / Math.max(1, count)));
  const margins = levels.map((level, index) => level - decibels((THRESHOLDS[index] ?? 1) ** 2));
  const upper = margins.findIndex((margin) => margin < MARGIN_DB);
  const [above, below] = [margins[upper - 1], margins[upper]];
  if (above === undefined || below === undefined) throw new Error('The sound holds no speech.');
  const share = (above - MARGIN_DB) / (above - below);
  return (levels[upper - 1] ?? 0) + share * ((levels[upper] ?? 0) - (levels[upper - 1] ?? 0));
}

/** For each `LEVEL_STEP_MS`, whether the sound lies below P.56's threshold of activity: 15.9 dB under the speech. */
export function quietSteps(pcm: Int16Array, sampleRateHz: number): boolean[] {
  const threshold = activeSpeechLevel(pcm, sampleRateHz) - MARGIN_DB;
  const stepSamples = (sampleRateHz * LEVEL_STEP_MS) / 1000;
  return Array.from({ length: Math.ceil(pcm.length / stepSamples) }, (_, step) => {
    const part = pcm.subarray(step * stepSamples, (step + 1) * stepSamples);
    const power = part.reduce((sum, value) => sum + (value / 32_768) ** 2, 0) / part.length;
    return decibels(power) < threshold;
  });
}
