import type { RgbImage } from '../pixels/pixels.ts';
import { CURVE_POINTS, type MouthPlace, toPicture } from './mouth-place.ts';

/** Edges of what is not lip around the seam, as distances above and below it, per point of the curves; in pixels. */
export type MouthOpening = { readonly above: Float32Array; readonly below: Float32Array; readonly widest: number };

/** Places in the mouth's own frame. */
type Column = { readonly seam: number; readonly outerUpper: number; readonly outerLower: number };

export type LipProbe = {
  readonly image: RgbImage;
  readonly frame: MouthPlace;
  /** Evenly from corner to corner. */
  readonly columns: readonly Column[];
};

/** Lips are darker than this share of their median only in the opening. */
const DARK_SHARE = 0.66;
/** Teeth: at least as bright as lips, and this much less red. */
const TEETH_LUMA_SHARE = 0.85;
const TEETH_RED_SHARE = 0.42;
const STEP_PX = 0.5;
/** Lip-coloured pixels that do not end the opening: a tongue, the rim of a tooth. In half mouth widths. */
const BRIDGE = 0.05;
const TONGUE_BRIDGE = 0.16;

/** Looks for teeth and darkness between the lips, from the seam outwards. */
export function measureOpening(probe: LipProbe): MouthOpening {
  const lip = lipMedians(probe);
  const above = new Float32Array(probe.columns.length);
  const below = new Float32Array(probe.columns.length);
  for (const [index, { seam, outerUpper, outerLower }] of probe.columns.entries()) {
    above[index] = reachOf(probe, lip, { index, seam, limit: 0.62 * Math.abs(outerUpper - seam), direction: -1 });
    below[index] = reachOf(probe, lip, { index, seam, limit: 0.62 * Math.abs(outerLower - seam), direction: 1 });
  }
  const calmAbove = even(calm(above));
  const calmBelow = even(calm(below));
  const inner = calmAbove.slice(Math.floor(above.length * 0.2), Math.ceil(above.length * 0.8));
  const offset = Math.floor(above.length * 0.2);
  const widest = Math.max(...inner.map((value, i) => value + (calmBelow[i + offset] ?? 0)));
  return { above: calmAbove, below: calmBelow, widest };
}

type Way = { readonly index: number; readonly seam: number; readonly limit: number; readonly direction: 1 | -1 };

/** How far from the seam what is not lip goes on in a column. */
function reachOf({ image, frame }: LipProbe, lip: LipColour, { index, seam, limit, direction }: Way): number {
  const { halfWidth, cos, sin } = frame;
  const u = uOf(frame, index);
  const [x, y] = [frame.originX + u * cos, frame.originY + u * sin];
  let last = 0;
  for (let distance = 0; distance <= limit; distance += STEP_PX) {
    const isParted = direction > 0 && last > 0.08 * halfWidth;
    if (distance - last > (isParted ? TONGUE_BRIDGE : BRIDGE) * halfWidth) break;
    const v = seam + direction * distance;
    if (isInside(colourAt(image, x - v * sin, y + v * cos), lip)) last = distance;
  }
  return last;
}

function uOf({ halfWidth }: MouthPlace, column: number): number {
  return ((2 * column) / (CURVE_POINTS - 1) - 1) * halfWidth;
}

export type LipColour = { readonly luma: number; readonly redness: number };

function isInside(colour: LipColour, lip: LipColour): boolean {
  if (colour.luma < DARK_SHARE * lip.luma) return true;
  return colour.luma > TEETH_LUMA_SHARE * lip.luma && colour.redness < TEETH_RED_SHARE * lip.redness;
}

/** Of the outer halves of both lips, which are lip whatever the mouth does. */
function lipMedians({ image, columns, frame }: LipProbe): LipColour {
  const lumas: number[] = [];
  const rednesses: number[] = [];
  const from = Math.floor(columns.length * 0.25);
  for (let index = from; index < columns.length - from; index++) {
    const { seam, outerUpper, outerLower } = columns[index] ?? { seam: 0, outerUpper: 0, outerLower: 0 };
    for (const part of [0.65, 0.75, 0.85]) {
      for (const outer of [outerLower, outerUpper]) {
        const v = seam + (outer - seam) * part;
        const { luma, redness } = colourAt(image, ...toPicture(frame, uOf(frame, index), v));
        lumas.push(luma);
        rednesses.push(redness);
      }
    }
  }
  return { luma: median(lumas), redness: median(rednesses) };
}

export function median(values: ArrayLike<number>): number {
  // Sorted as numbers, without asking which of two is the larger one.
  return Float64Array.from(values).sort()[values.length >> 1] ?? 0;
}

/** The border repeats. */
export function colourAt({ data, width, height }: RgbImage, x: number, y: number): LipColour {
  const column = Math.min(width - 1, Math.max(0, Math.floor(x)));
  const row = Math.min(height - 1, Math.max(0, Math.floor(y)));
  const at = (row * width + column) * 3;
  const red = data[at] ?? 0;
  const green = data[at + 1] ?? 0;
  const blue = data[at + 2] ?? 0;
  // As in `lumaOf`, without a colour for every pixel.
  return { luma: 0.299 * red + 0.587 * green + 0.114 * blue, redness: (red - green) / (red + green + blue + 1) };
}

/** Without outliers (median of five), without dents (the greatest of nine), then smooth. */
function calm(values: Float32Array): Float32Array {
  const windowed = (from: Float32Array, reach: number, pick: (near: Float32Array) => number): Float32Array =>
    from.map((_value, i) => pick(from.subarray(Math.max(0, i - reach), i + reach + 1)));
  const middle = windowed(values, 2, median);
  const filled = windowed(middle, 4, (near) => Math.max(...near));
  return windowed(windowed(filled, 4, mean), 3, mean);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A side that opens much less than the other was missed. */
function even(values: Float32Array): Float32Array {
  return values.map((value, i) => Math.max(value, 0.85 * (values[values.length - 1 - i] ?? 0)));
}
