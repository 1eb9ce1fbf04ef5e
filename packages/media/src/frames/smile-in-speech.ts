import type { Articulation } from '../core/articulation.ts';
import { smoothStep } from '../core/smooth-step.ts';

/** How much of a smile lips that talk give up, and lips that round besides. */
const GIVEN_UP_TALKING = 0.4;
const GIVEN_UP_ROUNDING = 0.7;

/** Of the way from picture to picture: lips take from a smile within a syllable, and give back once several are over. */
const GIVEN_UP_A_PICTURE = 0.25;
const GIVEN_BACK_A_PICTURE = 0.06;

/** The share of a smile that is left, one picture after the one in which `before` was: a smile does not beat with the syllables. */
export function easedSmileLeft(before: number, articulation: Articulation): number {
  const aim = smileLeft(articulation);
  return before + (aim - before) * (aim < before ? GIVEN_UP_A_PICTURE : GIVEN_BACK_A_PICTURE);
}

/** Share of a smile that is left to lips that do this: they cannot be drawn apart and spread, or rounded, at once. */
export function smileLeft({ jaw, wide, round, closure, labiodental, sibilant }: Articulation): number {
  const talking = smoothStep(0, 0.5, Math.max(jaw, wide, round, closure, labiodental, sibilant));
  const rounding = smoothStep(0.1, 0.7, round - wide);
  return (1 - GIVEN_UP_TALKING * talking) * (1 - GIVEN_UP_ROUNDING * rounding);
}
