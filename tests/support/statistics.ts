/** Pearson's correlation coefficient; 0 when either series is constant. */
export function pearson(first: readonly number[], second: readonly number[]): number {
  const count = Math.min(first.length, second.length);
  const meanOf = (values: readonly number[]): number =>
    values.slice(0, count).reduce((sum, value) => sum + value, 0) / count;
  const firstMean = meanOf(first);
  const secondMean = meanOf(second);
  let covariance = 0;
  let firstVariance = 0;
  let secondVariance = 0;
  for (let index = 0; index < count; index += 1) {
    const a = (first[index] ?? 0) - firstMean;
    const b = (second[index] ?? 0) - secondMean;
    covariance += a * b;
    firstVariance += a * a;
    secondVariance += b * b;
  }
  const scale = Math.sqrt(firstVariance * secondVariance);
  return scale === 0 ? 0 : covariance / scale;
}

/** The value below which a share (0 to 1) of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Means of timed values in windows of `windowMs` around each of the wanted times; NaN where a window is empty. */
export function averageAround(
  samples: readonly { readonly atMs: number; readonly value: number }[],
  timesMs: readonly number[],
  windowMs: number,
): number[] {
  return timesMs.map((timeMs) => {
    const near = samples.filter((sample) => Math.abs(sample.atMs - timeMs) <= windowMs / 2);
    return near.length === 0 ? Number.NaN : near.reduce((sum, sample) => sum + sample.value, 0) / near.length;
  });
}
