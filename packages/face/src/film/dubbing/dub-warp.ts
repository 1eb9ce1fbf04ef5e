import { smoothStep } from '@visavis/media/core';
import type { MouthTarget } from '../../drawing/mouth-target.ts';
import { type Reach, type WarpSample, warpReach } from '../../drawing/mouth-warp.ts';
import type { MouthFrame } from '../../landmarks/mouth-frame.ts';
import { CURVE_POINTS, curveAt, type MouthAxes, toLocal } from '../../landmarks/mouth-place.ts';
import { CHIN_AT, COLUMNS, CURVES, JAW_LEFT_AT, JAW_RIGHT_AT, NOSE_BASE_AT } from './seen-face.ts';
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

/** Columns of the tables per pixel. */
const COLUMNS_PER_PX = 2;
/** Shares of the way beyond the corners, in half mouth widths, at which what the lips do ends. */
const LIPS_END = 1.1;
const JAW_ENDS = [0.2, 1.3] as const;
/** Places in a column: `v` of the drawn lips, and how much further down they were filmed. */
const FIELDS = 12;
const [OUTER_UPPER, INNER_UPPER, INNER_LOWER, OUTER_LOWER, CHIN, SHARE, SIDEWAYS] = [0, 2, 4, 6, 8, 10, 11];

/**
 * Two smooth layers cut at the seam of the lips, evaluated backwards: every column carries the edges of the lips and the chin
 * from where they are drawn to where they were filmed; nose and neck stay.
 */
export class DubWarp {
  readonly reach: Reach;
  readonly #table: Float32Array;
  readonly #columnCount: number;
  readonly #nose: number;
  readonly #chin: number;

  constructor(rest: MouthFrame, drawn: Lips, filmed: Lips, pictureHeight: number) {
    const { side, top, bottom } = warpReach(rest, pictureHeight);
    this.reach = { side, top, bottom };
    this.#nose = top;
    this.#chin = rest.chin;
    this.#columnCount = Math.max(2, Math.ceil(2 * side * COLUMNS_PER_PX) + 1);
    this.#table = new Float32Array(this.#columnCount * FIELDS);
    for (let column = 0; column < this.#columnCount; column++) this.#fill(column, drawn, filmed);
  }

  #fill(column: number, drawn: Lips, filmed: Lips): void {
    const table = this.#table;
    const at = column * FIELDS;
    const u = column / COLUMNS_PER_PX - this.reach.side;
    const share = (u - drawn.middle) / drawn.halfWidth;
    const outside = Math.max(0, Math.abs(share) - 1);
    const lateral = 1 - smoothStep(0, LIPS_END, outside);
    for (const [i, name] of CURVES.entries()) {
      const v = curveAt(drawn[name], share);
      table[at + 2 * i] = v;
      table[at + 2 * i + 1] = (curveAt(filmed[name], share) - v) * lateral;
    }
    table[at + CHIN] = drawn.chin;
    table[at + CHIN + 1] = (filmed.chin - drawn.chin) * (1 - smoothStep(...JAW_ENDS, outside));
    table[at + SHARE] = share;
    const inside = Math.max(-1, Math.min(1, share));
    const shift = filmed.middle + inside * filmed.halfWidth - (drawn.middle + inside * drawn.halfWidth);
    // Nothing moves at the sides of the region.
    const aside = 1 - smoothStep(0.8 * this.reach.side, this.reach.side, Math.abs(u));
    table[at + SIDEWAYS] = shift * lateral * aside;
    for (const field of [OUTER_UPPER, INNER_UPPER, INNER_LOWER, OUTER_LOWER, CHIN]) {
      table[at + field + 1] = (table[at + field + 1] ?? 0) * aside;
    }
  }

  place(u: number, v: number, out: WarpSample): void {
    const column = Math.min(this.#columnCount - 1, Math.max(0, Math.round((u + this.reach.side) * COLUMNS_PER_PX)));
    const at = column * FIELDS;
    const table = this.#table;
    const upper = table[at + INNER_UPPER] as number;
    const lower = table[at + INNER_LOWER] as number;
    const isUpper = v < (upper + lower) / 2;
    out.share = table[at + SHARE] as number;
    out.upper = upper;
    out.lower = lower;
    out.isUpper = isUpper;
    out.edge = isUpper ? upper - v : v - lower;
    const { top, bottom } = this.reach;
    const sideways = table[at + SIDEWAYS] as number;
    out.u = u;
    if (sideways !== 0) {
      const across = v < 0 ? smoothStep(top, 0.2 * top, v) : 1 - smoothStep(0.2 * this.#chin, 0.95 * this.#chin, v);
      out.u += sideways * across;
    }
    out.v = v + (isUpper ? this.#above(at, v) : this.#below(at, v, bottom));
  }

  /** How much further down the upper layer was filmed; beyond its edge it goes on as it was there. */
  #above(at: number, v: number): number {
    const table = this.#table;
    const inner = table[at + INNER_UPPER] as number;
    const outer = table[at + OUTER_UPPER] as number;
    const innerShift = table[at + INNER_UPPER + 1] as number;
    if (v >= inner) return innerShift;
    const outerShift = table[at + OUTER_UPPER + 1] as number;
    if (v >= outer) return outerShift + ((innerShift - outerShift) * (v - outer)) / Math.max(0.5, inner - outer);
    return outerShift * smoothStep(this.#nose, outer, v);
  }

  #below(at: number, v: number, bottom: number): number {
    const table = this.#table;
    const inner = table[at + INNER_LOWER] as number;
    const outer = table[at + OUTER_LOWER] as number;
    const innerShift = table[at + INNER_LOWER + 1] as number;
    if (v <= inner) return innerShift;
    const outerShift = table[at + OUTER_LOWER + 1] as number;
    if (v <= outer) return innerShift + ((outerShift - innerShift) * (v - inner)) / Math.max(0.5, outer - inner);
    const chin = table[at + CHIN] as number;
    const chinShift = table[at + CHIN + 1] as number;
    if (v <= chin) return outerShift + (chinShift - outerShift) * smoothStep(outer, chin, v);
    return chinShift * (1 - smoothStep(chin, bottom, v));
  }
}
