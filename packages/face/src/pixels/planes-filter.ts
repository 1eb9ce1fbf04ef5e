import type { Plane } from './pixels.ts';
import { planeAt } from './sampling.ts';

/** Mean over a square window of `2 * radius + 1`, smaller at the border. */
export function boxMean(plane: Plane, radius: number): Plane {
  const { width, height } = plane;
  const across = new Float32Array(plane.data.length);
  slide(plane.data, across, height, width, width, 1, radius);
  const down = new Float32Array(plane.data.length);
  slide(across, down, width, height, 1, width, radius);
  return { width, height, data: down };
}

function slide(
  from: Float32Array,
  to: Float32Array,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
  radius: number,
): void {
  for (let line = 0; line < lines; line++) {
    const start = line * lineStride;
    let sum = 0;
    for (let i = 0; i < Math.min(radius, length); i++) sum += from[start + i * stride] ?? 0;
    for (let i = 0; i < length; i++) {
      if (i + radius < length) sum += from[start + (i + radius) * stride] ?? 0;
      if (i - radius - 1 >= 0) sum -= from[start + (i - radius - 1) * stride] ?? 0;
      const count = Math.min(length - 1, i + radius) - Math.max(0, i - radius) + 1;
      to[start + i * stride] = sum / count;
    }
  }
}

/** Linear model `gain * guide + offset` of a plane by a guide in every window (He et al., Guided Image Filtering, 2010). */
export function guidedModel(
  guide: Plane,
  plane: Plane,
  radius: number,
  epsilon: number,
): { gain: Plane; offset: Plane } {
  const product = (a: Plane, b: Plane): Plane => ({ ...a, data: a.data.map((value, i) => value * (b.data[i] ?? 0)) });
  const meanGuide = boxMean(guide, radius);
  const meanPlane = boxMean(plane, radius);
  const meanSquare = boxMean(product(guide, guide), radius);
  const meanProduct = boxMean(product(guide, plane), radius);
  const gain = new Float32Array(guide.data.length);
  const offset = new Float32Array(guide.data.length);
  for (let i = 0; i < gain.length; i++) {
    const guideMean = meanGuide.data[i] ?? 0;
    const planeMean = meanPlane.data[i] ?? 0;
    const variance = (meanSquare.data[i] ?? 0) - guideMean * guideMean;
    const covariance = (meanProduct.data[i] ?? 0) - guideMean * planeMean;
    gain[i] = covariance / (variance + epsilon);
    offset[i] = planeMean - (gain[i] ?? 0) * guideMean;
  }
  return { gain: boxMean({ ...guide, data: gain }, radius), offset: boxMean({ ...guide, data: offset }, radius) };
}

/**
 * Fills in what has no weight from what lies around it, coarse to fine (Gortler et al., The Lumigraph, 1996,
 * "push-pull"). Weights run from 0 to 1.
 */
export function fillIn(plane: Plane, weights: Plane): Plane {
  const { width, height } = plane;
  if (width <= 2 || height <= 2) {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < plane.data.length; i++) {
      sum += (plane.data[i] ?? 0) * (weights.data[i] ?? 0);
      total += weights.data[i] ?? 0;
    }
    return { width, height, data: new Float32Array(plane.data.length).fill(total > 0 ? sum / total : 128) };
  }
  const half = halve(plane, weights);
  const coarse = fillIn(half.plane, half.weights);
  const data = new Float32Array(plane.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const weight = weights.data[i] ?? 0;
      const value = plane.data[i] ?? 0;
      data[i] =
        weight >= 1
          ? value
          : value * weight +
            planeAt(coarse, ((x + 0.5) * coarse.width) / width, ((y + 0.5) * coarse.height) / height) * (1 - weight);
    }
  }
  return { width, height, data };
}

function halve(plane: Plane, weights: Plane): { plane: Plane; weights: Plane } {
  const width = Math.ceil(plane.width / 2);
  const height = Math.ceil(plane.height / 2);
  const values = new Float32Array(width * height);
  const totals = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let total = 0;
      for (const [px, py] of [
        [2 * x, 2 * y],
        [2 * x + 1, 2 * y],
        [2 * x, 2 * y + 1],
        [2 * x + 1, 2 * y + 1],
      ] as const) {
        if (px >= plane.width || py >= plane.height) continue;
        const weight = weights.data[py * plane.width + px] ?? 0;
        sum += (plane.data[py * plane.width + px] ?? 0) * weight;
        total += weight;
      }
      values[y * width + x] = total > 0 ? sum / total : 0;
      totals[y * width + x] = Math.min(1, total);
    }
  }
  return { plane: { width, height, data: values }, weights: { width, height, data: totals } };
}
