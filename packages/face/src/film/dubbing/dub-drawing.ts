import { type Picture, smoothStep } from '@visavis/media/core';
import { createFilmedPainter, type FilmedMouth } from '../../drawing/filmed-mouth.ts';
import { lipLightOf } from '../../drawing/lip-light.ts';
import { createInteriorPainter, type InteriorPainter } from '../../drawing/mouth-interior.ts';
import { aimMouth, type MouthPose, type MouthTarget } from '../../drawing/mouth-target.ts';
import { type Reach, warpReach } from '../../drawing/mouth-warp.ts';
import type { PhotoLook } from '../../drawing/photo-look.ts';
import type { MouthFrame } from '../../landmarks/mouth-frame.ts';
import { type MouthAxes, toPicture } from '../../landmarks/mouth-place.ts';
import type { Box } from '../../pixels/picture-box.ts';
import { type EdgeShades, edgeShadesOf } from './edge-shades.ts';
import { aimLips, type Lips, lipsBetween, readLowerFace } from './lower-lips.ts';
import { type MouthInside, NO_INSIDE, paintInside } from './mouth-inside.ts';
import type { LowerFace } from './shot-face.ts';
import { COLUMN, columnCountOf, fillColumns } from './warp-columns.ts';

/** What the mouth of a shot looks like inside. */
export type MouthLook = {
  readonly look: PhotoLook;
  /** Luma of the cheeks in the picture that `look` was measured in. */
  readonly light: number;
  /** The person's own, where the shot shows it. */
  readonly filmed?: OwnMouth | undefined;
};

/** The inside of the person's mouth, and half the width of the mouth at rest in its pixels. */
export type OwnMouth = Pick<FilmedMouth, 'picture' | 'frame' | 'gain'> & { readonly halfWidth: number };

/** A mouth to draw into a picture. `strength` from 0 to 1: the mouth moves from where it was filmed to its pose. */
export type DrawnPose = {
  readonly face: LowerFace;
  readonly look: MouthLook;
  readonly pose: MouthPose;
  readonly strength: number;
  /** Of the picture in the film. */
  readonly index: number;
};

/** All that is to be known of a mouth before its pixels are drawn, which is done pixel by pixel without looking at anything else. */
export type DubDrawing = {
  /** The part of the picture that may change, on whole chroma pixels. */
  readonly box: Box;
  readonly axes: MouthAxes;
  readonly reach: Reach;
  /** Of the jaw of the mouth at rest. */
  readonly chin: number;
  readonly columns: Float32Array;
  readonly columnCount: number;
  readonly edges: EdgeShades;
  readonly inside: MouthInside;
  readonly softEdge: number;
  readonly grain: number;
  readonly index: number;
  /** How much of what is drawn is seen. */
  readonly strength: number;
};

/** Below this strength what was filmed shows through. */
const SEEN_THROUGH = 0.35;
/** Gaps, in half mouth widths, from which on lips in the picture are apart, and surely are. */
const WAS_OPEN = [0.08, 0.2] as const;
/** The seam between lips: how dark, and how wide in half mouth widths; wider and less dark by as much in blurred pictures. */
const SEAM_SHADE = 0.3;
const SEAM_WIDTH = 0.028;
/** Standard deviation of a line in a picture, per width of its edges. */
const LINE_PER_EDGE = 0.4;
/** A mouth filmed wide open gets less light where it is opened less than this, in half mouth widths. */
const LIT_GAP = 0.45;
const UNLIT = 0.38;
/** Openings smaller than this are none, in half mouth widths. */
const LEAST_APERTURE = 0.02;
/** Places are told apart this finely, in parts of a pixel: so they are the same in 32 bits as in 64. */
const PLACES_PER_PX = 256;

/** Memory for tables that are filled anew for every picture. */
export class DrawingTables {
  #columns = new Float32Array(0);

