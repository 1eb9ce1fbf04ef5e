import { smoothStep } from '../core/smooth-step.ts';
import type { AvatarManifest } from './manifest.ts';

/** Where the head is at one frame of the life loop. Lengths in source pixels. */
export type HeadPose = {
  readonly shiftX: number;
  readonly shiftY: number;
  /** Radians, about the head pivot. */
  readonly roll: number;
  /** Change of size, 0 = none. */
  readonly growth: number;
  /** Sideways and vertical travel of the nearest point against the middle of the head: a small turn and nod. */
  readonly turn: number;
  readonly nod: number;
  /** Rise of the shoulders. */
  readonly breath: number;
  /**
   * In a film of the person, which can be followed but not moved: where a source point x, y lies, `a x + b y + c`,
   * `d x + e y + f`. The other parts of the pose then count for nothing.
   */
  readonly tracked?: TrackedHead;
};

export type TrackedHead = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const HEAD_AT_REST: HeadPose = Object.freeze({
  shiftX: 0,
  shiftY: 0,
  roll: 0,
  growth: 0,
  turn: 0,
  nod: 0,
  breath: 0,
});

/** 0..1, 1 = nearest, over the whole source picture; continued beyond the person so that nothing tears at outlines. */
export type DepthMap = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** How strongly a vertex follows each part of a head pose. Four numbers per vertex: head, nearness, breath, edge window of x and y packed apart. */
export type MotionWeights = {
  readonly head: Float32Array;
  readonly nearness: Float32Array;
  readonly breath: Float32Array;
  readonly edgeX: Float32Array;
  readonly edgeY: Float32Array;
};

/** Part of the head's motion that the shoulders share. */
const BODY_SHARE = 0.22;
/** Nearness of the axis that the head turns about, on the depth map's scale. */
const TURN_AXIS_NEARNESS = 0.5;

export function motionWeights(manifest: AvatarManifest, depth: DepthMap, positions: Float32Array): MotionWeights {
  const size = manifest.sourceSizePx;
  const unit = size / 1024;
  const chinY = manifest.landmarks.chin[1];
  const count = positions.length / 2;
  const weights: MotionWeights = {
    head: new Float32Array(count),
    nearness: new Float32Array(count),
    breath: new Float32Array(count),
    edgeX: new Float32Array(count),
    edgeY: new Float32Array(count),
  };
  for (let i = 0; i < count; i++) {
    const x = positions[i * 2] ?? 0;
    const y = positions[i * 2 + 1] ?? 0;
    const headPart = 1 - smoothStep(chinY - 5 * unit, chinY + 125 * unit, y);
    weights.head[i] = BODY_SHARE + (1 - BODY_SHARE) * headPart;
    weights.nearness[i] = (sampleDepth(depth, x / size, y / size) - TURN_AXIS_NEARNESS) * headPart;
    weights.breath[i] = 0.55 + 0.45 * smoothStep(chinY - 60 * unit, chinY + 130 * unit, y);
    weights.edgeX[i] = smoothStep(0, 90 * unit, Math.min(x, size - x));
    weights.edgeY[i] = smoothStep(0, 190 * unit, size - y);
  }
  return weights;
}

/**
 * Moves source positions by a head pose and maps them to output pixels. `positions` and `output` hold x, y per vertex
 * and may not be the same array.
 */
export function moveVertices(
  positions: Float32Array,
  weights: MotionWeights,
  pose: HeadPose,
  pivot: readonly [number, number],
  view: { readonly scale: number; readonly offsetX: number; readonly offsetY: number },
  output: Float32Array,
): void {
  if (pose.tracked !== undefined) {
    followHead(positions, pose.tracked, view, output);
    return;
  }
  const sin = Math.sin(pose.roll);
  const stretch = Math.cos(pose.roll) * (1 + pose.growth) - 1;
  for (let i = 0; i * 2 < positions.length; i++) {
    const x = positions[i * 2] as number;
    const y = positions[i * 2 + 1] as number;
    const head = weights.head[i] as number;
    const nearness = weights.nearness[i] as number;
    const fromPivotX = x - pivot[0];
    const fromPivotY = y - pivot[1];
    const dx = head * (pose.shiftX + stretch * fromPivotX - sin * fromPivotY) + nearness * pose.turn;
    const dy =
      head * (pose.shiftY + sin * fromPivotX + stretch * fromPivotY) +
      nearness * pose.nod -
      (weights.breath[i] as number) * pose.breath;
    output[i * 2] = (x + dx * (weights.edgeX[i] as number)) * view.scale + view.offsetX;
    output[i * 2 + 1] = (y + dy * (weights.edgeY[i] as number)) * view.scale + view.offsetY;
  }
}

function followHead(
  positions: Float32Array,
  [a, b, c, d, e, f]: TrackedHead,
  view: { readonly scale: number; readonly offsetX: number; readonly offsetY: number },
  output: Float32Array,
): void {
  for (let i = 0; i < positions.length; i += 2) {
    const x = positions[i] as number;
    const y = positions[i + 1] as number;
    output[i] = (a * x + b * y + c) * view.scale + view.offsetX;
    output[i + 1] = (d * x + e * y + f) * view.scale + view.offsetY;
  }
}

function sampleDepth(depth: DepthMap, fractionX: number, fractionY: number): number {
  const x = Math.min(depth.width - 1.001, Math.max(0, fractionX * depth.width - 0.5));
  const y = Math.min(depth.height - 1.001, Math.max(0, fractionY * depth.height - 0.5));
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const at = (px: number, py: number): number => (depth.data[py * depth.width + px] ?? 0) / 255;
  const top = at(ix, iy) + (at(ix + 1, iy) - at(ix, iy)) * (x - ix);
  const bottom = at(ix, iy + 1) + (at(ix + 1, iy + 1) - at(ix, iy + 1)) * (x - ix);
  return top + (bottom - top) * (y - iy);
}
