import { type Picture, seededRandom, smoothStep } from '@visavis/media/core';
import { createLipShader } from '../../drawing/draw-mouth.ts';
import { createFilmedPainter, type FilmedMouth } from '../../drawing/filmed-mouth.ts';
import { createInteriorPainter, type InteriorPainter } from '../../drawing/mouth-interior.ts';
import { aimMouth, type MouthPose, type MouthTarget } from '../../drawing/mouth-target.ts';
import type { WarpSample } from '../../drawing/mouth-warp.ts';
import { bell, type PhotoLook } from '../../drawing/photo-look.ts';
import type { MouthFrame } from '../../landmarks/mouth-frame.ts';
import { toPicture } from '../../landmarks/mouth-place.ts';
import { type Box, copyBox, createPictureBox, cubicIn, linearIn } from '../../pixels/picture-box.ts';
import { aimLips, DubWarp, type Lips, lipsBetween, readLowerFace } from './dub-warp.ts';
import type { LowerFace } from './shot-face.ts';

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

/** Moves below this are none, in pixels. */
const LEAST_MOVE_PX = 0.02;
/** Below this strength what was filmed shows through. */
const SEEN_THROUGH = 0.35;
const GRAIN_SIDE = 256;
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

/** Draws mouths of poses into the pictures of a film. Keeps its memory from picture to picture. */
export class DubPainter {
  readonly #luma = createPictureBox();
  readonly #u = createPictureBox();
  readonly #v = createPictureBox();
  readonly #place: WarpSample = { u: 0, v: 0, edge: 0, share: 0, upper: 0, lower: 0, isUpper: false };
  readonly #rgb = new Float32Array(4);
  readonly #light = new Float32Array(3);
  readonly #grain = grainOf();

  /** `strength` from 0, which leaves the picture as it is, to 1: the mouth moves from where it was filmed to its pose. */
  draw(picture: Picture, face: LowerFace, look: MouthLook, pose: MouthPose, strength: number, index: number): void {
    if (strength <= 0) return;
    const { rest, filmed } = readLowerFace(face);
    const target = aimMouth(rest, pose);
    const warp = new DubWarp(rest, lipsBetween(filmed, aimLips(rest, target), strength), filmed, picture.height);
    const box = boxOf(rest, warp, picture);
    if (box.width < 2 || box.height < 2) return;
    this.#copy(picture, box);
    const brush = createBrush({ rest, filmed, target, warp, mouth: look, light: face.light });
    // Where the mouth is nearly as it was filmed, the drawn inside of it gives way, too.
    const share = Math.min(1, strength / SEEN_THROUGH);
    this.#drawLuma(picture, box, brush, share, index);
    this.#drawChroma(picture, box, brush, share);
  }

