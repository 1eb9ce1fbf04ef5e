const PEAK = 255;
const WINDOW = 8;
const STEP = 4;
const MEAN_FLOOR = (0.01 * PEAK) ** 2;
const VARIANCE_FLOOR = (0.03 * PEAK) ** 2;

/** Of the first `count` samples. */
export function peakSignalToNoiseDb(original: Uint8Array, shown: Uint8Array, count: number): number {
  let squares = 0;
  for (let i = 0; i < count; i++) squares += ((original[i] ?? 0) - (shown[i] ?? 0)) ** 2;
  return squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((PEAK ** 2 * count) / squares);
}

/** Mean over windows of 8x8 luma samples, four apart, of a square picture (Wang et al., 2004, without weights). */
export function structuralSimilarity(original: Uint8Array, shown: Uint8Array, side: number): number {
  let total = 0;
  let windows = 0;
  for (let top = 0; top + WINDOW <= side; top += STEP) {
    for (let left = 0; left + WINDOW <= side; left += STEP) {
      total += windowSimilarity(original, shown, top * side + left, side);
      windows += 1;
    }
  }
  return total / windows;
}

function windowSimilarity(original: Uint8Array, shown: Uint8Array, from: number, stride: number): number {
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let y = 0; y < WINDOW; y++) {
    for (let x = 0; x < WINDOW; x++) {
      const p = original[from + y * stride + x] ?? 0;
      const q = shown[from + y * stride + x] ?? 0;
      a += p;
      b += q;
      aa += p * p;
      bb += q * q;
      ab += p * q;
    }
  }
  const count = WINDOW * WINDOW;
  const [meanA, meanB] = [a / count, b / count];
  const [varianceA, varianceB] = [aa / count - meanA ** 2, bb / count - meanB ** 2];
  const covariance = ab / count - meanA * meanB;
  const means = (2 * meanA * meanB + MEAN_FLOOR) / (meanA ** 2 + meanB ** 2 + MEAN_FLOOR);
  return (means * (2 * covariance + VARIANCE_FLOOR)) / (varianceA + varianceB + VARIANCE_FLOOR);
}
