import type { MouthPose } from './mouth-target.ts';

/** Levels of the mouth grid: how far the jaw is down, and lips from -1 wide to +1 round, with their file names. */
export const JAW_LEVELS = [0, 0.25, 0.5, 0.75, 1] as const;
export const LIP_LEVELS = [
  { lips: 0, name: 'neutral' },
  { lips: 0.5, name: 'round-050' },
  { lips: 1, name: 'round-100' },
  { lips: -0.5, name: 'wide-050' },
  { lips: -1, name: 'wide-100' },
] as const;

export type SpecialViseme = 'press' | 'fv' | 'th' | 'l' | 's' | 'sh';

export const SPECIAL_POSES: Readonly<Record<SpecialViseme, MouthPose>> = {
  press: { press: 1 },
  fv: { labiodental: 1, jaw: 0.04, lips: -0.1 },
  th: { tongueOut: 1, jaw: 0.16, parted: 0.12 },
  l: { tongueUp: 1, jaw: 0.26, parted: 0.14 },
  s: { clench: 1, lips: -0.35, jaw: 0.04, parted: 0.2 },
  sh: { clench: 1, lips: 0.7, jaw: 0.04, parted: 0.24 },
};

export const LID_CLOSURES = [0.33, 0.66, 1] as const;
