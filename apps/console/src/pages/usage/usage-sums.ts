import type { Usage, UsageDay } from '@visavis/protocol/rest';

const dayMs = 24 * 3600 * 1000;

/** Every day of the span, the ones without calls too. */
export function minutesPerDay({ from, to, days }: Usage): { day: string; minutes: number }[] {
  const seconds = new Map<string, number>();
  for (const { day, callSeconds } of days) seconds.set(day, (seconds.get(day) ?? 0) + callSeconds);
  const all: { day: string; minutes: number }[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs) {
    const day = new Date(at).toISOString().slice(0, 10);
    all.push({ day, minutes: (seconds.get(day) ?? 0) / 60 });
  }
  return all;
}

export type Sum = { readonly calls: number; readonly minutes: number; readonly points: number };

export function sumOf(days: readonly UsageDay[]): Sum {
  return days.reduce<Sum>(
    (sum, { calls, callSeconds, points }) => ({
      calls: sum.calls + calls,
      minutes: sum.minutes + callSeconds / 60,
      points: sum.points + points,
    }),
    { calls: 0, minutes: 0, points: 0 },
  );
}

export function sumsByKey(days: readonly UsageDay[]): { licenceId: string; sum: Sum }[] {
  return [...Map.groupBy(days, ({ licenceId }) => licenceId)].map(([licenceId, own]) => ({
    licenceId,
    sum: sumOf(own),
  }));
}
