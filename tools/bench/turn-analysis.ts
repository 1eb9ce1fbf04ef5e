import { quantile } from '../../tests/support/statistics.ts';
import type { Loudness } from './bench-page.ts';

/** Received sound below this is silence, and from this on it is heard (1: full scale). */
const SILENT_RMS = 0.004;
const AUDIBLE_RMS = 0.008;
/** The avatar must have been silent this long when the user stops: what comes then is the answer. */
const SILENT_BEFORE_MS = 150;
/** Silence this long is no pause between the words. */
const LASTING_SILENCE_MS = 400;
/** How much wider than at rest a mouth must be, as share of the way to its widest, and for how many pictures. */
const OPEN_SHARE = 0.15;
const OPEN_PICTURES = 2;
/** Least opening, in distances of the eye corners, that is not the meter's noise. */
const LEAST_OPENING = 0.02;

/** First audible moment between the two times, or null; also null when the sound before was no silence. */
export function firstSoundAfter(heard: readonly Loudness[], fromMs: number, toMs: number): number | null {
  const before = heard.filter(({ atMs }) => atMs >= fromMs - SILENT_BEFORE_MS && atMs < fromMs);
  if (before.length === 0 || before.some(({ rms }) => rms > SILENT_RMS)) return null;
  return heard.find(({ atMs, rms }) => atMs >= fromMs && atMs < toMs && rms > AUDIBLE_RMS)?.atMs ?? null;
}

/** Last moment of sound before the first longer silence that reaches past `fromMs`, or null when none begins. */
export function silenceAround(heard: readonly Loudness[], fromMs: number): number | null {
  const last = heard.at(-1)?.atMs ?? 0;
  const loud = heard.filter(({ rms }) => rms > SILENT_RMS).map(({ atMs }) => atMs);
  return (
    loud.find((atMs, index) => {
      const until = loud[index + 1] ?? last;
      return until > fromMs && until - atMs >= LASTING_SILENCE_MS;
    }) ?? null
  );
}

/** Whether the avatar was talking between the two times: loud at least a third of the time. */
export function isTalking(heard: readonly Loudness[], fromMs: number, toMs: number): boolean {
  const levels = heard.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ rms }) => rms);
  return levels.length > 0 && quantile(levels, 0.67) > AUDIBLE_RMS;
}

export type Opening = { readonly atMs: number; readonly aperture: number };

/**
 * First picture after `restUntilMs` that shows the mouth opening, with the next picture agreeing; null when it stays at
 * rest. What was shown before `restUntilMs` says what rest is.
 */
export function firstOpening(openings: readonly Opening[], restUntilMs: number): number | null {
  const rest = quantile(
    openings.filter(({ atMs }) => atMs < restUntilMs).map(({ aperture }) => aperture),
    0.5,
  );
  const after = openings.filter(({ atMs }) => atMs >= restUntilMs);
  const widest = quantile(
    after.map(({ aperture }) => aperture),
    0.95,
  );
  const threshold = rest + Math.max(LEAST_OPENING, OPEN_SHARE * (widest - rest));
  const index = after.findIndex((_opening, start) =>
    after.slice(start, start + OPEN_PICTURES).every(({ aperture }) => aperture > threshold),
  );
  return after[index]?.atMs ?? null;
}
