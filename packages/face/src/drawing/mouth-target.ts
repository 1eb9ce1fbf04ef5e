import type { MouthFrame } from '../landmarks/mouth-frame.ts';
import { CURVE_POINTS, curveAt } from '../landmarks/mouth-place.ts';

/** A mouth to draw. `jaw`, `press`, … from 0 to 1; `lips` from -1 wide to +1 round. What is left out is 0. */
export type MouthPose = {
  readonly jaw?: number;
  readonly lips?: number;
  readonly press?: number;
  readonly labiodental?: number;
  /** Lips parted by this many half mouth widths beyond what the jaw does. */
  readonly parted?: number;
  /** Tongue tip lifted behind the upper teeth (l). */
  readonly tongueUp?: number;
  /** Tongue tip between the teeth (th). */
  readonly tongueOut?: number;
  /** Rows of teeth brought together (s, sh). */
  readonly clench?: number;
  readonly smile?: number;
};

/** What the lips of a pose look like. Lengths in portrait pixels in the frame of the mouth, scales about its middle. */
export type MouthTarget = {
  readonly pose: Required<MouthPose>;
  /** Lower edge of the upper lip and upper edge of the lower lip over the source's `u`. */
  readonly upperEdge: Float32Array;
  readonly lowerEdge: Float32Array;
  /** How far apart they are in the middle. */
  readonly aperture: number;
  readonly cornerScale: number;
  readonly chinDrop: number;
  readonly upperThickness: number;
  readonly lowerThickness: number;
  readonly cheekLift: number;
};

/** Lips open up to this share of the way to the corners. */
const OPEN_SHARE = 0.935;
const CLOSED_GAP_PX = 0.8;

/** Every part of a pose, at rest. */
export const POSE_AT_REST: Readonly<Required<MouthPose>> = {
  jaw: 0,
  lips: 0,
  press: 0,
  labiodental: 0,
  parted: 0,
  tongueUp: 0,
  tongueOut: 0,
  clench: 0,
  smile: 0,
};

export function aimMouth(frame: MouthFrame, wanted: MouthPose): MouthTarget {
  const pose = { ...POSE_AT_REST, ...wanted };
  const { jaw, press, labiodental, parted, smile } = pose;
  const round = Math.max(0, pose.lips);
  const wide = Math.max(0, -pose.lips);
  const unit = frame.halfWidth;
  const opening = 0.78 * jaw * (1 - 0.2 * round) + 0.08 * round * (1 - jaw) * (1 - press) + parted;
  const aperture = opening * unit;
  const rise = aperture * (0.15 + 0.1 * Math.min(1, parted / 0.2)) + unit * (0.1 * labiodental + 0.03 * round);
  const drop = aperture * 0.85 - unit * (0.02 * labiodental + 0.01 * round);
  const cornerDrop = unit * (0.17 * jaw * (1 - 0.4 * round) + 0.05 * round - 0.06 * wide - 0.17 * smile);
  const sharpness = 0.8 - 0.15 * round;
  const upperEdge = new Float32Array(CURVE_POINTS);
  const lowerEdge = new Float32Array(CURVE_POINTS);
  for (let i = 0; i < CURVE_POINTS; i++) {
    const share = (2 * i) / (CURVE_POINTS - 1) - 1;
    const open = Math.max(0, 1 - Math.abs(share / OPEN_SHARE) ** 2.1) ** sharpness;
    const corner = cornerDrop * cornerProfile(share, smile);
    // Rounded and open lips lose the resting seam's waves.
    const waviness = 1 - 0.35 * Math.min(1, jaw + round);
    const middle = curveAt(frame.seam, 0);
    const seam = middle + ((frame.seam[i] ?? 0) - middle) * waviness + corner;
    upperEdge[i] = seam - rise * open;
    lowerEdge[i] = seam + Math.max(drop * open, open > 0 ? CLOSED_GAP_PX * open - rise * open : 0);
  }
  return {
    pose,
    upperEdge,
    lowerEdge,
    aperture: rise + drop,
    cornerScale: 1 - 0.32 * round + 0.1 * wide - 0.05 * jaw * (1 - round) + 0.09 * smile,
    chinDrop: unit * (0.44 * jaw * (1 - 0.15 * round) + 0.1 * parted),
    upperThickness: 1 + 0.26 * round - 0.3 * press - 0.05 * wide - 0.12 * jaw * (1 - round) - 0.08 * smile,
    lowerThickness: 1 + 0.22 * round - 0.26 * press - 0.04 * wide - 0.06 * jaw * (1 - round) - 0.25 * labiodental,
    cheekLift: unit * 0.1 * smile,
  };
}

/** The corners' travel spreads over the lips: all at the corner, none in the middle. */
function cornerProfile(share: number, smile: number): number {
  const along = Math.abs(share);
  return along ** (2.2 - 0.5 * smile);
}
