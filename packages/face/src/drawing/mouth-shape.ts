import { foldedLipAreaPx, type MouthShape, type Point } from '@visavis/media/frames';
import { InputError } from '../input-error.ts';
import type { MouthFrame } from '../landmarks/mouth-frame.ts';
import { curveAt, toLocal, toPicture } from '../landmarks/mouth-place.ts';
import { JAW_LEVELS, LIP_LEVELS, SPECIAL_POSES } from './atlas-poses.ts';
import { aimMouth, type MouthPose, type MouthTarget } from './mouth-target.ts';
import { createMouthWarp, drawnU, followPoint, type Reach, warpReach } from './mouth-warp.ts';

/** What of the face moves with the mouth besides the lips, in portrait pixels. */
export type FixedPoints = { readonly chin: Point; readonly jawLeft: Point; readonly jawRight: Point };

/** Gives the landmarks of a drawn mouth. */
export type MouthShaper = (target: MouthTarget) => MouthShape;

const OUTER_SHARES = [-2 / 3, -1 / 3, 0, 1 / 3, 2 / 3] as const;
const INNER_SHARES = [-0.5, 0, 0.5] as const;
const INNER_CORNER_SHARE = 0.93;
/**
 * Least distance of the lip's outline from its edge, in half mouth widths: the first at which no part of the lips is turned
 * over in any pose. The outline of a thinner lip, or one that the mesh sees across the seam, lies that far on the skin.
 */
const LEAST_LIPS = [0.05, 0.08, 0.12, 0.16, 0.22, 0.3] as const;
/**
 * How far the corners of the opening are drawn to those of the lips: corners that turn up or down steeply would fold the
 * lips between them.
 */
const CORNERS_JOINED = [0, 0.5, 0.8, 1] as const;
/** Landmarks are rounded to hundredths of a pixel: slivers of this size are no fold. */
const NO_FOLD_PX = 0.5;

/** Every mouth that is drawn. */
const ALL_POSES: readonly MouthPose[] = [
  {},
  ...JAW_LEVELS.flatMap((jaw) => LIP_LEVELS.map(({ lips }) => ({ jaw, lips }))),
  ...Object.values(SPECIAL_POSES),
  { smile: 1 },
];

/**
 * Landmarks under which the lips keep their right side up in every pose that is drawn. Throws `InputError` (`lips-unclear`)
 * where there are none.
 */
export function createMouthShaper(frame: MouthFrame, fixed: FixedPoints, side: number): MouthShaper {
  const reach = warpReach(frame, side);
  const targets = ALL_POSES.map((pose) => aimMouth(frame, pose));
  for (const leastLip of LEAST_LIPS) {
    for (const joined of CORNERS_JOINED) {
      const shaper: MouthShaper = (target) => shapeOf({ frame, reach, fixed, leastLip, joined }, target);
      if (targets.every((target) => foldedLipAreaPx(shaper(target)) <= NO_FOLD_PX)) return shaper;
    }
  }
  throw new InputError('lips-unclear');
}

type ShapeSource = {
  readonly frame: MouthFrame;
  readonly reach: Reach;
  readonly fixed: FixedPoints;
  readonly leastLip: number;
  readonly joined: number;
};

/** The landmarks of a drawn mouth: the source's, followed through the warp, and the opening as it was drawn. */
function shapeOf({ frame, reach, fixed, leastLip, joined }: ShapeSource, target: MouthTarget): MouthShape {
  const warp = createMouthWarp(frame, target, reach);
  const { halfWidth } = frame;
  const place = (at: readonly [number, number], lip?: 'upper' | 'lower'): [number, number] =>
    roundPoint(toPicture(frame, ...followPoint(warp, reach, at, lip)));
  const upperAt = (share: number): [number, number] => {
    const furthest = curveAt(frame.innerUpper, share) - leastLip * halfWidth;
    return place([share * halfWidth, Math.min(curveAt(frame.outerUpper, share), furthest)], 'upper');
  };
  const lowerAt = (share: number): [number, number] => {
    const furthest = curveAt(frame.innerLower, share) + leastLip * halfWidth;
    return place([share * halfWidth, Math.max(curveAt(frame.outerLower, share), furthest)], 'lower');
  };
  const cornerAt = (share: -1 | 1): [number, number] => place([share * halfWidth, curveAt(frame.seam, share)]);
  const innerAt = (curve: Float32Array, share: number): [number, number] => {
    const v = curveAt(curve, share);
    return roundPoint(toPicture(frame, drawnU(warp, share * halfWidth, v), v));
  };
  const innerCorner = (side: -1 | 1, [outerX, outerY]: Point): [number, number] => {
    const share = side * INNER_CORNER_SHARE;
    const v = (curveAt(target.upperEdge, share) + curveAt(target.lowerEdge, share)) / 2;
    const [x, y] = toPicture(frame, drawnU(warp, share * halfWidth, v), v);
    return roundPoint([x + (outerX - x) * joined, y + (outerY - y) * joined]);
  };
  const [left, right] = [cornerAt(-1), cornerAt(1)];
  return {
    outer: [left, ...OUTER_SHARES.map(upperAt), right, ...OUTER_SHARES.toReversed().map(lowerAt)],
    inner: [
      innerCorner(-1, left),
      ...INNER_SHARES.map((share) => innerAt(target.upperEdge, share)),
      innerCorner(1, right),
      ...INNER_SHARES.toReversed().map((share) => innerAt(target.lowerEdge, share)),
    ],
    chin: place(toLocal(frame, ...fixed.chin), 'lower'),
    jawLeft: place(toLocal(frame, ...fixed.jawLeft)),
    jawRight: place(toLocal(frame, ...fixed.jawRight)),
  };
}

function roundPoint([x, y]: [number, number]): [number, number] {
  return [Math.round(x * 100) / 100, Math.round(y * 100) / 100];
}
