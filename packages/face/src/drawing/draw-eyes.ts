import { smoothStep } from '@visavis/media/core';
import type { EyeShape, RgbaImage, SourceBox } from '@visavis/media/frames';
import { EYE, type MeshPoint, meshPoint } from '../landmarks/mesh-points.ts';
import { paintCrop } from '../pixels/pixels.ts';
import { samplePixel } from '../pixels/sampling.ts';
import { bell } from './photo-look.ts';

/** Part of the opening that the upper lid closes; the lower lid does the rest. */
const UPPER_LID_SHARE = 0.9;

type Side = keyof typeof EYE;
type Point = [number, number];

/** One eye along its own axis: `t` from 0 at the inner to 1 at the outer corner, heights below that axis. */
type EyeFrame = {
  readonly inner: Point;
  readonly axis: Point;
  readonly down: Point;
  readonly width: number;
  readonly upper: readonly Point[];
  readonly lower: readonly Point[];
  /** From the upper lid's edge to the brow. */
  readonly browGap: number;
};

export function eyeShapeOf(points: Float32Array, side: Side, closure: number): EyeShape {
  const frame = frameOf(points, side);
  const { upper, lower } = EYE[side];
  const edges = upper.map((point) => meshPoint(points, point));
  const moved = (edge: 'upper' | 'lower', line: readonly MeshPoint[]): Point[] =>
    line.map((point) => {
      const [t] = localOf(frame, ...meshPoint(points, point));
      return place(frame, t, edgeAt(frame, t, closure)[edge]);
    });
  const centre = [...edges, ...lower.map((point) => meshPoint(points, point))].reduce<Point>(
    ([x, y], [px, py], _i, all) => [x + px / all.length, y + py / all.length],
    [0, 0],
  );
  return { upper: moved('upper', upper), lower: moved('lower', lower), centre: rounded(centre) };
}

/** The box around both eyes that closing lids change. */
export function eyesBox(points: Float32Array, side: number): SourceBox {
  const frames = [frameOf(points, 'left'), frameOf(points, 'right')];
  const corners = frames.flatMap((frame) => {
    const above = Math.min(0, ...frame.upper.map(([, v]) => v)) - lidReach(frame) - 14;
    const below = Math.max(0, ...frame.lower.map(([, v]) => v)) + 0.5 * frame.width + 14;
    return [-0.3, 1.3].flatMap((t) => [place(frame, t, above), place(frame, t, below)]);
  });
  return boxAround(corners, side);
}

/** Draws both eyes with the lids down by `closure` into a crop of the person. */
export function drawEyes(person: RgbaImage, points: Float32Array, closure: number, box: SourceBox): RgbaImage {
  const frames = [frameOf(points, 'left'), frameOf(points, 'right')].map((frame) => ({
    frame,
    lash: lashColour(person, frame),
  }));
  return paintCrop(person, box, (x, y, pixel) => {
    const eye = frames.find(({ frame }) => isNear(frame, x, y));
    if (eye !== undefined) drawLidPixel(person, eye.frame, eye.lash, closure, x, y, pixel);
    return eye !== undefined;
  });
}

function drawLidPixel(
  person: RgbaImage,
  frame: EyeFrame,
  lash: readonly number[],
  closure: number,
  x: number,
  y: number,
  pixel: Float32Array,
): void {
  const [t, v] = localOf(frame, x, y);
  const rest = edgeAt(frame, t, 0);
  const now = edgeAt(frame, t, closure);
  let sourceV = v;
  let light = 1;
  let lashShare = 0;
  if (v < now.upper) {
    const above = now.upper - v;
    const travel = now.upper - rest.upper;
    const rigid = 0.07 * frame.width;
    sourceV -= travel * (1 - smoothStep(rigid, travel + lidReach(frame), above));
    const covered = Math.min(1, travel / (0.25 * frame.width));
    // A closed lid is a ball under skin: lighter in its middle, darker to its edge and corners.
    light += covered * (0.06 * bell(above - 0.3 * frame.width, 0.16 * frame.width) * bell(t - 0.5, 0.3));
    light -= covered * 0.1 * bell(above, 0.07 * frame.width);
    lashShare = 0.7 * covered * bell(above - 0.012 * frame.width, 0.028 * frame.width);
  } else if (v > now.lower) {
    const below = v - now.lower;
    sourceV -= (now.lower - rest.lower) * (1 - smoothStep(0, 0.5 * frame.width, below));
    lashShare = 0.5 * closure * smoothStep(0.9, 1, closure) * bell(below, 0.03 * frame.width);
  } else {
    // The upper lid's shadow travels over the eyeball with it.
    const travel = (now.upper - rest.upper) / frame.width;
    light -= Math.min(0.35, 2.2 * travel) * bell(v - now.upper, 0.09 * frame.width);
  }
  const [sourceX, sourceY] = placeExact(frame, t, sourceV);
  samplePixel(person, sourceX, sourceY, pixel);
  lashShare *= smoothStep(0, 0.12, t) * (1 - smoothStep(0.92, 1.04, t));
  for (let c = 0; c < 3; c++) {
    const lit = (pixel[c] ?? 0) * light;
    pixel[c] = lit + (Math.min(lit, lash[c] ?? 0) - lit) * lashShare;
  }
}

