import { smoothStep } from '@visavis/media/core';
import type { LipLight } from '../../drawing/lip-light.ts';
import type { Reach } from '../../drawing/mouth-warp.ts';
import type { MouthFrame } from '../../landmarks/mouth-frame.ts';
import { CURVE_POINTS } from '../../landmarks/mouth-place.ts';
import type { Lips } from './lower-lips.ts';

export const COLUMNS_PER_PX = 2;
/** Shares of the way beyond the corners, in half mouth widths, at which what the lips do ends. */
const LIPS_END = 1.1;
const JAW_ENDS = [0.2, 1.3] as const;
/** Openings narrower than this, in pixels, are none. */
const LEAST_OPENING_PX = 0.2;
/** Lips thinner than this, in pixels, move as if they were not. */
const LEAST_LIP_PX = 0.5;

/**
 * What is kept of a column: where its layers meet, the edges of the lips, 1 where it is open, then of the upper and of the lower layer four
 * ways each that pixels have moved (where each begins, one over its length, how far), straight ones first, smooth ones then, and at last
 * the factors of `EdgeShades` and how far the column has moved to the side at most.
 */
export const COLUMN = {
  fields: 32,
  middle: 0,
  upper: 1,
  lower: 2,
  isOpen: 3,
  upperLayer: 4,
  lowerLayer: 16,
  shades: 28,
  sideways: 31,
} as const;
/** Long before every place: a way that all have gone. */
const BEFORE_ALL = -1e6;

export type WarpSource = {
  readonly rest: MouthFrame;
  readonly reach: Reach;
  readonly drawn: Lips;
  readonly filmed: Lips;
  readonly light: LipLight;
  readonly mayOpen: boolean;
};

export function columnCountOf({ side }: Reach): number {
  return Math.max(2, Math.ceil(2 * side * COLUMNS_PER_PX) + 1);
}

/**
 * Two smooth layers cut at the seam of the lips, evaluated backwards: every column carries the edges of the lips and the chin
 * from where they are drawn to where they were filmed; nose and neck stay.
 */
export function fillColumns(table: Float32Array, source: WarpSource): void {
  const count = columnCountOf(source.reach);
  for (let column = 0; column < count; column++) fillColumn(table, column, source);
}

function fillColumn(table: Float32Array, column: number, source: WarpSource): void {
  const { rest, reach, drawn, filmed, light, mayOpen } = source;
  const at = column * COLUMN.fields;
  const u = column / COLUMNS_PER_PX - reach.side;
  const share = (u - drawn.middle) / drawn.halfWidth;
  const outside = Math.max(0, Math.abs(share) - 1);
  // Nothing moves at the sides of the region.
  const aside = 1 - smoothStep(0.8 * reach.side, reach.side, Math.abs(u));
  const lateral = aside * (1 - smoothStep(0, LIPS_END, outside));
  const place = Math.min(CURVE_POINTS - 1.0001, Math.max(0, ((share + 1) / 2) * (CURVE_POINTS - 1)));
  const outerUpper = heightAt(drawn.outerUpper, place);
  const upper = heightAt(drawn.innerUpper, place);
  const lower = heightAt(drawn.innerLower, place);
  const outerLower = heightAt(drawn.outerLower, place);
  const outerUpperShift = (heightAt(filmed.outerUpper, place) - outerUpper) * lateral;
  const upperShift = (heightAt(filmed.innerUpper, place) - upper) * lateral;
  const lowerShift = (heightAt(filmed.innerLower, place) - lower) * lateral;
  const outerLowerShift = (heightAt(filmed.outerLower, place) - outerLower) * lateral;
  const chinShift = (filmed.chin - drawn.chin) * aside * (1 - smoothStep(...JAW_ENDS, outside));
  const inside = Math.max(-1, Math.min(1, share));
  const shift = filmed.middle + inside * filmed.halfWidth - (drawn.middle + inside * drawn.halfWidth);
  table[at + COLUMN.middle] = (upper + lower) / 2;
  table[at + COLUMN.upper] = upper;
  table[at + COLUMN.lower] = lower;
  table[at + COLUMN.isOpen] = mayOpen && Math.abs(share) < 1 && lower - upper > LEAST_OPENING_PX ? 1 : 0;
  const above = at + COLUMN.upperLayer;
  setWay(table, above, BEFORE_ALL, 0, 0);
  setWay(table, above + 1, outerUpper, upper, upperShift - outerUpperShift);
  setWay(table, above + 2, reach.top, outerUpper, outerUpperShift);
  setWay(table, above + 3, BEFORE_ALL, 0, 0);
  const below = at + COLUMN.lowerLayer;
  setWay(table, below, BEFORE_ALL, 0, lowerShift);
  setWay(table, below + 1, lower, outerLower, outerLowerShift - lowerShift);
  setWay(table, below + 2, outerLower, drawn.chin, chinShift - outerLowerShift);
  setWay(table, below + 3, drawn.chin, reach.bottom, -chinShift);
  const across = light.across(share);
  const x = u / rest.halfWidth;
  table[at + COLUMN.shades] = across;
  table[at + COLUMN.shades + 1] = across === 0 ? 0 : across * light.bulgeAcross(x);
  table[at + COLUMN.shades + 2] = across === 0 ? 0 : light.shadowAcross(x);
  table[at + COLUMN.sideways] = shift * lateral;
}

function setWay(table: Float32Array, at: number, from: number, to: number, distance: number): void {
  table[at] = from;
  table[at + 4] = 1 / Math.max(LEAST_LIP_PX, to - from);
  table[at + 8] = distance;
}

function heightAt(curve: Float32Array, place: number): number {
  const index = Math.floor(place);
  const from = curve[index] as number;
  return from + ((curve[index + 1] as number) - from) * (place - index);
}
