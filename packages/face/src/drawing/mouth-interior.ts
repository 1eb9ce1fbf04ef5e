import { smoothStep } from '@visavis/media/core';
import type { MouthFrame } from '../landmarks/mouth-frame.ts';
import { curveAt } from '../landmarks/mouth-place.ts';
import { lumaOf, type Rgb } from '../pixels/pixels.ts';
import type { MouthTarget } from './mouth-target.ts';
import { bell, type PhotoLook } from './photo-look.ts';

/**
 * Colour of the inside of the mouth. `x` and `y` are in half mouth widths from the middle of the mouth, `upper` and
 * `lower` the edges of the opening at that column. Writes red, green and blue, 0 to 255.
 */
export type InteriorPainter = (x: number, y: number, upper: number, lower: number, out: Float32Array) => void;

/** Outer borders of the teeth from the middle to the side, in half mouth widths: a dental arch seen from the front. */
const UPPER_TEETH = [0.31, 0.54, 0.745, 0.9, 1.02] as const;
/** How much shorter than the first incisor each one is. */
const UPPER_SHORTER = [0, 0.032, 0.01, 0.04, 0.06] as const;
const LOWER_TEETH = [0.185, 0.385, 0.59, 0.77, 0.92] as const;

/** Softness of edges, in half mouth widths, at which every detail of teeth is seen. */
const SHARP = 0.017;

/** How much of the light that is missing comes from the lips. */
const BOUNCE = 1;

export function createInteriorPainter(frame: MouthFrame, target: MouthTarget, look: PhotoLook): InteriorPainter {
  const unit = frame.halfWidth;
  const { pose } = target;
  const round = Math.max(0, pose.lips);
  const seam = curveAt(frame.seam, 0) / unit;
  const aperture = target.aperture / unit;
  const lowest = curveAt(target.lowerEdge, 0) / unit;
  const soft = Math.max(SHARP, (1.1 * look.softnessPx) / unit);
  // What is narrow grows faint where it is blurred.
  const sharpness = (0.011 + 0.4 * SHARP) / (0.011 + 0.4 * soft);
  const biteY = seam + 0.085 - 0.03 * pose.clench;
  const lowerTop = Math.max(biteY + 0.012, lowest - 0.11 - 0.03 * pose.jaw - 0.05 * pose.clench);
  const teethShown = 1 - 0.72 * round * (1 - pose.clench);
  // The lower row stays behind the lip until the mouth is well open, or the rows are brought together.
  const lowerShown =
    (1 - 0.8 * round * (1 - pose.clench)) *
    (1 - pose.tongueOut) *
    Math.max(pose.clench, smoothStep(0.3, 0.6, aperture));
  const isTongueOver = pose.tongueOut > 0;
  const lipLuma = Math.max(1, lumaOf(look.lip));
  const bounced = look.lip.map((value) => value / lipLuma - 1);
  const tongueTop = tongueProfile(pose, biteY, lowerTop, lowest);
  const lay = (out: Float32Array, colour: Rgb, light: number, share: number): void => {
    for (let c = 0; c < 3; c++) out[c] = (out[c] ?? 0) + ((colour[c] ?? 0) * light - (out[c] ?? 0)) * share;
  };
  const layTongue = (x: number, y: number, out: Float32Array): void => {
    const { top, halfWidth, strength } = tongueTop(x);
    if (strength <= 0) return;
    const side = 1 - smoothStep(halfWidth * 0.75, halfWidth, Math.abs(x));
    const cover = smoothStep(-soft, soft + 0.02, y - top) * side * strength;
    if (cover <= 0) return;
    const depth = smoothStep(0, 0.22, y - top);
    const groove = pose.tongueUp > 0 ? 0.06 * bell(x, 0.05) : -0.1 * bell(x, 0.06) * smoothStep(0.05, 0.2, y - top);
    const body = isTongueOver ? 0.86 + 0.12 * bell(y - top - 0.06, 0.04) : 0.5 + 0.4 * depth;
    lay(out, look.tongue, (body + groove) * (1 - 0.3 * (x / Math.max(0.2, halfWidth)) ** 2), cover);
  };
  return (x, y, upper, lower, out) => {
    const gap = lower - upper;
    const back = smoothStep(0, 0.5 * Math.max(0.2, aperture), Math.min(y - upper, lower - y));
    lay(out, look.cavity, 1.3 - 0.55 * back, 1);
    if (!isTongueOver) layTongue(x, y, out);
    layLower(x, y, out);
    if (isTongueOver) layTongue(x, y, out);
    layUpper(x, y, out);
    // The upper lip shades what lies behind it, the corners lie in the dark, and a face lit from one side stays so.
    const under = 0.56 + 0.44 * smoothStep(0, Math.min(0.14, 0.1 + 0.45 * gap), y - upper);
    const corner = 1 - 0.6 * smoothStep(0.45, 1, Math.abs(x) / target.cornerScale);
    const contact = 0.72 + 0.28 * smoothStep(0, 0.05, lower - y);
    const light = under * corner * contact * (1 + look.lightSlope * x) * (1 - 0.25 * round * (1 - pose.clench));
    for (let c = 0; c < 3; c++) {
      const dark = look.black[c] ?? 0;
      // What lies in the shade is lit by the lips around it, and has their colour.
      const lit = light * (1 + BOUNCE * Math.max(0, 1 - light) * (bounced[c] ?? 0));
      out[c] = dark + ((out[c] ?? 0) - dark) * lit;
    }
  };

  function layUpper(x: number, y: number, out: Float32Array): void {
    const tooth = toothAt(UPPER_TEETH, Math.abs(x));
    const rounding = 0.04 * sharpness * Math.abs(2 * tooth.across - 1) ** 3.5;
    const edge = biteY - (UPPER_SHORTER[tooth.index] ?? 0.06) - rounding - 0.05 * x * x;
    const cover = smoothStep(-soft, soft, edge - y) * (1 - smoothStep(0.86, 1.02, Math.abs(x))) * teethShown;
    if (cover <= 0) return;
    const turned = 1 - 0.55 * smoothStep(0.2, 0.95, Math.abs(x));
    const glassy = 1 - 0.1 * smoothStep(0.07, 0, edge - y);
    const curved = 1.04 - 0.14 * (2 * tooth.across - 1) ** 2;
    const between = 1 - 0.16 * sharpness * bell(tooth.toBorder, 0.011 + soft * 0.4);
    lay(out, look.teeth, turned * glassy * curved * between, cover);
  }

  function layLower(x: number, y: number, out: Float32Array): void {
    const tooth = toothAt(LOWER_TEETH, Math.abs(x));
    const rounding = 0.022 * sharpness * Math.abs(2 * tooth.across - 1) ** 3;
    const top = lowerTop + rounding + 0.05 * x * x;
    const cover = smoothStep(-soft, soft, y - top) * (1 - smoothStep(0.7, 0.9, Math.abs(x))) * lowerShown;
    if (cover <= 0) return;
    const turned = 0.86 - 0.5 * smoothStep(0.15, 0.85, Math.abs(x));
    const between = 1 - 0.13 * sharpness * bell(tooth.toBorder, 0.01 + soft * 0.4);
    const curved = 1.02 - 0.12 * (2 * tooth.across - 1) ** 2;
    lay(out, look.teeth, turned * between * curved * (1 - 0.3 * smoothStep(0.02, 0.2, y - top)), cover);
  }
}