function frameOf(points: Float32Array, side: Side): EyeFrame {
  const { upper, lower, underBrow } = EYE[side];
  const inner = meshPoint(points, EYE[side].inner);
  const outer = meshPoint(points, EYE[side].outer);
  const width = Math.hypot(outer[0] - inner[0], outer[1] - inner[1]);
  const axis: Point = [(outer[0] - inner[0]) / width, (outer[1] - inner[1]) / width];
  const sign = side === 'left' ? -1 : 1;
  const down: Point = [-axis[1] * sign, axis[0] * sign];
  const bare: EyeFrame = { inner, axis, down, width, upper: [], lower: [], browGap: 0 };
  const along = (line: readonly MeshPoint[]): Point[] =>
    line.map((point) => localOf(bare, ...meshPoint(points, point)));
  const upperLine = along(upper);
  const browMiddle = along(underBrow)[2]?.[1] ?? 0;
  const lidMiddle = upperLine[4]?.[1] ?? 0;
  return { ...bare, upper: upperLine, lower: along(lower), browGap: Math.max(0.2 * width, lidMiddle - browMiddle) };
}

/** How far above the resting lid edge skin still moves. */
function lidReach(frame: EyeFrame): number {
  return Math.min(0.46 * frame.width, 0.8 * frame.browGap);
}

function localOf(frame: EyeFrame, x: number, y: number): Point {
  const dx = x - frame.inner[0];
  const dy = y - frame.inner[1];
  return [(dx * frame.axis[0] + dy * frame.axis[1]) / frame.width, dx * frame.down[0] + dy * frame.down[1]];
}

function placeExact(frame: EyeFrame, t: number, v: number): Point {
  const along = t * frame.width;
  return [
    frame.inner[0] + along * frame.axis[0] + v * frame.down[0],
    frame.inner[1] + along * frame.axis[1] + v * frame.down[1],
  ];
}

function place(frame: EyeFrame, t: number, v: number): Point {
  return rounded(placeExact(frame, t, v));
}

function rounded([x, y]: Point): Point {
  return [Math.round(x * 100) / 100, Math.round(y * 100) / 100];
}

function isNear(frame: EyeFrame, x: number, y: number): boolean {
  const [t, v] = localOf(frame, x, y);
  return t > -0.25 && t < 1.25 && v > -1.1 * frame.width && v < 0.9 * frame.width;
}

function edgeAt(frame: EyeFrame, t: number, closure: number): { upper: number; lower: number } {
  const upper = heightAt(frame.upper, t);
  const lower = Math.max(upper, heightAt(frame.lower, t));
  const opening = lower - upper;
  return {
    upper: upper + opening * closure * UPPER_LID_SHARE,
    lower: lower - opening * closure * (1 - UPPER_LID_SHARE),
  };
}

/** Height of a lid edge at `t`, by monotone-safe cosine interpolation; flat beyond the corners. */
function heightAt(line: readonly Point[], t: number): number {
  const first = line[0] ?? [0, 0];
  const last = line[line.length - 1] ?? first;
  if (t <= first[0]) return first[1];
  if (t >= last[0]) return last[1];
  let i = 0;
  while (i + 2 < line.length && (line[i + 1]?.[0] ?? 1) < t) i++;
  const at = (index: number): Point => line[Math.min(line.length - 1, Math.max(0, index))] ?? first;
  const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
  const s = Math.min(1, Math.max(0, (t - p1[0]) / (p2[0] - p1[0] || 1)));
  return (
    0.5 *
    (2 * p1[1] +
      (p2[1] - p0[1]) * s +
      (2 * p0[1] - 5 * p1[1] + 4 * p2[1] - p3[1]) * s * s +
      (3 * p1[1] - p0[1] - 3 * p2[1] + p3[1]) * s * s * s)
  );
}

/** The darkest tenth along the upper lid's edge. */
function lashColour(person: RgbaImage, frame: EyeFrame): number[] {
  const found: [number, number, number][] = [];
  const pixel = new Float32Array(4);
  for (let t = 0.15; t <= 0.9; t += 0.025) {
    for (let off = -0.06; off <= 0.06; off += 0.02) {
      samplePixel(person, ...placeExact(frame, t, heightAt(frame.upper, t) + off * frame.width), pixel);
      found.push([pixel[0] ?? 0, pixel[1] ?? 0, pixel[2] ?? 0]);
    }
  }
  found.sort((a, b) => a[0] + a[1] + a[2] - b[0] - b[1] - b[2]);
  return found[Math.floor(found.length / 10)] ?? [40, 30, 28];
}

export function boxAround(corners: readonly Point[], side: number): SourceBox {
  const low = (axis: 0 | 1): number => Math.max(0, Math.floor(Math.min(...corners.map((corner) => corner[axis]))));
  const high = (axis: 0 | 1): number => Math.min(side, Math.ceil(Math.max(...corners.map((corner) => corner[axis]))));
  return { x: low(0), y: low(1), width: high(0) - low(0), height: high(1) - low(1) };
}
