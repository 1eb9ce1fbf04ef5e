/** Days like `2026-01-31`, UTC, both included. */
export type DayRange = { readonly from: string; readonly to: string };

export const rangeChoices = ['week', 'month', 'thisMonth', 'lastMonth', 'quarter', 'year', 'own'] as const;
export type RangeChoice = (typeof rangeChoices)[number];

/** As the server gives at once. */
export const mostDays = 400;

const dayMs = 24 * 3600 * 1000;
const lengths: Readonly<Partial<Record<RangeChoice, number>>> = { week: 7, month: 30, quarter: 90, year: 365 };

/** The days of a choice; `own` is what was chosen before. */
export function rangeOf(choice: RangeChoice, nowMs: number, chosen: DayRange): DayRange {
  const today = dayOf(nowMs);
  const length = lengths[choice];
  if (length !== undefined) return { from: dayOf(nowMs - (length - 1) * dayMs), to: today };
  if (choice === 'own') return chosen;
  const now = new Date(nowMs);
  const monthsBack = choice === 'thisMonth' ? 0 : 1;
  const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsBack, 1);
  const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsBack + 1, 1);
  return { from: dayOf(first), to: choice === 'thisMonth' ? today : dayOf(next - dayMs) };
}

/** Whether the server can be asked for these days. */
export function isRange({ from, to }: DayRange): boolean {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs;
  return days >= 0 && days <= mostDays;
}

export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