  #copy({ width, height, data }: Picture, box: Box): void {
    copyBox(this.#luma, data, width, box);
    const half = { left: box.left / 2, top: box.top / 2, width: box.width / 2, height: box.height / 2 };
    const size = width * height;
    copyBox(this.#u, data.subarray(size, size + size / 4), width / 2, half);
    copyBox(this.#v, data.subarray(size + size / 4), width / 2, half);
  }

  #drawLuma({ width, data }: Picture, box: Box, brush: Brush, strength: number, index: number): void {
    const { originX, originY, cos, sin } = brush.rest;
    const place = this.#place;
    const light = this.#light;
    const shift = (index * 7919) & (GRAIN_SIDE * GRAIN_SIDE - 1);
    for (let y = box.top; y < box.top + box.height; y++) {
      const down = y + 0.5 - originY;
      for (let x = box.left; x < box.left + box.width; x++) {
        const right = x + 0.5 - originX;
        const cover = this.#aim(brush, right * cos + down * sin, down * cos - right * sin);
        if (cover < 0) continue;
        const sourceX = originX + place.u * cos - place.v * sin;
        const sourceY = originY + place.u * sin + place.v * cos;
        let value = 16 + (cubicIn(this.#luma, sourceX, sourceY) - 16) * (light[0] as number);
        if (cover < 1) {
          const grain = this.#grain[(shift + y * GRAIN_SIDE + x) & (GRAIN_SIDE * GRAIN_SIDE - 1)] as number;
          const inside = 16 + weighed(this.#rgb, 0.25679, 0.50413, 0.09791) + grain * brush.grain;
          value = inside + (value - inside) * cover;
        }
        const at = y * width + x;
        const own = data[at] as number;
        data[at] = Math.min(235, Math.max(16, own + (value - own) * strength + 0.5));
      }
    }
  }

  #drawChroma({ width, height, data }: Picture, box: Box, brush: Brush, strength: number): void {
    const { originX, originY, cos, sin } = brush.rest;
    const place = this.#place;
    const uStart = width * height;
    const vStart = uStart + uStart / 4;
    for (let y = box.top / 2; y < (box.top + box.height) / 2; y++) {
      const down = 2 * y + 1 - originY;
      for (let x = box.left / 2; x < (box.left + box.width) / 2; x++) {
        const right = 2 * x + 1 - originX;
        const cover = this.#aim(brush, right * cos + down * sin, down * cos - right * sin);
        if (cover < 0) continue;
        const sourceX = (originX + place.u * cos - place.v * sin) / 2;
        const sourceY = (originY + place.u * sin + place.v * cos) / 2;
        const light = this.#light[0] as number;
        let u = 128 + (linearIn(this.#u, sourceX, sourceY) - 128) * light;
        let v = 128 + (linearIn(this.#v, sourceX, sourceY) - 128) * light;
        if (cover < 1) {
          const insideU = 128 + weighed(this.#rgb, -0.14822, -0.29099, 0.43922);
          const insideV = 128 + weighed(this.#rgb, 0.43922, -0.36779, -0.07143);
          u = insideU + (u - insideU) * cover;
          v = insideV + (v - insideV) * cover;
        }
        const at = y * (width / 2) + x;
        const ownU = data[uStart + at] as number;
        const ownV = data[vStart + at] as number;
        data[uStart + at] = ownU + (u - ownU) * strength + 0.5;
        data[vStart + at] = ownV + (v - ownV) * strength + 0.5;
      }
    }
  }

  /**
   * Sets the place a pixel comes from, its light, and what lies behind it. Returns how far lips or skin cover it; negative where
   * the pixel stays as it is.
   */
  #aim(brush: Brush, u: number, v: number): number {
    const { warp } = brush;
    const { side, top, bottom } = warp.reach;
    if (u <= -side || u >= side || v <= top || v >= bottom) return -1;
    const place = this.#place;
    const light = this.#light;
    warp.place(u, v, place);
    const isOpen = brush.mayOpen && Math.abs(place.share) < 1 && place.lower - place.upper > 0.2;
    const cover = isOpen ? Math.min(1, Math.max(0, place.edge / brush.softEdge + 0.5)) : 1;
    light[0] = 1;
    if (brush.isShaded) brush.shade(u, v, place, light);
    const moves = Math.abs(place.u - u) + Math.abs(place.v - v) > LEAST_MOVE_PX;
    if (cover === 1 && !moves && Math.abs((light[0] as number) - 1) < 0.004) return -1;
    const beyond = Math.max(0, -place.edge);
    if (beyond > 0) place.v += place.isUpper ? -beyond : beyond;
    if (cover < 1) {
      const unit = brush.rest.halfWidth;
      brush.paint(u / unit, v / unit, place.upper / unit, place.lower / unit, this.#rgb);
    }
    return cover;
  }
}

function weighed(rgb: Float32Array, red: number, green: number, blue: number): number {
  return red * (rgb[0] as number) + green * (rgb[1] as number) + blue * (rgb[2] as number);
}

type Brush = {
  readonly rest: MouthFrame;
  readonly warp: DubWarp;
  readonly mayOpen: boolean;
  readonly softEdge: number;
  readonly grain: number;
  readonly paint: InteriorPainter;
  readonly isShaded: boolean;
  readonly shade: (u: number, v: number, place: WarpSample, light: Float32Array) => void;
};

type Scene = {
  readonly rest: MouthFrame;
  readonly filmed: Lips;
  readonly target: MouthTarget;
  readonly warp: DubWarp;
  readonly mouth: MouthLook;
  readonly light: number;
};

function createBrush({ rest, filmed, target, warp, mouth, light }: Scene): Brush {
  const unit = rest.halfWidth;
  const { pose } = target;
  const gain = Math.min(2, Math.max(0.5, light / Math.max(1, mouth.light)));
  const shadeLips = createLipShader(rest, target);
  const isMoving = target.aperture > 0.02 * unit || pose.lips > 0 || pose.press > 0;
  // Lips that were apart in the picture show no seam where they now meet.
  const seamWidth = Math.max(SEAM_WIDTH, (LINE_PER_EDGE * mouth.look.softnessPx) / unit);
  const seamShade = (SEAM_SHADE * SEAM_WIDTH) / seamWidth;
  const meeting = smoothStep(...WAS_OPEN, filmedGap(filmed)) * (1 - smoothStep(0.02, 0.16, target.aperture / unit));
  return {
    rest,
    warp,
    mayOpen: target.aperture > 0.02 * unit,
    softEdge: Math.max(0.8, mouth.look.softnessPx, unit / 45),
    grain: mouth.look.grain,
    paint: createPainter(rest, target, mouth, gain),
    isShaded: isMoving || meeting > 0,
    shade: (u, v, place, result) => {
      if (isMoving) shadeLips(u, v, place, result);
      if (meeting === 0 || place.edge > 4 * seamWidth * unit) return;
      const across = 1 - smoothStep(0.85, 1.02, Math.abs(place.share));
      const line = bell(Math.max(0, place.edge) / unit, seamWidth);
      result[0] = (result[0] ?? 1) * (1 - seamShade * meeting * across * line);
    },
  };
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
function boxOf(rest: MouthFrame, { reach }: DubWarp, { width, height }: Picture): Box {
  const corners = [-reach.side, reach.side].flatMap((u) => [reach.top, reach.bottom].map((v) => toPicture(rest, u, v)));
  const bound = (axis: 0 | 1, pick: 'min' | 'max', longest: number): number => {
    const value = Math[pick](...corners.map((corner) => corner[axis]));
    const whole = 2 * (pick === 'min' ? Math.floor(value / 2) - 1 : Math.ceil(value / 2) + 1);
    return Math.min(longest, Math.max(0, whole));
  };
  const [left, top] = [bound(0, 'min', width), bound(1, 'min', height)];
  return { left, top, width: bound(0, 'max', width) - left, height: bound(1, 'max', height) - top };
}

/** Noise of deviation 1, a little soft, as it is behind a lens. */
function grainOf(): Float32Array {
  const random = seededRandom('grain');
  const count = GRAIN_SIDE * GRAIN_SIDE;
  const white = Float32Array.from({ length: count }, () => 1.73 * (random() + random() + random() + random() - 2));
  return white.map(
    (value, i) => 0.8 * value + 0.42 * ((white[(i + 1) % count] ?? 0) + (white[(i + GRAIN_SIDE) % count] ?? 0)),
  );
}
