import { lumaPlane, type Plane, type RgbImage } from '../pixels/pixels.ts';
import { planeAt } from '../pixels/sampling.ts';
import { findTeeth } from './find-teeth.ts';
import { LIPS, type MeshPoint, meshPoint, POINT, rollOf } from './mesh-points.ts';
import { type MouthOpening, measureOpening } from './mouth-opening.ts';
import { CURVE_POINTS, type MouthPlace, toLocal } from './mouth-place.ts';

/** Apertures of the mesh below this are its known bias on closed lips; in half mouth widths. */
const MESH_BIAS = 0.14;
/** Darkness or teeth between the lips narrower than this are the seam of a closed mouth. */
const CLOSED_BAND = 0.1;
/** How far from the mesh's lip line the seam is looked for, in half mouth widths. */
const SEAM_REACH = 0.16;
const SEAM_STEPS = 61;
/** Where the lips beside the seam are looked at, in half mouth widths from it. */
const SEAM_FLANK = 0.085;
/** How far the mesh may lie above the mouth, in half mouth widths. */
const MAX_SHIFT = 0.55;
/** Up to here a dark line need not stand out much; further down the crease under the lower lip is near. */
const USUAL_SHIFT = 0.3;
/** A moustache alone can look like a mouth up to this far open, in half mouth widths. */
const BIASED_GAP = 0.3;
/** The middle of a row of teeth lies this much below the lower lip that it is taken for, in half mouth widths. */
const TEETH_BELOW = 0.02;
/** How much deeper a dark line must be than what lies at the mesh to be taken for the mouth: so many times, and so much more. */
const SHIFT_MARGIN = { share: 1.6, luma: 5 } as const;
const SURE_MARGIN = { share: 1.9, luma: 2 } as const;

/**
 * The mouth of a photo in coordinates of its own, those of its axes. Curves hold `v` at `CURVE_POINTS` even steps of `u` between
 * the corners.
 */
export type MouthFrame = MouthPlace & {
  readonly noseBase: number;
  readonly chin: number;
  /** `u` of the outline of the face at the height of the mouth. */
  readonly faceLeft: number;
  readonly faceRight: number;
  readonly outerUpper: Float32Array;
  readonly outerLower: Float32Array;
  /** Lower edge of the upper lip and upper edge of the lower lip; the same where the lips touch. */
  readonly innerUpper: Float32Array;
  readonly innerLower: Float32Array;
  /** Where the lips meet when closed. */
  readonly seam: Float32Array;
  readonly isOpen: boolean;
};

/** In films darkness opens no mouth whose mesh is less open than this: it is an upper lip in the shade. In half mouth widths. */
const FOLLOWED_CLOSED = 0.09;
/** How much wider than its mesh an opening is in films at most, on either side, in half mouth widths. */
const FOLLOWED_SLACK = 0.04;

/**
 * `isFollowed`: the mesh has followed this face through a film, and how far it is open is believed; in a photo it can miss what
 * darkness between the lips tells.
 */
export function measureMouth(image: RgbImage, points: Float32Array, { isFollowed = false } = {}): MouthFrame {
  const light = lumaPlane(image);
  const mesh = readMesh(points);
  const { place, middle: meshMiddle, gap } = mesh;
  const looksOpen = gap >= MESH_BIAS;
  const margin = looksOpen ? SURE_MARGIN : SHIFT_MARGIN;
  const shift = gap < BIASED_GAP ? findShift(light, place, meshMiddle, margin) : 0;
  const isMeshOpen = looksOpen && shift === 0;
  const lips = mesh.movedBy(shift);
  const middle = meshMiddle.map((value) => value + shift);
  const path = darkestPath(light, place, middle);
  const start = isMeshOpen ? middle : path;
  const opening = openingFrom(image, lips.frame, start);
  const isShade = isFollowed && shift === 0 && gap < FOLLOWED_CLOSED;
  const isOpen = isMeshOpen || (!isShade && opening.widest >= CLOSED_BAND * place.halfWidth);
  const mayBeBelow = isFollowed && isOpen && shift === 0 && gap < BIASED_GAP;
  const teethBelow = mayBeBelow ? findTeeth(image, place, meshMiddle, { inShade: true }) : null;
  // Teeth below the mesh's lower lip are no lip: a moustache draws the mesh up in this picture.
  const isBelow = teethBelow !== null && teethBelow > (gap / 2 + TEETH_BELOW) * place.halfWidth;
  if (isOpen && !isBelow) {
    const slack = isFollowed && shift === 0 ? FOLLOWED_SLACK * place.halfWidth : Infinity;
    return openMouth(lips, start, opening, { isMeshOpen, slack });
  }
  const teethShift = isBelow ? teethBelow : findTeeth(image, place, meshMiddle);
  if (teethShift === null) return { ...lips.frame, innerUpper: path, innerLower: path, seam: path, isOpen: false };
  const smile = mesh.movedBy(teethShift);
  const teeth = meshMiddle.map((value) => value + teethShift);
  return openMouth(smile, teeth, openingFrom(image, smile.frame, teeth), { isMeshOpen: false, slack: Infinity });
}

