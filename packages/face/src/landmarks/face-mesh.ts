import type { SquareRegion } from '../pixels/sampling.ts';
import { distanceBetween, EYE, type MeshPoint, meshPoint, POINT, rollOf } from './mesh-points.ts';

/**
 * Points of the MediaPipe face mesh: x and y in image pixels, 468 pairs; `depths` are their distances from the face's
 * middle on the same scale, positive away from the camera; `score` is the probability that a face is there.
 */
export type FaceMesh = {
  readonly points: Float32Array;
  readonly depths: Float32Array;
  readonly score: number;
  readonly region: SquareRegion;
};

/** The mesh network was trained on crops this much larger than the face. */
export const REGION_SCALE = 1.5;
const MAX_YAW_RADIANS = (30 * Math.PI) / 180;
/**
 * Tip of the nose from the middle of the face, in face widths: the tangent of the turn times 0.75, as far as the tip lies
 * before the ears.
 */
const MAX_NOSE_ASIDE = 0.37;

/** Where to look for the same face in the next frame. */
export function regionOfMesh(points: Float32Array): SquareRegion {
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < points.length; index += 2) {
    left = Math.min(left, points[index] ?? 0);
    right = Math.max(right, points[index] ?? 0);
    top = Math.min(top, points[index + 1] ?? 0);
    bottom = Math.max(bottom, points[index + 1] ?? 0);
  }
  return {
    centerX: (left + right) / 2,
    centerY: (top + bottom) / 2,
    size: Math.max(right - left, bottom - top) * REGION_SCALE,
    rotation: rollOf(points),
  };
}

/** Between the points of the mesh before the ears. */
export function faceWidth(points: Float32Array): number {
  return distanceBetween(points, POINT.earLeft, POINT.earRight);
}

export function isTurnedAway(mesh: FaceMesh): boolean {
  return Math.abs(yawOf(mesh)) > MAX_YAW_RADIANS || isNoseAside(mesh);
}

/** Turn of the head to the side in radians, from the outer corners of the eyes. */
export function yawOf(mesh: FaceMesh): number {
  const depth = (mesh.depths[EYE.right.outer] ?? 0) - (mesh.depths[EYE.left.outer] ?? 0);
  return Math.atan2(depth, distanceBetween(mesh.points, EYE.left.outer, EYE.right.outer));
}

/** Whether the tip of the nose covers one side of the face: from about 26 degrees on. */
function isNoseAside({ points, region }: FaceMesh): boolean {
  const along = (point: MeshPoint): number => {
    const [x, y] = meshPoint(points, point);
    return x * Math.cos(region.rotation) + y * Math.sin(region.rotation);
  };
  const [left, right] = [along(POINT.earLeft), along(POINT.earRight)];
  return Math.abs((along(POINT.noseTip) - left) / (right - left) - 0.5) > MAX_NOSE_ASIDE;
}
