import type { FaceMesh } from '../../landmarks/face-mesh.ts';
import { EYE, LIPS, meshPoint, PLACES, POINT } from '../../landmarks/mesh-points.ts';
import type { MouthFrame } from '../../landmarks/mouth-frame.ts';
import { CURVE_POINTS, toPicture } from '../../landmarks/mouth-place.ts';

/** Mesh points that keep their place on the head whatever the face does. */
const RIGID = [EYE.left.outer, EYE.right.outer, ...PLACES.steady];
export const RIGID_COUNT = RIGID.length;

/** Columns of the mouth from corner to corner, and the curves that are kept of each. */
export const COLUMNS = 13;
export const CURVES = ['outerUpper', 'innerUpper', 'innerLower', 'outerLower'] as const;
/** After the curves: the point between nose and lip, the chin, and the jaw at both sides. */
export const NOSE_BASE_AT = COLUMNS * CURVES.length;
export const CHIN_AT = NOSE_BASE_AT + 1;
export const JAW_LEFT_AT = NOSE_BASE_AT + 2;
export const JAW_RIGHT_AT = NOSE_BASE_AT + 3;
export const POINT_COUNT = NOSE_BASE_AT + 4;
const FEATURES = [POINT.noseBase, POINT.chin, POINT.jawLeft, POINT.jawRight] as const;
const LIP_MIDDLE = LIPS.innerUpper[5];

/** What one picture shows of a face, as it is kept for every picture of a film. Lengths in pixels of the picture. */
export type SeenFace = {
  /** x and y of the head's fixed points. */
  readonly rigid: Float32Array;
  /** Distances of the fixed points, then of the lower face's, from the camera. */
  readonly depths: Float32Array;
  /** x and y of the curves of the lips, column by column of each, then of the features. */
  readonly lower: Float32Array;
  /** Luma of the cheeks. */
  readonly light: number;
  /** Turn to the side in radians. */
  readonly yaw: number;
  readonly isTurnedAway: boolean;
  /** Something that is not skin lies over the mouth. */
  readonly isCovered: boolean;
  /** Of the places around the mouth, as in `tonesOf`. */
  readonly tones: Float32Array;
};

/** `mesh` and `mouth` in pixels of the picture. */
export function lowerFaceOf({ points }: FaceMesh, mouth: MouthFrame): Float32Array {
  const lower = new Float32Array(2 * POINT_COUNT);
  for (const [curve, name] of CURVES.entries()) {
    for (let column = 0; column < COLUMNS; column++) {
      const share = (2 * column) / (COLUMNS - 1) - 1;
      const v = mouth[name][(column * (CURVE_POINTS - 1)) / (COLUMNS - 1)] ?? 0;
      lower.set(toPicture(mouth, share * mouth.halfWidth, v), 2 * (curve * COLUMNS + column));
    }
  }
  for (const [i, index] of FEATURES.entries()) lower.set(meshPoint(points, index), 2 * (NOSE_BASE_AT + i));
  return lower;
}

export function rigidOf({ points }: FaceMesh): Float32Array {
  return Float32Array.from(RIGID.flatMap((index) => meshPoint(points, index)));
}

/** Of the lips a parabola through the corners and the middle. */
export function depthsOf({ depths }: FaceMesh): Float32Array {
  const [left, right, middle] = [POINT.mouthLeft, POINT.mouthRight, LIP_MIDDLE].map((index) => depths[index] ?? 0) as [
    number,
    number,
    number,
  ];
  const result = new Float32Array(RIGID_COUNT + POINT_COUNT);
  for (const [i, index] of RIGID.entries()) result[i] = depths[index] ?? 0;
  for (let at = 0; at < NOSE_BASE_AT; at++) {
    const share = (2 * (at % COLUMNS)) / (COLUMNS - 1) - 1;
    const corner = share < 0 ? left : right;
    result[RIGID_COUNT + at] = middle + (corner - middle) * share * share;
  }
  for (const [i, index] of FEATURES.entries()) result[RIGID_COUNT + NOSE_BASE_AT + i] = depths[index] ?? 0;
  return result;
}
