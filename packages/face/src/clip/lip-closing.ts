import { smoothStep } from '@visavis/media/core';
import type { TrackedFace } from './track-face.ts';

/** Lips this much further apart than in the still begin to be drawn closed, and are wholly; in distances of the eyes. */
const OPEN_FROM = 0.03;
const OPEN_AT = 0.05;
/** Pictures over which the drawn mouth comes and goes. */
const FADE_PICTURES = 4;

/**
 * How much of the resting mouth is drawn over each picture of the loop: 1 where the person talks or the lips are apart,
 * 0 where they rest.
 */
export function closingShares(
  faces: readonly TrackedFace[],
  still: number,
  { first, count }: { readonly first: number; readonly count: number },
): Float32Array {
  const rest = Math.min(0.06, faces[still]?.lipGap ?? 0);
  const open = Array.from({ length: count }, (_unused, i) =>
    smoothStep(rest + OPEN_FROM, rest + OPEN_AT, faces[first + i]?.lipGap ?? 0),
  );
  return Float32Array.from(open, (_unused, i) => {
    let share = 0;
    for (let k = -FADE_PICTURES; k <= FADE_PICTURES; k++) {
      const near = open[Math.min(count - 1, Math.max(0, i + k))] ?? 0;
      share = Math.max(share, near * (1 - Math.abs(k) / (FADE_PICTURES + 1)));
    }
    return share;
  });
}
