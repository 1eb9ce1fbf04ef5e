import type { RgbImage } from '../pixels/pixels.ts';
import { colourAt, type LipColour, median } from './mouth-opening.ts';
import { curveAt, type MouthPlace, toPicture } from './mouth-place.ts';

/** Part of the mouth's half width that is looked at, and the columns in it. */
const LOOKED_AT = 0.6;
const COLUMNS = 37;
/** From above the mesh's line of the lips to below it, in half mouth widths. */
const FROM = -0.25;
const TO = 0.5;
const STEP = 0.01;
/** Teeth are this much brighter and less red than the median of lips, skin and beard around them. */
const IN_LIGHT = { lumaShare: 1.15, redShare: 0.4 } as const;
/** In the shade of a moustache they are hardly brighter, but the lower lip is to be seen below them, and so red. */
const IN_SHADE = { lumaShare: 0.72, redShare: 0.6 } as const;
const LIP_BELOW = 0.15;
const LIP_RED_SHARE = 0.85;
/** Where the median is less red than this the photo has no colours that could tell teeth from lips. */
const LEAST_REDNESS = 0.02;
/** What interrupts a row of teeth, and the least height of one, in half mouth widths. */
const BRIDGE = 0.035;
const LEAST_HEIGHT = 0.07;
/** A row of teeth shows in this share of the columns, not further from the mesh's line, and as an even band. */
const LEAST_COLUMNS = 0.6;
const FARTHEST_ABOVE = -0.15;
const FARTHEST_BELOW = 0.3;
const LARGEST_SPREAD = 0.03;

/**
 * How far below the mesh's line of the lips a row of teeth shows, in pixels: null where there is none. Moustaches draw the mesh
 * into them, and then it takes the mouth of a smile for closed. `inShade`: also teeth that get little light.
 */
export function findTeeth(
  image: RgbImage,
  frame: MouthPlace,
  middle: Float32Array,
  { inShade = false } = {},
): number | null {
  const columns = Array.from({ length: COLUMNS }, (_unused, i) => {
    const share = LOOKED_AT * ((2 * i) / (COLUMNS - 1) - 1);
    const line = curveAt(middle, share);
    const colours: LipColour[] = [];
    for (let height = FROM; height <= TO; height += STEP) {
      const v = line + height * frame.halfWidth;
      colours.push(colourAt(image, ...toPicture(frame, share * frame.halfWidth, v)));
    }
    return colours;
  });
  const all = columns.flat();
  const usual = { luma: median(all.map(({ luma }) => luma)), redness: median(all.map(({ redness }) => redness)) };
  if (usual.redness < LEAST_REDNESS) return null;
  const heights = columns.map((colours) => middleOfTeeth(colours, usual, inShade)).filter((height) => height !== null);
  if (heights.length < LEAST_COLUMNS * COLUMNS) return null;
  const height = median(heights);
  const spread = median(heights.map((value) => Math.abs(value - height)));
  const isRow = height > FARTHEST_ABOVE && height < FARTHEST_BELOW && spread < LARGEST_SPREAD;
  return isRow ? height * frame.halfWidth : null;
}

/** Of the longest run of teeth-like colours in a column, in half mouth widths. */
function middleOfTeeth(colours: readonly LipColour[], usual: LipColour, inShade: boolean): number | null {
  const { lumaShare, redShare } = inShade ? IN_SHADE : IN_LIGHT;
  let best = { from: 0, to: 0 };
  let run: { from: number; to: number } | null = null;
  for (const [i, { luma, redness }] of colours.entries()) {
    if (luma < lumaShare * usual.luma || redness > redShare * usual.redness) continue;
    run = run === null || (i - run.to) * STEP > BRIDGE ? { from: i, to: i } : { from: run.from, to: i };
    if (run.to - run.from > best.to - best.from) best = run;
  }
  if ((best.to - best.from) * STEP < LEAST_HEIGHT) return null;
  const below = colours.slice(best.to + 1, best.to + 1 + LIP_BELOW / STEP);
  if (inShade && !below.some(({ redness }) => redness > LIP_RED_SHARE * usual.redness)) return null;
  return FROM + ((best.from + best.to) / 2) * STEP;
}
