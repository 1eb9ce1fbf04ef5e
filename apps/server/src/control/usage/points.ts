/** Points are stored in thousandths, as whole numbers. */
export const POINT = 1000;

const MINUTE_MS = 60_000;

export function toPoints(thousandths: number): number {
  return thousandths / POINT;
}

export function toThousandths(points: number): number {
  return Math.round(points * POINT);
}

/** Price of a span within a call that has lasted `fromMs` before: sums of spans never differ from the price of the whole. */
export function priceOfSpan(pointsPerMinute: number, fromMs: number, toMs: number): number {
  const priceUntil = (ms: number) => Math.round((pointsPerMinute * POINT * ms) / MINUTE_MS);
  return priceUntil(toMs) - priceUntil(fromMs);
}
