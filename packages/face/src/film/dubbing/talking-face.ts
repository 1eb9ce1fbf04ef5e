import type { CastFace, CastScene } from './face-cast.ts';

/** Slower changes than within this many pictures that are looked at are none of talking. */
const TREND_REACH = 25;
/** Sound comes before or after what the mouth does by so many of them at most. */
const MOST_LAG = 3;
/** What a mouth that moves against the sound, or without it, still counts: somebody who chews. */
const LEAST_AGREEMENT = 0.15;
const LEAST_SAMPLES = 5;

/**
 * The face of a scene that talks: whose lips move, and as those of somebody do who says the clip's sound; `openings` tells how far these
 * are open at a picture, and is null where there is no sound. Null where no face is seen for long enough.
 */
export function talkingFace(scene: CastScene, openings: ((index: number) => number) | null): CastFace | null {
  const scored = scene.faces
    .filter(({ samples }) => samples.length >= LEAST_SAMPLES)
    .map((face) => ({ face, score: scoreOf(face, scene, openings) }));
  return scored.toSorted((a, b) => b.score - a.score)[0]?.face ?? null;
}

function scoreOf(
  { samples }: CastFace,
  { sampleCount }: CastScene,
  openings: ((index: number) => number) | null,
): number {
  const gaps = withoutTrend(smoothed(samples.map(({ gap }) => gap)));
  const motion = Math.sqrt(meanOf(gaps.map((gap) => gap * gap)));
  const presence = Math.sqrt(samples.length / Math.max(1, sampleCount));
  if (openings === null) return motion * presence;
  const wanted = withoutTrend(smoothed(samples.map(({ index }) => openings(index))));
  const lags = Array.from({ length: 2 * MOST_LAG + 1 }, (_, i) => i - MOST_LAG);
  const agreement = Math.max(...lags.map((lag) => correlation(gaps, wanted, lag)));
  // Agreement tells more than how far somebody opens the mouth.
  return Math.sqrt(motion) * presence * Math.max(LEAST_AGREEMENT, agreement) ** 2;
}

/** Between -1 and 1; `b` is `lag` places later. */
function correlation(a: readonly number[], b: readonly number[], lag: number): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const other = b[i + lag] ?? 0;
    ab += value * other;
    aa += value * value;
    bb += other * other;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

function smoothed(values: readonly number[]): number[] {
  return values.map((value, i) => (2 * value + (values[i - 1] ?? value) + (values[i + 1] ?? value)) / 4);
}

function withoutTrend(values: readonly number[]): number[] {
  return values.map((value, i) => value - meanOf(values.slice(Math.max(0, i - TREND_REACH), i + TREND_REACH + 1)));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
