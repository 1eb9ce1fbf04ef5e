import type { RgbImage } from '../pixels/pixels.ts';
import { lumaAt } from '../pixels/sampling.ts';
import { EYE, type MeshPoint, meshPoint } from './mesh-points.ts';

/** What is seen between the lids. */
export type EyeLook = {
  /** Where the iris lies between the corners of the eyes, both taken together: 0.5 in the middle, to 1 at the right of the picture. */
  readonly gaze: number;
  /** How much darker the iris is than the white beside it, as a share of the latter. */
  readonly contrast: number;
};

/** Corner at the left of the picture, upper and lower lid to the right, corner there. */
const EYES = [
  { left: EYE.left.outer, right: EYE.left.inner, upper: EYE.left.upperMiddle, lower: EYE.left.lowerMiddle },
  { left: EYE.right.inner, right: EYE.right.outer, upper: EYE.right.upperMiddle, lower: EYE.right.lowerMiddle },
] as const;
type Eye = (typeof EYES)[number];

const COLUMNS = 25;
/** The corners lie in the shade of lashes. */
const FROM = 0.14;
/** How far down between the lids is looked. */
const ROWS = [0.35, 0.5, 0.65] as const;

/** `points` in the picture's pixels. */
export function lookOfEyes(picture: RgbImage, points: Float32Array): EyeLook {
  const [a, b] = EYES.map((eye) => lookOfEye(picture, points, eye)) as [EyeLook, EyeLook];
  return { gaze: (a.gaze + b.gaze) / 2, contrast: (a.contrast + b.contrast) / 2 };
}

function lookOfEye(picture: RgbImage, points: Float32Array, eye: Eye): EyeLook {
  const columns = Array.from({ length: COLUMNS }, (_unused, i) => FROM + ((1 - 2 * FROM) * i) / (COLUMNS - 1));
  const lumas = columns.map((along) => {
    const [upperX, upperY] = lidAt(points, [eye.left, ...eye.upper, eye.right], along);
    const [lowerX, lowerY] = lidAt(points, [eye.left, ...eye.lower, eye.right], along);
    const seen = ROWS.map((down) =>
      lumaAt(picture, upperX + (lowerX - upperX) * down, upperY + (lowerY - upperY) * down),
    );
    return seen.reduce((sum, value) => sum + value, 0) / ROWS.length;
  });
  const sorted = lumas.toSorted((a, b) => a - b);
  const [dark = 0, white = 0] = [sorted[Math.floor(0.15 * COLUMNS)], sorted[Math.floor(0.85 * COLUMNS)]];
  let weight = 0;
  let sum = 0;
  for (const [i, luma] of lumas.entries()) {
    const share = Math.max(0, (dark + white) / 2 - luma);
    weight += share;
    sum += share * (columns[i] ?? 0);
  }
  return { gaze: weight > 0 ? sum / weight : 0.5, contrast: (white - dark) / Math.max(1, white) };
}

/** A point of a lid, `along` 0 to 1 from corner to corner; its mesh points are evenly spread. */
function lidAt(points: Float32Array, lid: readonly MeshPoint[], along: number): [number, number] {
  const at = along * (lid.length - 1);
  const index = Math.min(lid.length - 2, Math.floor(at));
  const [x, y] = meshPoint(points, lid[index] as MeshPoint);
  const [nextX, nextY] = meshPoint(points, lid[index + 1] as MeshPoint);
  return [x + (nextX - x) * (at - index), y + (nextY - y) * (at - index)];
}