type MeshedMouth = {
  readonly place: MouthPlace;
  /** Between the lips. */
  readonly middle: Float32Array;
  /** Widest distance of the lips in half mouth widths. */
  readonly gap: number;
  /** The lips so many pixels further down. */
  movedBy(distance: number): LipCurves;
};

function readMesh(points: Float32Array): MeshedMouth {
  const roll = rollOf(points);
  const [leftX, leftY] = meshPoint(points, POINT.mouthLeft);
  const [rightX, rightY] = meshPoint(points, POINT.mouthRight);
  const axes = {
    originX: (leftX + rightX) / 2,
    originY: (leftY + rightY) / 2,
    cos: Math.cos(roll),
    sin: Math.sin(roll),
  };
  const local = (point: MeshPoint): [number, number] => toLocal(axes, ...meshPoint(points, point));
  const halfWidth = (local(POINT.mouthRight)[0] - local(POINT.mouthLeft)[0]) / 2;
  const curve = (line: readonly MeshPoint[], distance = 0): Float32Array =>
    resampleCurve(line.map(local), halfWidth).map((value) => value + distance);
  const place = { ...axes, halfWidth };
  const rest = {
    noseBase: local(POINT.noseBase)[1],
    chin: local(POINT.chin)[1],
    faceLeft: local(POINT.jawLeft)[0],
    faceRight: local(POINT.jawRight)[0],
  };
  const [upper, lower] = [curve(LIPS.innerUpper), curve(LIPS.innerLower)];
  return {
    place,
    middle: upper.map((value, i) => (value + (lower[i] ?? 0)) / 2),
    gap: widestGap(upper, lower) / halfWidth,
    movedBy: (distance) => {
      const [outerUpper, outerLower] = [curve(LIPS.outerUpper, distance), curve(LIPS.outerLower, distance)];
      const frame = { ...place, ...rest, outerUpper, outerLower };
      return { frame, meshUpper: curve(LIPS.innerUpper, distance), meshLower: curve(LIPS.innerLower, distance) };
    },
  };
}

/** Where the mesh sees the lips, with the rest of the frame. */
type LipCurves = {
  readonly frame: Omit<MouthFrame, 'innerUpper' | 'innerLower' | 'seam' | 'isOpen'>;
  readonly meshUpper: Float32Array;
  readonly meshLower: Float32Array;
};

function openingFrom(image: RgbImage, frame: LipCurves['frame'], start: Float32Array): MouthOpening {
  const { outerUpper, outerLower } = frame;
  const columns = Array.from(start, (seam, i) => ({
    seam,
    outerUpper: outerUpper[i] ?? 0,
    outerLower: outerLower[i] ?? 0,
  }));
  return measureOpening({ image, frame, columns });
}

/** `isMeshOpen`: the opening reaches at least as far as the mesh says. `slack`: and at most so many pixels further. */
function openMouth(
  { frame, meshUpper, meshLower }: LipCurves,
  start: Float32Array,
  opening: MouthOpening,
  { isMeshOpen, slack }: { readonly isMeshOpen: boolean; readonly slack: number },
): MouthFrame {
  // A little of each lip goes too, so that no edge of teeth is left on the closed seam.
  const trim = 0.03 * frame.halfWidth;
  const edge = (mesh: Float32Array, found: Float32Array, side: 1 | -1): Float32Array =>
    start.map((value, i) => {
      const seen = value + side * (found[i] ?? 0);
      const meshed = mesh[i] ?? 0;
      const least = isMeshOpen ? side * Math.max(side * seen, side * meshed) : seen;
      const furthest = side * Math.min(side * least, side * meshed + slack);
      return value + (furthest - value + side * trim) * taper(i);
    });
  const innerUpper = edge(meshUpper, opening.above, -1);
  const innerLower = edge(meshLower, opening.below, 1);
  const seam = smoothCurve(innerUpper.map((value, i) => value + 0.4 * ((innerLower[i] ?? 0) - value)));
  return { ...frame, innerUpper: smoothCurve(innerUpper), innerLower: smoothCurve(innerLower), seam, isOpen: true };
}

/** The greatest distance between two curves, the upper one first. */
export function widestGap(upper: Float32Array, lower: Float32Array): number {
  return Math.max(...lower.map((value, i) => value - (upper[i] ?? 0)));
}

/** 1 over most of the mouth, 0 at its corners. */
function taper(index: number): number {
  const share = (2 * index) / (CURVE_POINTS - 1) - 1;
  return Math.min(1, 4 * (1 - Math.abs(share)));
}

/** Catmull-Rom through points ordered by `u`. */
function resampleCurve(points: readonly [number, number][], halfWidth: number): Float32Array {
  const us = points.map(([u]) => u / halfWidth);
  const vs = points.map(([, v]) => v);
  const take = (values: readonly number[], index: number): number =>
    values[Math.min(values.length - 1, Math.max(0, index))] ?? 0;
  return Float32Array.from({ length: CURVE_POINTS }, (_unused, step) => {
    const u = (2 * step) / (CURVE_POINTS - 1) - 1;
    let i = 0;
    while (i + 2 < us.length && take(us, i + 1) < u) i++;
    const t = Math.min(1, Math.max(0, (u - take(us, i)) / (take(us, i + 1) - take(us, i) || 1)));
    const [a, b, c, d] = [take(vs, i - 1), take(vs, i), take(vs, i + 1), take(vs, i + 2)];
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
  });
}

