import { smoothStep } from '@visavis/media/core';
import type { MouthTarget } from './mouth-target.ts';
import { bell } from './photo-look.ts';

/** Beyond the corners of the mouth the light on the lips has ended here: a share as in `WarpSample`. */
const LIGHT_ENDS = 1.06;
/** The rims' shade and how wide it is, of the upper and the lower lip. */
const RIM = { upper: [0.36, 0.08], lower: [0.22, 0.06] } as const;
/** Where pushed-out lips catch most light, and how wide that is. */
const BULGE = { upper: 0.14, lower: 0.17, width: 0.09 } as const;

/**
 * How light on lips changes with the pose. What depends on the distance `edge` from the opening and what depends on the place across the
 * mouth are apart; both in half mouth widths, `share` as in `WarpSample`.
 */
export type LipLight = {
  /** From here on nothing below can be told from none. */
  readonly reach: number;
  across(share: number): number;
  /** Darkness of the rims, which turn inwards, away from the light. */
  rim(edge: number, isUpper: boolean): number;
  /** Darkness of pressed lips, which fold in at the seam. */
  fold(edge: number): number;
  /** Pushed-out lips catch light in the middle and turn away at the sides; light is added by the product of both. */
  bulge(edge: number, isUpper: boolean): number;
  bulgeAcross(x: number): number;
  /** Below them lies a shadow, whose darkness is the product of both. */
  shadow(edge: number, isUpper: boolean): number;
  shadowAcross(x: number): number;
};

/** How far lips are apart, from 0, where they touch, to 1. */
export function opennessOf({ aperture }: MouthTarget, halfWidth: number): number {
  return smoothStep(0.02, 0.16, aperture / halfWidth);
}

export function lipLightOf(target: MouthTarget, halfWidth: number): LipLight {
  const { press, lips } = target.pose;
  const round = Math.max(0, lips);
  const openness = opennessOf(target, halfWidth);
  return {
    reach: round > 0 ? 0.86 : 0.12,
    across: (share) => 1 - smoothStep(0.88, LIGHT_ENDS, Math.abs(share)),
    rim: (edge, isUpper) => {
      const [shade, width] = isUpper ? RIM.upper : RIM.lower;
      return shade * openness * (1 - smoothStep(0, width, edge));
    },
    fold: (edge) => (press > 0 ? 0.2 * press * bell(edge, 0.03) : 0),
    bulge: (edge, isUpper) => (round > 0 ? round * bell(edge - (isUpper ? BULGE.upper : BULGE.lower), BULGE.width) : 0),
    bulgeAcross: (x) => 0.1 * bell(x, 0.3) - 0.08 * smoothStep(0.3, 0.75, Math.abs(x)),
    shadow: (edge, isUpper) => (round > 0 && !isUpper ? 0.07 * round * bell(edge - 0.5, 0.09) : 0),
    shadowAcross: (x) => (Math.abs(x) < LIGHT_ENDS ? bell(x, 0.4) : 0),
  };
}
