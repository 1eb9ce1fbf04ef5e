import { VOICE_SLOTS, type VoiceSlotName } from './names.ts';

/**
 * What services count of the work that a call gives them: tokens (`inputTokens` and `outputTokens` are sums, of which the others are
 * parts), seconds of sound that was listened to, characters of text that was spoken.
 */
export const USAGE_FIGURES = [
  'inputTokens',
  'cachedInputTokens',
  'audioInputTokens',
  'outputTokens',
  'audioOutputTokens',
  'seconds',
  'characters',
] as const;
export type UsageFigure = (typeof USAGE_FIGURES)[number];

/** Figures that are left out were not counted. */
export type UsageAmounts = { readonly [Figure in UsageFigure]?: number };

/** By the part of the voice that did the work. */
export type Usage = { readonly [Slot in VoiceSlotName]?: UsageAmounts };

/** More than any talk comes to: what a service tells is not trusted blindly. */
const MOST = 1e12;

/** What was counted, and this beside it. Figures that are none, of services that count oddly, are left out. */
export function addUsage(usage: Usage, part: VoiceSlotName, amounts: UsageAmounts): Usage {
  const sum: { [Figure in UsageFigure]?: number } = { ...usage[part] };
  for (const figure of USAGE_FIGURES) {
    const amount = amounts[figure];
    if (amount === undefined || !Number.isFinite(amount) || amount <= 0) continue;
    sum[figure] = Math.min(MOST, Math.round(((sum[figure] ?? 0) + amount) * 1000) / 1000);
  }
  return Object.keys(sum).length === 0 ? usage : { ...usage, [part]: sum };
}

/** One row for each part that has counted something, in the order of the parts; null: a figure that it did not count. */
export function usageRows(usage: Usage): ({ readonly part: VoiceSlotName } & Record<UsageFigure, number | null>)[] {
  return VOICE_SLOTS.flatMap((part) => {
    const amounts = usage[part];
    if (amounts === undefined) return [];
    const figures = Object.fromEntries(USAGE_FIGURES.map((figure) => [figure, amounts[figure] ?? null]));
    return [{ part, ...(figures as Record<UsageFigure, number | null>) }];
  });
}
