import type { FaceSample } from './life-meter.ts';

/** How much a face lives: ranges between the twentieth of the lowest and of the highest values. */
export type LifeScores = {
  readonly travelX: number;
  readonly travelY: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly brows: number;
  readonly lipGap: number;
  readonly mouthWidth: number;
  readonly blinksPerMinute: number;
  /** Of the widths of the face that the head travels in a second. */
  readonly speed: number;
};

/** Lids below this share of their usual height are shut. */
const SHUT_SHARE = 0.6;

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
  return {
    travelX: over(({ x }) => x),
    travelY: over(({ y }) => y),
    yaw: over(({ yaw }) => yaw),
    pitch: over(({ pitch }) => pitch),
    roll: over(({ roll }) => roll),
    brows: over(({ brows }) => brows),
    lipGap: over(({ lipGap }) => lipGap),
    mouthWidth: over(({ mouthWidth }) => mouthWidth),
    blinksPerMinute: (blinks * 60) / seconds,
    speed: way / seconds,
  };
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
