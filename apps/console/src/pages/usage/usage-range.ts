import { DAY_MS, LIMITS } from '@visavis/protocol';

/** Days like `2026-01-31`, UTC, both included. */
export type DayRange = { readonly from: string; readonly to: string };

export const rangeChoices = ['week', 'month', 'thisMonth', 'lastMonth', 'quarter', 'year', 'own'] as const;
export type RangeChoice = (typeof rangeChoices)[number];

const lengths: Readonly<Partial<Record<RangeChoice, number>>> = { week: 7, month: 30, quarter: 90, year: 365 };

/** The days of a choice; `own` is what was chosen before. */
export function rangeOf(choice: RangeChoice, nowMs: number, chosen: DayRange): DayRange {
  const today = dayOf(nowMs);
  const length = lengths[choice];
  if (length !== undefined) return { from: dayOf(nowMs - (length - 1) * DAY_MS), to: today };
  if (choice === 'own') return chosen;
  const now = new Date(nowMs);
  const monthsBack = choice === 'thisMonth' ? 0 : 1;
  const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsBack, 1);
  const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsBack + 1, 1);
  return { from: dayOf(first), to: choice === 'thisMonth' ? today : dayOf(next - DAY_MS) };
}

/** Whether the server can be asked for these days. */
export function isRange({ from, to }: DayRange): boolean {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return days >= 1 && days <= LIMITS.counts.usageDays;
}

export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
