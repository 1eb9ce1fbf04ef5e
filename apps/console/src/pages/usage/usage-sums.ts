import { DAY_MS } from '@visavis/protocol';
import type { Usage, UsageDay } from '@visavis/protocol/rest';
import { dayOf } from './usage-range.ts';

/** With more days than this, a bar stands for a week. */
const mostDayBars = 92;

export type Sum = { readonly calls: number; readonly minutes: number; readonly points: number };
/** A bar of the chart; `from` and `to` are days, both included. */
export type Bar = { readonly from: string; readonly to: string; readonly minutes: number; readonly calls: number };
type Counted = Pick<UsageDay, 'calls' | 'callSeconds' | 'points'>;

/** Every day or week of the time, the ones without calls too. */
export function barsOf({ from, to, days }: Pick<Usage, 'from' | 'to' | 'days'>): Bar[] {
  const [firstMs, lastMs] = [Date.parse(from), Date.parse(to)];
  const stepMs = (lastMs - firstMs) / DAY_MS < mostDayBars ? DAY_MS : 7 * DAY_MS;
  const byStep = Map.groupBy(days, ({ day }) => Math.floor((Date.parse(day) - firstMs) / stepMs));
  const bars: Bar[] = [];
  for (let atMs = firstMs, step = 0; atMs <= lastMs; atMs += stepMs, step += 1) {
    const { minutes, calls } = sumOf(byStep.get(step) ?? []);
    bars.push({ from: dayOf(atMs), to: dayOf(Math.min(atMs + stepMs - DAY_MS, lastMs)), minutes, calls });
  }
  return bars;
}

export function sumOf(parts: readonly Counted[]): Sum {
  return parts.reduce<Sum>(
    (sum, { calls, callSeconds, points }) => ({
      calls: sum.calls + calls,
      minutes: sum.minutes + callSeconds / 60,
      points: sum.points + points,
    }),
    { calls: 0, minutes: 0, points: 0 },
  );
}

/** Those with most time first. */
export function sumsByKey(days: readonly UsageDay[]): { licenceId: string; sum: Sum }[] {
  return [...Map.groupBy(days, ({ licenceId }) => licenceId)]
    .map(([licenceId, own]) => ({ licenceId, sum: sumOf(own) }))
    .sort((one, other) => other.sum.minutes - one.sum.minutes);
}
