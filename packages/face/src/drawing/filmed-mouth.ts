import { smoothStep } from '@visavis/media/core';
import type { RgbaImage } from '@visavis/media/frames';
import type { TrackedFace } from '../clip/track-face.ts';
import type { Portrait } from '../landmarks/find-portrait.ts';
import { eyeDistance } from '../landmarks/mesh-points.ts';
import { type MouthFrame, measureMouth, widestGap } from '../landmarks/mouth-frame.ts';
import { CURVE_POINTS, curveAt, toPicture } from '../landmarks/mouth-place.ts';
import { lumaOf, meanColour, type Rgb, withAlpha } from '../pixels/pixels.ts';
import { samplePixel } from '../pixels/sampling.ts';
import type { InteriorPainter } from './mouth-interior.ts';
import type { MouthTarget } from './mouth-target.ts';
import { type PhotoLook, skinColour } from './photo-look.ts';

/** Opening, in distances of the outer corners of the eyes, that shows what is inside: an open vowel. */
const TALKING_GAP = 0.1;
/** The opening that shows it best: teeth, tongue and the dark, and no yawn. */
const BEST_GAP = 0.22;
/** Openings smaller than this many half mouth widths would have to be stretched too far. */
const MIN_OPENING = 0.4;
/** Turned further from the still picture than this, in radians, teeth lie elsewhere. */
const MAX_YAW_DIFFERENCE = 0.15;
const MIN_SHARPNESS_SHARE = 0.5;
/** Light may differ by this factor from that of the still picture. */
const MAX_GAIN = 1.35;
/** Rim of the measured opening that may still be lip, in half mouth widths. */
const RIM = 0.055;
/** Length of the upper teeth below the lip at most, in half mouth widths. */
const TEETH = 0.32;
/** What lies below the teeth is pressed together at most by this factor. */
const STEEPEST = 1.3;

/** The inside of the person's own mouth, from a moment of the clip with the mouth open. */
export type FilmedMouth = {
  readonly picture: RgbaImage;
  readonly frame: MouthFrame;
  /** Brings its light to that of the still picture. */
  readonly gain: Rgb;
  /** Its pixels per pixel of the still portrait. */
  readonly scale: number;
};

