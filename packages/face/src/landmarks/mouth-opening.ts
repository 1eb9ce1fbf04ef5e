import { lumaOf, pixelAt, type RgbImage } from '../pixels/pixels.ts';

/** Edges of what is not lip around the seam, as distances above and below it, per point of the curves; in pixels. */
export type MouthOpening = { readonly above: Float32Array; readonly below: Float32Array; readonly widest: number };

/** Places in the mouth's own frame. */
type Column = { readonly seam: number; readonly outerUpper: number; readonly outerLower: number };

export type LipProbe = {
  readonly image: RgbImage;
  readonly columns: readonly Column[];
  /** Picture position of a height `v` in a column. */
  place(column: number, v: number): [x: number, y: number];
  readonly halfWidth: number;
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
    const reach = (end: number, direction: 1 | -1): number => {
      const limit = 0.62 * Math.abs(end - seam);
      let last = 0;
      for (let distance = 0; distance <= limit; distance += STEP_PX) {
        const isParted = direction > 0 && last > 0.08 * probe.halfWidth;
        if (distance - last > (isParted ? TONGUE_BRIDGE : BRIDGE) * probe.halfWidth) break;
        if (isInside(colourAt(probe.image, ...probe.place(index, seam + direction * distance)), lip)) last = distance;
      }
      return last;
    };
    above[index] = reach(outerUpper, -1);
    below[index] = reach(outerLower, 1);
  }
  const calmAbove = even(calm(above));
  const calmBelow = even(calm(below));
  const inner = calmAbove.slice(Math.floor(above.length * 0.2), Math.ceil(above.length * 0.8));
  const offset = Math.floor(above.length * 0.2);
  const widest = Math.max(...inner.map((value, i) => value + (calmBelow[i + offset] ?? 0)));
  return { above: calmAbove, below: calmBelow, widest };
}

export type LipColour = { readonly luma: number; readonly redness: number };

function isInside(colour: LipColour, lip: LipColour): boolean {
  if (colour.luma < DARK_SHARE * lip.luma) return true;
  return colour.luma > TEETH_LUMA_SHARE * lip.luma && colour.redness < TEETH_RED_SHARE * lip.redness;
}

/** Of the outer halves of both lips, which are lip whatever the mouth does. */
function lipMedians({ image, columns, place }: LipProbe): LipColour {
  const colours: LipColour[] = [];
  const from = Math.floor(columns.length * 0.25);
  for (let index = from; index < columns.length - from; index++) {
    const { seam, outerUpper, outerLower } = columns[index] ?? { seam: 0, outerUpper: 0, outerLower: 0 };
    for (const part of [0.65, 0.75, 0.85]) {
      colours.push(colourAt(image, ...place(index, seam + (outerLower - seam) * part)));
      colours.push(colourAt(image, ...place(index, seam + (outerUpper - seam) * part)));
    }
  }
  return {
    luma: median(colours.map((colour) => colour.luma)),
    redness: median(colours.map((colour) => colour.redness)),
  };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

export function colourAt(image: RgbImage, x: number, y: number): LipColour {
  const colour = pixelAt(image, Math.floor(x), Math.floor(y));
  const [red, green, blue] = colour;
  return { luma: lumaOf(colour), redness: (red - green) / (red + green + blue + 1) };
}

/** Without outliers (median of five), without dents (the greatest of nine), then smooth. */
function calm(values: Float32Array): Float32Array {
  const windowed = (from: Float32Array, reach: number, pick: (near: number[]) => number): Float32Array =>
    from.map((_value, i) => pick([...from.slice(Math.max(0, i - reach), i + reach + 1)]));
  const middle = windowed(values, 2, median);
  const filled = windowed(middle, 4, (near) => Math.max(...near));
  const mean = (near: number[]): number => near.reduce((sum, value) => sum + value, 0) / near.length;
  return windowed(windowed(filled, 4, mean), 3, mean);
}

/** A side that opens much less than the other was missed. */
function even(values: Float32Array): Float32Array {
  return values.map((value, i) => Math.max(value, 0.85 * (values[values.length - 1 - i] ?? 0)));
}