type Tooth = { readonly index: number; readonly across: number; readonly toBorder: number };

/** The tooth at a distance from the middle; `across` runs from its inner to its outer border. */
function toothAt(borders: readonly number[], distance: number): Tooth {
  let from = 0;
  for (const [index, to] of borders.entries()) {
    if (distance < to || index === borders.length - 1) {
      const across = Math.min(1, (distance - from) / (to - from));
      return { index, across, toBorder: Math.min(distance - from, Math.abs(to - distance)) };
    }
    from = to;
  }
  return { index: 0, across: 0.5, toBorder: 1 };
}

type TongueLine = (x: number) => { top: number; halfWidth: number; strength: number };

/** Height of the tongue's upper outline at a column. */
function tongueProfile(pose: MouthTarget['pose'], biteY: number, lowerTop: number, lowest: number): TongueLine {
  if (pose.tongueOut > 0) {
    const halfWidth = 0.5;
    return (x) => ({
      top: biteY + 0.015 + 0.1 * (x / halfWidth) ** 4 + 0.02 * (x / halfWidth) ** 2,
      halfWidth,
      strength: pose.tongueOut,
    });
  }
  if (pose.tongueUp > 0) {
    const halfWidth = 0.52;
    return (x) => ({ top: biteY - 0.05 + 0.16 * (x / halfWidth) ** 4, halfWidth, strength: pose.tongueUp });
  }
  const open = Math.max(0, lowest - biteY);
  const height = 0.1 + 0.3 * open;
  const halfWidth = 0.74;
  return (x) => ({
    top: lowerTop + 0.03 - height * Math.max(0, 1 - (x / halfWidth) ** 2),
    halfWidth,
    strength: smoothStep(0.05, 0.3, open) * 0.95,
  });
}
