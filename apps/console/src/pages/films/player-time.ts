import type { FilmSyncMode } from '@visavis/protocol';

type Lengths = { readonly filmS: number; readonly originalS: number };

/**
 * Which moment of the original a moment of the film was made of, in seconds: what `sync_mode` says where they differ in length. Null
 * while a length is not known.
 */
export function originalTime(atS: number, { filmS, originalS }: Lengths, mode: FilmSyncMode): number | null {
  if (!(originalS > 0) || !(filmS > 0)) return null;
  const at = Math.min(Math.max(atS, 0), filmS);
  if (mode === 'loop') return at % originalS;
  if (mode === 'bounce') {
    const inRound = at % (2 * originalS);
    return inRound <= originalS ? inRound : 2 * originalS - inRound;
  }
  if (mode === 'remap') return (at * originalS) / filmS;
  return Math.min(at, originalS);
}

/** Films that are seen side by side may differ by a picture or two. */
const nearS = 0.12;

export function isInStep(atS: number, wantedS: number): boolean {
  return Math.abs(atS - wantedS) <= nearS;
}
