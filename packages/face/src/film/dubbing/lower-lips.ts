import type { MouthTarget } from '../../drawing/mouth-target.ts';
import type { MouthFrame } from '../../landmarks/mouth-frame.ts';
import { CURVE_POINTS, type MouthAxes, toLocal } from '../../landmarks/mouth-place.ts';
import { CHIN_AT, COLUMNS, type CURVES, JAW_LEFT_AT, JAW_RIGHT_AT, NOSE_BASE_AT } from './seen-face.ts';
import type { LowerFace } from './shot-face.ts';

type Curve = (typeof CURVES)[number];

/** Lips on the axes of the mouth at rest; curves hold `v` from the left corner to the right one. */
export type Lips = Readonly<Record<Curve, Float32Array>> & {
  /** `u` of the middle between the corners, and half their distance. */
  readonly middle: number;
  readonly halfWidth: number;
  readonly chin: number;
};

/** Axes and shape of the mouth at rest, and the lips as filmed on these axes. */
export function readLowerFace({ rest, seen, cos, sin }: LowerFace): { rest: MouthFrame; filmed: Lips } {
  const right = 2 * (COLUMNS - 1);
  const originX = ((rest[0] ?? 0) + (rest[right] ?? 0)) / 2;
  const originY = ((rest[1] ?? 0) + (rest[right + 1] ?? 0)) / 2;
  const axes = { originX, originY, cos, sin };
  const closed = readLips(axes, rest);
  const pointAt = (index: number): [number, number] => toLocal(axes, rest[2 * index] ?? 0, rest[2 * index + 1] ?? 0);
  const seam = closed.innerUpper.map((value, i) => (value + (closed.innerLower[i] ?? 0)) / 2);
  return {
    rest: {
      ...axes,
      halfWidth: closed.halfWidth,
      noseBase: pointAt(NOSE_BASE_AT)[1],
      chin: closed.chin,
      faceLeft: pointAt(JAW_LEFT_AT)[0],
      faceRight: pointAt(JAW_RIGHT_AT)[0],
      outerUpper: closed.outerUpper,
      outerLower: closed.outerLower,
      innerUpper: seam,
      innerLower: seam,
      seam,
      isOpen: false,
    },
    filmed: trimmed(atLeast(readLips(axes, seen), closed)),
  };
}

function readLips(axes: MouthAxes, points: Float32Array): Lips {
  const local = (index: number): [number, number] => toLocal(axes, points[2 * index] ?? 0, points[2 * index + 1] ?? 0);
  const [left, right] = [local(0)[0], local(COLUMNS - 1)[0]];
  const curve = (index: number): Float32Array =>
    resample(Array.from({ length: COLUMNS }, (_unused, column) => local(index * COLUMNS + column)[1]));
  return {
    middle: (left + right) / 2,
    halfWidth: Math.max(1, (right - left) / 2),
    chin: local(CHIN_AT)[1],
    outerUpper: curve(0),
    innerUpper: curve(1),
    innerLower: curve(2),
    outerLower: curve(3),
  };
}

/** Lips that open grow thinner, but keep so much of what they are at rest. */
const LEAST_LIP = 0.75;

/**
 * Meshes see the thin lips of an open mouth thinner still: what was drawn of these to close the mouth would be the rim of the teeth,
 * many times as wide as it was.
 */
function atLeast(lips: Lips, closed: Lips): Lips {
  const outer = (outerName: Curve, innerName: Curve, side: 1 | -1): Float32Array =>
    lips[outerName].map((value, i) => {
      const thickness = side * ((closed[outerName][i] ?? 0) - (closed[innerName][i] ?? 0));
      const nearest = (lips[innerName][i] ?? 0) + side * LEAST_LIP * Math.max(0, thickness);
      return side * Math.max(side * value, side * nearest);
    });
  return {
    ...lips,
    outerUpper: outer('outerUpper', 'innerUpper', -1),
    outerLower: outer('outerLower', 'innerLower', 1),
  };
}

/** Part of a lip, and of the opening, that is left out beside an opening. */
const MOST_TRIM = 0.5;
const TRIM_PER_GAP = 0.12;
/** Openings are looked for this many points aside: beside the corners their edges are hardly measured. */
const TRIM_REACH = 6;

/** Lips end where teeth and dark surely do: what was left of these would show in the seam of a closed mouth. */
function trimmed(lips: Lips): Lips {
  const gaps = lips.innerLower.map((value, i) => Math.max(0, value - (lips.innerUpper[i] ?? 0)));
  const trim = gaps.map((_gap, i) => {
    const widest = Math.max(...gaps.subarray(Math.max(0, i - TRIM_REACH), i + TRIM_REACH + 1));
    return widest < LEAST_GAP * lips.halfWidth ? 0 : TRIM_PER_GAP * widest + LEAST_GAP * lips.halfWidth;
  });
  const edge = (inner: Float32Array, outer: Float32Array): Float32Array =>
    inner.map((value, i) => {
      const lip = (outer[i] ?? 0) - value;
      return value + Math.sign(lip) * Math.min(trim[i] ?? 0, MOST_TRIM * Math.abs(lip));
    });
  return {
    ...lips,
    innerUpper: edge(lips.innerUpper, lips.outerUpper),
    innerLower: edge(lips.innerLower, lips.outerLower),
  };
}
/** In half mouth widths: lips that touch show no teeth. */
const LEAST_GAP = 0.03;

/** Catmull-Rom through evenly spread values. */
function resample(values: readonly number[]): Float32Array {
  const last = values.length - 1;
  const take = (i: number): number => values[Math.min(last, Math.max(0, i))] ?? 0;
  return Float32Array.from({ length: CURVE_POINTS }, (_unused, step) => {
    const at = (step * last) / (CURVE_POINTS - 1);
    const i = Math.min(last - 1, Math.floor(at));
    const t = at - i;
    const [a, b, c, d] = [take(i - 1), take(i), take(i + 1), take(i + 2)];
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
  });
}

/** The lips of a pose, drawn over the mouth at rest. */
export function aimLips(rest: MouthFrame, target: MouthTarget): Lips {
  const thick = (outer: Float32Array, edge: Float32Array, thickness: number): Float32Array =>
    edge.map((value, i) => value + ((outer[i] ?? 0) - (rest.seam[i] ?? 0)) * thickness);
  return {
    middle: 0,
    halfWidth: rest.halfWidth * target.cornerScale,
    chin: rest.chin + target.chinDrop,
    innerUpper: target.upperEdge,
    innerLower: target.lowerEdge,
    outerUpper: thick(rest.outerUpper, target.upperEdge, target.upperThickness),
    outerLower: thick(rest.outerLower, target.lowerEdge, target.lowerThickness),
  };
}

/** From the first (`share` 0) to the second (1). */
export function lipsBetween(one: Lips, other: Lips, share: number): Lips {
  if (share >= 1) return other;
  const between = (from: number, to: number): number => from + (to - from) * share;
  const curve = (name: Curve): Float32Array => one[name].map((value, i) => between(value, other[name][i] ?? value));
  return {
    middle: between(one.middle, other.middle),
    halfWidth: between(one.halfWidth, other.halfWidth),
    chin: between(one.chin, other.chin),
    innerUpper: curve('innerUpper'),
    innerLower: curve('innerLower'),
    outerUpper: curve('outerUpper'),
    outerLower: curve('outerLower'),
  };
}
