import { smoothStep } from '@visavis/media/core';
import type { SourceBox } from '@visavis/media/frames';
import type { MouthFrame } from '../landmarks/mouth-frame.ts';
import { curveAt, toPicture } from '../landmarks/mouth-place.ts';
import type { MouthTarget } from './mouth-target.ts';

/** Where one pixel of a drawn mouth comes from. Lengths in portrait pixels in the frame of the mouth. */
export type WarpSample = {
  /** Where in the source. */
  u: number;
  v: number;
  /** Distance to the edge of the opening: positive on the lips' side. */
  edge: number;
  /** `u` as a share of the way from the middle (0) to the corners (±1) of the drawn mouth. */
  share: number;
  upper: number;
  lower: number;
  isUpper: boolean;
};

type Lip = 'upper' | 'lower';

/**
 * Says where the pixel at `u`, `v` of the drawn mouth comes from. With `lip` the layer of that lip answers, beyond its edge
 * as well: there it goes on as it was at the edge. Else the layer that is seen there does.
 */
export type MouthWarp = (u: number, v: number, out: WarpSample, lip?: Lip) => void;

/** How far the warp reaches, in the frame of the mouth. */
export type Reach = { readonly side: number; readonly top: number; readonly bottom: number };

export function warpReach(frame: MouthFrame, sideLength: number): Reach {
  const room = sideLength - 4 - frame.originY;
  return {
    side: Math.max(-frame.faceLeft, frame.faceRight, 1.8 * frame.halfWidth) * 1.06,
    top: frame.noseBase * 0.95,
    bottom: Math.max(frame.chin * 1.1, Math.min(frame.chin * 1.8, room)),
  };
}

/** The box, in portrait pixels, that holds everything that any pose changes. */
export function warpBox(frame: MouthFrame, reach: Reach, sideLength: number): SourceBox {
  const corners = [-reach.side, reach.side].flatMap((u) =>
    [reach.top, reach.bottom].map((v) => toPicture(frame, u, v)),
  );
  const margin = 16;
  const from = (axis: 0 | 1): number =>
    Math.max(0, Math.floor(Math.min(...corners.map((corner) => corner[axis])) - margin));
  const to = (axis: 0 | 1): number =>
    Math.min(sideLength, Math.ceil(Math.max(...corners.map((corner) => corner[axis])) + margin));
  return { x: from(0), y: from(1), width: to(0) - from(0), height: to(1) - from(1) };
}

/**
 * Two smooth layers cut at the seam of the lips, evaluated backwards: the upper one carries upper lip and philtrum and
 * ends at the nose, the lower one carries lower lip, chin and jaw and ends in the neck.
 */
export function createMouthWarp(frame: MouthFrame, target: MouthTarget, reach: Reach): MouthWarp {
  const { halfWidth, chin } = frame;
  const { chinDrop, cheekLift, cornerScale } = target;
  const cheekV = frame.noseBase * 0.55;
  return (u, v, out, lip) => {
    const fadeV = v < 0 ? smoothStep(reach.top, reach.top * 0.1, v) : 1 - smoothStep(chin * 0.2, chin * 0.95, v);
    const cheek = cheekEnd(frame, v / (chin + chinDrop), u < 0 ? -frame.faceLeft : frame.faceRight);
    const sourceU = u + (sideways(u, halfWidth, cornerScale, cheek) - u) * fadeV;
    const share = sourceU / halfWidth;
    const outside = Math.max(0, Math.abs(share) - 1);
    const lateral = 1 - smoothStep(0, 1.1, outside);
    const upper = curveAt(target.upperEdge, share);
    const lower = curveAt(target.lowerEdge, share);
    const isUpper = lip === undefined ? v < (upper + lower) / 2 : lip === 'upper';
    let sourceV: number;
    if (isUpper) {
      const edge = upper - v;
      const from = curveAt(frame.innerUpper, share);
      const lip = from - curveAt(frame.outerUpper, share);
      const room = Math.max(1, upper - reach.top);
      const fade = 1 - smoothStep(0, 1, edge / room);
      const swell = thicknessShift(edge, lip, target.upperThickness, room * 0.5) * lateral;
      sourceV = v - (upper - from) * lateral * fade + swell;
      out.edge = edge;
    } else {
      const edge = v - lower;
      const from = curveAt(frame.innerLower, share);
      const lip = curveAt(frame.outerLower, share) - from;
      const jaw = chinDrop * (1 - smoothStep(0.2, 1.3, outside));
      const toChin = Math.max(0, edge / Math.max(1, chin + chinDrop - lower));
      const mix = smoothStep(0, 0.75, toChin);
      const beyond = smoothStep(chin + chinDrop, reach.bottom, v);
      const swell = thicknessShift(edge, lip, target.lowerThickness, chin * 0.4) * lateral;
      sourceV = v - ((lower - from) * lateral * (1 - mix) + jaw * mix) * (1 - beyond) - swell;
      out.edge = edge;
    }
    if (cheekLift !== 0) {
      const away = Math.hypot((Math.abs(u) / halfWidth - 1.45) / 0.75, (v - cheekV) / (0.8 * halfWidth));
      sourceV += cheekLift * (1 - smoothStep(0, 1, away));
    }
    // Nothing moves at the sides of the box, however wide the mouth is in the photo.
    const aside = smoothStep(0.8 * reach.side, reach.side, Math.abs(u));
    out.u = sourceU + (u - sourceU) * aside;
    out.v = sourceV + (v - sourceV) * aside;
    out.share = share;
    out.upper = upper;
    out.lower = lower;
    out.isUpper = isUpper;
  };
}