  columns(count: number): Float32Array {
    const length = count * COLUMN.fields;
    if (this.#columns.length < length) this.#columns = new Float32Array(length);
    return this.#columns;
  }
}

/** Null where nothing of the mouth lies in the picture. The drawing's columns are good until the next one is planned. */
export function planDrawing(picture: Picture, mouth: DrawnPose, tables: DrawingTables): DubDrawing | null {
  const { face, look, pose, strength, index } = mouth;
  const { rest, filmed } = readLowerFace(face);
  const target = aimMouth(rest, pose);
  const drawn = lipsBetween(filmed, aimLips(rest, target), strength);
  const reach = warpReach(rest, picture.height);
  const box = boxOf(rest, reach, picture);
  if (box.width < 2 || box.height < 2) return null;
  const unit = rest.halfWidth;
  const light = lipLightOf(target, unit);
  const mayOpen = target.aperture > LEAST_APERTURE * unit;
  const columnCount = columnCountOf(reach);
  const columns = tables.columns(columnCount);
  fillColumns(columns, { rest, reach, drawn, filmed, light, mayOpen });
  const { grain } = look.look;
  const softnessPx = Math.hypot(look.look.softnessPx, face.smearPx);
  const softEdge = Math.max(0.8, softnessPx, unit / 45);
  const gain = Math.min(2, Math.max(0.5, face.light / Math.max(1, look.light)));
  const opening = { columns, columnCount, side: reach.side, halfWidth: unit, softEdge };
  return {
    box,
    reach,
    columns,
    columnCount,
    softEdge,
    grain,
    index,
    axes: axesOf(rest),
    chin: rest.chin,
    edges: edgeShadesOf(light, seamOf(filmed, target, unit, softnessPx), unit),
    inside: mayOpen
      ? paintInside(
          { ...opening, texelPx: Math.max(1, softnessPx / 2) },
          createPainter(rest, target, { ...look, look: { ...look.look, softnessPx } }, gain),
        )
      : NO_INSIDE,
    // Where the mouth is nearly as it was filmed, the drawn inside of it gives way, too.
    strength: Math.min(1, strength / SEEN_THROUGH),
  };
}

function axesOf({ originX, originY, cos, sin }: MouthFrame): MouthAxes {
  const rounded = (value: number): number => Math.round(value * PLACES_PER_PX) / PLACES_PER_PX;
  return { originX: rounded(originX), originY: rounded(originY), cos: Math.fround(cos), sin: Math.fround(sin) };
}

/** Lips that were apart in the picture show no seam where they now meet: one is drawn. */
function seamOf(filmed: Lips, target: MouthTarget, unit: number, softnessPx: number): { shade: number; width: number } {
  const width = Math.max(SEAM_WIDTH, (LINE_PER_EDGE * softnessPx) / unit);
  const meeting = smoothStep(...WAS_OPEN, filmedGap(filmed)) * (1 - smoothStep(0.02, 0.16, target.aperture / unit));
  return { width, shade: ((SEAM_SHADE * SEAM_WIDTH) / width) * meeting };
}

/** In half mouth widths. */
function filmedGap({ innerUpper, innerLower, halfWidth }: Lips): number {
  const middle = innerUpper.length >> 1;
  return ((innerLower[middle] ?? 0) - (innerUpper[middle] ?? 0)) / halfWidth;
}

/** The person's own mouth where it was filmed, a drawn one where teeth meet or the tongue shows, and what lies between. */
function createPainter(rest: MouthFrame, target: MouthTarget, mouth: MouthLook, gain: number): InteriorPainter {
  const drawn = createInteriorPainter(rest, target, mouth.look);
  const { clench, tongueUp, tongueOut, labiodental } = target.pose;
  const drawnShare =
    mouth.filmed === undefined ? 1 : Math.min(1, 1.5 * Math.max(clench, tongueUp, tongueOut, labiodental));
  const filmed =
    mouth.filmed && drawnShare < 1
      ? createFilmedPainter({ ...mouth.filmed, scale: mouth.filmed.halfWidth / rest.halfWidth }, rest, target)
      : undefined;
  const other = new Float32Array(4);
  return (x, y, upper, lower, out) => {
    if (filmed === undefined || drawnShare > 0) drawn(x, y, upper, lower, out);
    if (filmed !== undefined) {
      filmed(x, y, upper, lower, other);
      const lit = 1 - UNLIT * (1 - smoothStep(0, LIT_GAP, lower - upper));
      for (let c = 0; c < 3; c++) {
        const own = (other[c] ?? 0) * lit;
        out[c] = own + ((out[c] ?? 0) - own) * drawnShare;
      }
    }
    for (let c = 0; c < 3; c++) out[c] = Math.min(255, (out[c] ?? 0) * gain);
  };
}

/** The part of the picture, on whole chroma pixels, that a warp may change. */
function boxOf(rest: MouthFrame, reach: Reach, { width, height }: Picture): Box {
  const corners = [-reach.side, reach.side].flatMap((u) => [reach.top, reach.bottom].map((v) => toPicture(rest, u, v)));
  const bound = (axis: 0 | 1, pick: 'min' | 'max', longest: number): number => {
    const value = Math[pick](...corners.map((corner) => corner[axis]));
    const whole = 2 * (pick === 'min' ? Math.floor(value / 2) - 1 : Math.ceil(value / 2) + 1);
    return Math.min(longest, Math.max(0, whole));
  };
  const [left, top] = [bound(0, 'min', width), bound(1, 'min', height)];
  return { left, top, width: bound(0, 'max', width) - left, height: bound(1, 'max', height) - top };
}
