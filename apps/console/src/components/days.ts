/** Midnight in the browser's time zone at which a day like `2026-01-31` begins, or one after it; null for what is no day. */
export function midnightOf(day: string, daysLater = 0): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (parts === null) return null;
  const [, year, month, date] = parts.map(Number) as [number, number, number, number];
  // By its parts: days with a change of the clock are not 24 hours long.
  return new Date(year, month - 1, date + daysLater);
}