/** The cheek follows the corners up to this share of the way to the outline of the face. */
const CHEEK_SHARE = 0.9;
/** In half mouth widths: it follows at least so far beyond the corners, and at most to here. */
const LEAST_CHEEK = 1.45;
const MOST_CHEEK = 2.2;

/** Where the cheek stops following the corners at a share of the way down to the chin: inside an outline as round as a jaw. */
function cheekEnd({ halfWidth }: MouthFrame, down: number, faceEdge: number): number {
  const outline = faceEdge * Math.sqrt(Math.max(0, 1 - Math.max(0, down) ** 2));
  return Math.min(MOST_CHEEK * halfWidth, Math.max(LEAST_CHEEK * halfWidth, CHEEK_SHARE * outline));
}

/**
 * Where a place beside the middle line comes from when the mouth is `scale` times as wide: evenly within the corners, at itself
 * from `end` on, and by a curve between that never turns back, so that no skin folds.
 */
function sideways(u: number, halfWidth: number, scale: number, end: number): number {
  const away = Math.abs(u);
  const corner = halfWidth * scale;
  if (away >= end) return u;
  if (away <= corner) return u / scale;
  const length = end - corner;
  const t = (away - corner) / length;
  const [first, last] = [t * (1 - t) ** 2 * length, t * t * (t - 1) * length];
  const between = halfWidth + (end - halfWidth) * smoothStep(0, 1, t) + first / scale + last;
  return Math.sign(u) * between;
}

/** Shift that makes a lip `thickness` times as thick, fading out over `fadePx` behind it. */
function thicknessShift(edge: number, lip: number, thickness: number, fadePx: number): number {
  if (lip < 0.5 || edge <= 0) return 0;
  const drawn = lip * thickness;
  const shift = Math.min(edge, drawn) * (1 - 1 / thickness);
  return edge <= drawn ? shift : shift * (1 - smoothStep(0, fadePx, edge - drawn));
}

export function createWarpSample(): WarpSample {
  return { u: 0, v: 0, edge: 0, share: 0, upper: 0, lower: 0, isUpper: false };
}

/** Where a point of the source is drawn; `lip` says which layer it lies in, left out for points beside the mouth. */
export function followPoint(
  warp: MouthWarp,
  reach: Reach,
  [u, v]: readonly [number, number],
  lip?: Lip,
): [u: number, v: number] {
  if (v <= reach.top || v >= reach.bottom) return [u, v];
  const sample = createWarpSample();
  let [above, below] = [reach.top, reach.bottom];
  while (below - above > FOLLOWED_TO_PX) {
    const height = (above + below) / 2;
    warp(drawnU(warp, u, height, lip), height, sample, lip);
    if (sample.v < v) above = height;
    else below = height;
  }
  const drawnV = (above + below) / 2;
  return [drawnU(warp, u, drawnV, lip), drawnV];
}

const FOLLOWED_TO_PX = 1e-3;

/** `u` at which a column of the source is drawn at height `v`: fixed-point iteration on the backward warp. */
export function drawnU(warp: MouthWarp, u: number, v: number, lip?: Lip): number {
  const sample = createWarpSample();
  let at = u;
  for (let round = 0; round < 20; round++) {
    warp(at, v, sample, lip);
    at += 0.8 * (u - sample.u);
  }
  return at;
}
