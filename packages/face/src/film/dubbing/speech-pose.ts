import type { Articulation } from '@visavis/media/core';
import { smoothStep } from '@visavis/media/core';
import { SPECIAL_POSES } from '../../drawing/atlas-poses.ts';
import { type MouthPose, POSE_AT_REST } from '../../drawing/mouth-target.ts';

/** How much of the lips' shape of s and sh is made in running speech. */
const HISS_SHARE = 0.75;
const NAMES = Object.keys(POSE_AT_REST) as (keyof MouthPose)[];

/** The mouth of an articulation, between the poses that live faces have pictures of: later ones lie over earlier ones. */
export function poseOf({
  jaw,
  wide,
  round,
  closure,
  labiodental,
  tongue,
  sibilant,
}: Articulation): Required<MouthPose> {
  const pose = { ...POSE_AT_REST, jaw, lips: Math.max(-1, Math.min(1, round - wide)) };
  const cover = (special: MouthPose, weight: number): void => {
    for (const name of NAMES) pose[name] += ((special[name] ?? 0) - pose[name]) * weight;
  };
  const tip = tongue * (1 - 0.6 * smoothStep(0.5, 1, jaw));
  const behind = smoothStep(0.12, 0.32, jaw);
  cover(SPECIAL_POSES.th, tip * (1 - behind));
  cover(SPECIAL_POSES.l, tip * behind);
  const hiss = HISS_SHARE * sibilant * (1 - 0.5 * smoothStep(0.5, 1, jaw));
  const hush = smoothStep(0.25, 0.6, round);
  cover(SPECIAL_POSES.s, hiss * (1 - hush));
  cover(SPECIAL_POSES.sh, hiss * hush);
  cover(SPECIAL_POSES.fv, labiodental);
  cover(SPECIAL_POSES.press, closure);
  return pose;
}