/**
 * How far below the mesh's line of the lips the mouth lies: moustaches draw the mesh up. 0 unless a clearly deeper dark
 * line of the same shape is near.
 */
function findShift(
  light: Plane,
  frame: MouthPlace,
  middle: Float32Array,
  margin: { readonly share: number; readonly luma: number },
): number {
  const unit = frame.halfWidth;
  const flank = 1.6 * SEAM_FLANK * unit;
  const depthAt = (shift: number): number => {
    let sum = 0;
    for (let column = 8; column < CURVE_POINTS - 8; column++) {
      const u = ((2 * column) / (CURVE_POINTS - 1) - 1) * unit;
      const luma = (v: number): number => lightAt(light, frame, u, v);
      let deepest = 0;
      for (let near = -0.05; near <= 0.05; near += 0.025) {
        const v = (middle[column] ?? 0) + shift + near * unit;
        deepest = Math.max(deepest, Math.min(luma(v - flank), luma(v + flank)) - luma(v));
      }
      sum += deepest;
    }
    return sum / CURVE_POINTS;
  };
  const here = depthAt(0);
  let best = 0;
  let bestDepth = margin.share * here + margin.luma;
  const sureDepth = SURE_MARGIN.share * here + SURE_MARGIN.luma;
  for (let share = 0.04; share <= MAX_SHIFT; share += 0.02) {
    const depth = depthAt(share * unit);
    if (depth > bestDepth && (share <= USUAL_SHIFT || depth > sureDepth)) {
      best = share * unit;
      bestDepth = depth;
    }
  }
  return best;
}

/** The darkest connected line near `middle` from corner to corner (dynamic programming over luma). */
function darkestPath(light: Plane, frame: MouthPlace, middle: Float32Array): Float32Array {
  const reach = SEAM_REACH * frame.halfWidth;
  const flank = SEAM_FLANK * frame.halfWidth;
  const offsetOf = (step: number): number => ((2 * step) / (SEAM_STEPS - 1) - 1) * reach;
  const costs: Float32Array[] = [];
  const choices: Int16Array[] = [];
  for (let column = 0; column < CURVE_POINTS; column++) {
    const share = (2 * column) / (CURVE_POINTS - 1) - 1;
    const narrowing = taper(column);
    const costRow = new Float32Array(SEAM_STEPS);
    const choiceRow = new Int16Array(SEAM_STEPS);
    const before = costs[column - 1];
    for (let step = 0; step < SEAM_STEPS; step++) {
      const offset = offsetOf(step);
      const stray = offset / reach;
      const v = (middle[column] ?? 0) + offset;
      const luma = (height: number): number => lightAt(light, frame, share * frame.halfWidth, height);
      // A valley has lighter lips on both sides; the edge of a moustache has not.
      const valley = luma(v) - Math.min(luma(v - flank), luma(v + flank));
      const own = valley + 0.2 * luma(v) + (14 + 60 * (1 - narrowing)) * stray * stray;
      let best = before === undefined ? 0 : Number.POSITIVE_INFINITY;
      for (
        let from = Math.max(0, step - 3);
        before !== undefined && from <= Math.min(SEAM_STEPS - 1, step + 3);
        from++
      ) {
        const cost = (before[from] ?? 0) + 1.5 * Math.abs(from - step);
        if (cost < best) {
          best = cost;
          choiceRow[step] = from;
        }
      }
      costRow[step] = own + best;
    }
    costs.push(costRow);
    choices.push(choiceRow);
  }
  return smoothCurve(tracePath(costs, choices, offsetOf, middle));
}

function tracePath(
  costs: readonly Float32Array[],
  choices: readonly Int16Array[],
  offsetOf: (step: number) => number,
  middle: Float32Array,
): Float32Array {
  const last = costs[CURVE_POINTS - 1] ?? new Float32Array(SEAM_STEPS);
  let step = last.indexOf(Math.min(...last));
  const path = new Float32Array(CURVE_POINTS);
  for (let column = CURVE_POINTS - 1; column >= 0; column--) {
    path[column] = (middle[column] ?? 0) + offsetOf(step);
    step = choices[column]?.[step] ?? step;
  }
  return path;
}

function smoothCurve(curve: Float32Array): Float32Array {
  let smooth = curve;
  for (let round = 0; round < 3; round++) {
    const from = smooth;
    smooth = from.map((value, i) =>
      i === 0 || i === from.length - 1 ? value : ((from[i - 1] ?? 0) + 2 * value + (from[i + 1] ?? 0)) / 4,
    );
  }
  return smooth;
}

function lightAt(light: Plane, place: MouthPlace, u: number, v: number): number {
  return planeAt(light, place.originX + u * place.cos - v * place.sin, place.originY + u * place.sin + v * place.cos);
}
