import type { TrackedHead } from '@visavis/media/frames';
import { faceWidth } from '../landmarks/face-mesh.ts';
import { PORTRAIT_SIDE, type PortraitRegion } from '../landmarks/find-portrait.ts';
import { meshPoint, PLACES } from '../landmarks/mesh-points.ts';
import type { TrackedFace } from './track-face.ts';

const NEAR_WEIGHT = 4;
const WEIGHTED_POINTS = [
  ...PLACES.steady.map((point) => ({ point, weight: 1 })),
  ...PLACES.steadyNearMouth.map((point) => ({ point, weight: NEAR_WEIGHT })),
];
const TOTAL_WEIGHT = WEIGHTED_POINTS.reduce((sum, { weight }) => sum + weight, 0);
/** Standard deviation of the smoothing over time, in pictures. */
const SMOOTHING = 1.5;

/**
 * Where the head of picture `still` lies in every picture of a piece of the clip, in pixels of the portrait that was cut
 * from `region`. Least squares over steady points, smoothed over time without delay.
 */
export function trackHead(
  faces: readonly TrackedFace[],
  still: number,
  { first, count }: { readonly first: number; readonly count: number },
  region: PortraitRegion,
): TrackedHead[] {
  const smooth = smoothPoints(faces);
  const scale = PORTRAIT_SIDE / region.size;
  const inPortrait = (index: number): Float32Array =>
    smooth(index).map(
      (value, i) => (value - (i % 2 === 0 ? region.centerX : region.centerY)) * scale + PORTRAIT_SIDE / 2,
    );
  const from = inPortrait(still);
  return Array.from({ length: count }, (_unused, i) => rounded(fitAffine(from, inPortrait(first + i))));
}

/**
 * How badly an affine motion of one head gives the other: mean error at the outline in widths of the face. Grows with
 * the turn of the head between them: 0.002 to 0.005 for the same pose, about 0.08 for a turn by ten degrees of a filmed person.
 */
export function poseMisfit(from: TrackedFace, to: TrackedFace): number {
  const [a, b, c, d, e, f] = fitAffine(from.points, to.points);
  let sum = 0;
  for (const point of PLACES.sides) {
    const [x, y] = meshPoint(from.points, point);
    const [toX, toY] = meshPoint(to.points, point);
    sum += Math.hypot(a * x + b * y + c - toX, d * x + e * y + f - toY);
  }
  return sum / PLACES.sides.length / (faceWidth(to.points) || 1);
}

/** The heads of a loop whose last pictures melt into those of `before`, as `writeLoopFilm` mixes them. */
export function meltHeads(heads: readonly TrackedHead[], before: readonly TrackedHead[]): TrackedHead[] {
  return heads.map((head, index) => {
    const melting = index - (heads.length - before.length);
    const other = before[melting];
    const share = (melting + 1) / (before.length + 1);
    const mixed = (part: 0 | 1 | 2 | 3 | 4 | 5): number => head[part] + ((other ?? head)[part] - head[part]) * share;
    return other === undefined ? head : [mixed(0), mixed(1), mixed(2), mixed(3), mixed(4), mixed(5)];
  });
}

function smoothPoints(faces: readonly TrackedFace[]): (index: number) => Float32Array {
  const reach = Math.ceil(3 * SMOOTHING);
  return (index) => {
    const sum = new Float32Array((faces[0] as TrackedFace).points.length);
    let total = 0;
    for (let k = -reach; k <= reach; k++) {
      // Ends mirror about themselves point by point, so that a moving head keeps its speed there.
      const at = index + k;
      const inside = Math.min(faces.length - 1, Math.max(0, at));
      const mirrored = Math.min(faces.length - 1, Math.max(0, 2 * inside - at));
      const weight = Math.exp((-k * k) / (2 * SMOOTHING * SMOOTHING));
      const edge = (faces[inside] as TrackedFace).points;
      const inner = (faces[mirrored] as TrackedFace).points;
      for (let i = 0; i < sum.length; i++) {
        const value = at === inside ? (edge[i] ?? 0) : 2 * (edge[i] ?? 0) - (inner[i] ?? 0);
        sum[i] = (sum[i] ?? 0) + weight * value;
      }
      total += weight;
    }
    return sum.map((value) => value / total);
  };
}

/** Weighted least squares of `to = [a b; d e] from + [c; f]`, about the middle of the points. */
function fitAffine(from: Float32Array, to: Float32Array): TrackedHead {
  const mean = (points: Float32Array, axis: 0 | 1): number =>
    WEIGHTED_POINTS.reduce((sum, { point, weight }) => sum + weight * meshPoint(points, point)[axis], 0) / TOTAL_WEIGHT;
  const [fromX, fromY, toX, toY] = [mean(from, 0), mean(from, 1), mean(to, 0), mean(to, 1)];
  let xx = 0;
  let xy = 0;
  let yy = 0;
  const right = [0, 0, 0, 0];
  for (const { point, weight } of WEIGHTED_POINTS) {
    const [atX, atY] = meshPoint(from, point);
    const [goesToX, goesToY] = meshPoint(to, point);
    const [x, y] = [atX - fromX, atY - fromY];
    const [u, v] = [goesToX - toX, goesToY - toY];
    xx += weight * x * x;
    xy += weight * x * y;
    yy += weight * y * y;
    for (const [i, product] of [x * u, y * u, x * v, y * v].entries()) right[i] = (right[i] ?? 0) + weight * product;
  }
  const [xu = 0, yu = 0, xv = 0, yv = 0] = right;
  const determinant = xx * yy - xy * xy || 1;
  const a = (xu * yy - yu * xy) / determinant;
  const b = (yu * xx - xu * xy) / determinant;
  const d = (xv * yy - yv * xy) / determinant;
  const e = (yv * xx - xv * xy) / determinant;
  return [a, b, toX - a * fromX - b * fromY, d, e, toY - d * fromX - e * fromY];
}

/** As the bundle stores it. */
function rounded([a, b, c, d, e, f]: TrackedHead): TrackedHead {
  const round = (value: number, digits: number): number => Number(value.toFixed(digits));
  return [round(a, 6), round(b, 6), round(c, 3), round(d, 6), round(e, 6), round(f, 3)];
}
