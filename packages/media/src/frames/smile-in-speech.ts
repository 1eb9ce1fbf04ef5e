import type { Articulation } from '../core/articulation.ts';
import { smoothStep } from '../core/smooth-step.ts';

/** How much of a smile lips that talk give up, and lips that round besides. */
const GIVEN_UP_TALKING = 0.4;
const GIVEN_UP_ROUNDING = 0.7;

/** Share of a smile that is left to lips that do this: they cannot be drawn apart and spread, or rounded, at once. */
export function smileLeft({ jaw, wide, round, closure, labiodental, sibilant }: Articulation): number {
  const talking = smoothStep(0, 0.5, Math.max(jaw, wide, round, closure, labiodental, sibilant));
  const rounding = smoothStep(0.1, 0.7, round - wide);
  return (1 - GIVEN_UP_TALKING * talking) * (1 - GIVEN_UP_ROUNDING * rounding);
}
