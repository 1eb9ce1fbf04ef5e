import type { FaceSample } from './life-meter.ts';

/** How much a face lives: ranges between the twentieth of the lowest and of the highest values. */
export type LifeScores = {
  readonly travelX: number;
  readonly travelY: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly brows: number;
  /** Opening of the lips and width of the mouth while lips talk, in usual widths of the mouth. */
  readonly lipGap: number;
  readonly mouthWidth: number;
  readonly blinksPerMinute: number;
  /** Of the widths of the face that the head travels in a second. */
  readonly speed: number;
};

/** Lids below this share of their usual height are shut. */
const SHUT_SHARE = 0.6;
/** Lips talk in those stretches in which they move at least this share as much as in the liveliest tenth. */
const STRETCH_SECONDS = 2;
const TALKING_SHARE = 0.5;

export function scoreLife(samples: readonly (FaceSample | null)[], picturesPerSecond: number): LifeScores {
  const seen = samples.filter((sample) => sample !== null);
  if (seen.length < 2) throw new Error('No face is seen.');
  const over = (value: (sample: FaceSample) => number): number => range(seen.map(value));
  const open = quantile(
    seen.map(({ lids }) => lids),
    0.5,
  );
  const isShut = seen.map(({ lids }) => lids < SHUT_SHARE * open);
  const blinks = isShut.filter((shut, i) => shut && isShut[i - 1] === false).length;
  const way = seen.slice(1).reduce((sum, { x, y }, i) => {
    const before = seen[i] as FaceSample;
    return sum + Math.hypot(x - before.x, y - before.y);
  }, 0);
  const seconds = seen.length / picturesPerSecond;
  const talking = whileTalking(seen, STRETCH_SECONDS * picturesPerSecond);
  const widths = talking.map(({ mouthWidth }) => mouthWidth);
  const usualWidth = quantile(widths, 0.5);
  return {
    travelX: over(({ x }) => x),
    travelY: over(({ y }) => y),
    yaw: over(({ yaw }) => yaw),
    pitch: over(({ pitch }) => pitch),
    roll: over(({ roll }) => roll),
    brows: over(({ brows }) => brows),
    lipGap: range(talking.map(({ lipGap }) => lipGap)) / usualWidth,
    mouthWidth: range(widths) / usualWidth,
    blinksPerMinute: (blinks * 60) / seconds,
    speed: way / seconds,
  };
}

/** Somebody who listens keeps the lips still: the stretches in which they move. All there is where it is shorter than one. */
function whileTalking(seen: readonly FaceSample[], length: number): readonly FaceSample[] {
  const stretches = Array.from({ length: Math.floor(seen.length / length) }, (_unused, i) => {
    const samples = seen.slice(i * length, (i + 1) * length);
    return { samples, moved: deviation(samples.map(({ lipGap }) => lipGap)) };
  });
  if (stretches.length === 0) return seen;
  const liveliest = quantile(
    stretches.map(({ moved }) => moved),
    0.9,
  );
  return stretches.filter(({ moved }) => moved >= TALKING_SHARE * liveliest).flatMap(({ samples }) => samples);
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/**
 * How like the most alike two stretches of a series are that do not overlap, in shares of how far it goes: the mean distance of
 * their values. 0: the same again.
 */
export function closestRepeat(series: readonly number[], stretch: number): number {
  const whole = range(series);
  let closest = Number.POSITIVE_INFINITY;
  for (let from = 0; from + 2 * stretch <= series.length; from += Math.ceil(stretch / 10)) {
    for (let to = from + stretch; to + stretch <= series.length; to += 1) {
      let sum = 0;
      for (let i = 0; i < stretch; i++) sum += Math.abs((series[from + i] as number) - (series[to + i] as number));
      closest = Math.min(closest, sum / stretch);
    }
  }
  return whole === 0 ? 0 : closest / whole;
}

function range(values: readonly number[]): number {
  return quantile(values, 0.95) - quantile(values, 0.05);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? 0;
}