/** The picture of a clip that shows best what is in the mouth; undefined where nobody talks, or only blurred or turned away. */
export function chooseTalkingPicture(faces: readonly TrackedFace[], still: number): number | undefined {
  const rest = faces[still];
  if (rest === undefined) return undefined;
  let best: number | undefined;
  let bestCost = Infinity;
  for (const [index, face] of faces.entries()) {
    if (face.lipGap < TALKING_GAP || face.isTurnedAway || face.isAway) continue;
    const yaw = Math.abs(face.yaw - rest.yaw);
    const sharpness = face.sharpness / (rest.sharpness || 1);
    if (yaw > MAX_YAW_DIFFERENCE || sharpness < MIN_SHARPNESS_SHARE) continue;
    const before = faces[index - 1] ?? face;
    const after = faces[index + 1] ?? face;
    const motion = Math.abs(after.lipGap - before.lipGap);
    const cost = 6 * Math.abs(face.lipGap - BEST_GAP) + 4 * motion + 3 * yaw + Math.max(0, 1 - sharpness) * 0.8;
    if (cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  }
  return best;
}

/** Undefined where the mouth turns out to be open too little, or its light to differ too much. */
export function measureFilmedMouth(talking: Portrait, still: Portrait): FilmedMouth | undefined {
  const { image, points } = talking;
  const frame = measureMouth(image, points);
  if (!frame.isOpen || widestGap(frame.innerUpper, frame.innerLower) < MIN_OPENING * frame.halfWidth) return undefined;
  const from = skinColour(image, points);
  const to = skinColour(still.image, still.points);
  const gain = [0, 1, 2].map((c) => (to[c] ?? 0) / Math.max(1, from[c] ?? 0)) as [number, number, number];
  if (gain.some((value) => value > MAX_GAIN || value < 1 / MAX_GAIN)) return undefined;
  return { picture: withAlpha(image), frame, gain, scale: eyeDistance(points) / eyeDistance(still.points) };
}

/** Whether a pose is shown as filmed: rows of teeth brought together and tongues between them are drawn. */
export function isFilmed({ pose }: MouthTarget): boolean {
  return pose.clench === 0 && pose.tongueUp === 0 && pose.tongueOut === 0 && pose.labiodental === 0;
}

/**
 * Fills openings with the filmed mouth. What lies below the upper lip stays as far from it as it was.
 */
export function createFilmedPainter(filmed: FilmedMouth, still: MouthFrame, target: MouthTarget): InteriorPainter {
  const { picture, frame, gain, scale } = filmed;
  const unit = still.halfWidth * scale;
  const narrowing = Math.min(1, frame.halfWidth / (unit * target.cornerScale));
  const round = Math.max(0, target.pose.lips);
  const rim = RIM * frame.halfWidth;
  const pixel = new Float32Array(4);
  return (x, y, upper, lower, out) => {
    const u = x * unit * narrowing;
    const share = u / frame.halfWidth;
    const top = curveAt(frame.innerUpper, share) + rim;
    const height = Math.max(1, curveAt(frame.innerLower, share) - rim - top);
    const v = top + throughOpening((y - upper) * unit, (lower - upper) * unit, height, TEETH * frame.halfWidth);
    samplePixel(picture, ...toPicture(frame, u, v), pixel);
    // Rounded lips let less light in; right at the lips lies their shadow.
    const contact = 0.8 + 0.2 * smoothStep(0, 0.06, Math.min(y - upper, lower - y));
    const light = contact * (1 - 0.3 * round);
    for (let c = 0; c < 3; c++) out[c] = (pixel[c] ?? 0) * (gain[c] ?? 1) * light;
  };
}

/** Colours of what the film shows, for the poses that are drawn. */
export function lookWithFilmed(look: PhotoLook, { picture, frame, gain }: FilmedMouth): PhotoLook {
  const colours: Rgb[] = [];
  const pixel = new Float32Array(4);
  for (let column = 12; column < CURVE_POINTS - 12; column++) {
    const share = (2 * column) / (CURVE_POINTS - 1) - 1;
    const [top, bottom] = [curveAt(frame.innerUpper, share), curveAt(frame.innerLower, share)];
    for (let part = 0.1; part <= 0.9; part += 0.05) {
      samplePixel(picture, ...toPicture(frame, share * frame.halfWidth, top + (bottom - top) * part), pixel);
      colours.push([0, 1, 2].map((c) => (pixel[c] ?? 0) * (gain[c] ?? 1)) as [number, number, number]);
    }
  }
  colours.sort((a, b) => lumaOf(a) - lumaOf(b));
  const near = (quantile: number): Rgb => {
    const middle = Math.floor(quantile * (colours.length - 1));
    return meanColour(colours.slice(Math.max(0, middle - 8), middle + 9));
  };
  const teeth = near(0.96);
  const [red, , blue] = teeth;
  // Where no tooth is to be seen the brightest is tongue or lip.
  const showsTeeth = red < 1.45 * Math.max(1, blue);
  return { ...look, ...(showsTeeth && { teeth }), cavity: near(0.08) };
}

/**
 * Distance from the upper lip, in pixels of an opening of `height`, that is shown at `distance` in one of `wanted` height.
 * The upper teeth keep their size; below them the dark is drawn out, or vanishes behind the lower lip.
 */
export function throughOpening(distance: number, wanted: number, height: number, teeth: number): number {
  const kept = Math.min(teeth, 0.5 * height);
  const below = distance - kept;
  if (below <= 0) return Math.max(0, distance);
  const drawnOut = (below * (height - kept)) / Math.max(1e-3, wanted - kept);
  return Math.min(height, kept + Math.min(drawnOut, STEEPEST * below));
}
