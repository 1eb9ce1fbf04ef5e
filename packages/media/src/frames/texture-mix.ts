/** Fixed-point weight of 1. */
const ONE = 4096;
const SHIFT = 12;
/** Images whose share is below this are left out. */
const SMALLEST_SHARE = 0.02;

/** Which images of a patch are mixed and how much of each; weights sum to 4096. */
export type MixPlan = { count: number; readonly images: Int32Array; readonly weights: Int32Array };

export function createMixPlan(imageCount: number): MixPlan {
  return { count: 0, images: new Int32Array(imageCount), weights: new Int32Array(imageCount) };
}

/** Takes the shares that matter, scaled to sum to 1. */
export function planMix(look: Float32Array, plan: MixPlan): void {
  let sum = 0;
  plan.count = 0;
  for (let i = 0; i < look.length; i++) {
    const share = look[i] as number;
    if (share < SMALLEST_SHARE) continue;
    plan.images[plan.count++] = i;
    sum += share;
  }
  let left = ONE;
  let largest = 0;
  for (let k = 0; k < plan.count; k++) {
    const weight = Math.round(((look[plan.images[k] as number] as number) / sum) * ONE);
    plan.weights[k] = weight;
    left -= weight;
    if (weight > (plan.weights[largest] as number)) largest = k;
  }
  plan.weights[largest] = (plan.weights[largest] as number) + left;
}

/**
 * The runs of texels that matter in a plane, row by row. `rowStep` is 1 for luma and 2 for chroma, whose rows and columns stand for two
 * of the `spans`, given as first and last luma column of every luma row.
 */
export function eachRun(
  { width, height, spans, rowStep }: MixedPlane,
  take: (start: number, end: number) => void,
): void {
  for (let row = 0; row < height; row++) {
    const first = lowest(spans, row * rowStep, rowStep);
    if (first < 0) continue;
    const last = Math.max(
      spans[row * rowStep * 2 + 1] as number,
      spans[(row * rowStep + rowStep - 1) * 2 + 1] as number,
    );
    const start = row * width + Math.floor(first / rowStep);
    take(start, row * width + Math.min(width - 1, Math.ceil(last / rowStep) + 1) + 1);
  }
}

export type MixedPlane = {
  readonly width: number;
  readonly height: number;
  readonly spans: Int32Array;
  readonly rowStep: 1 | 2;
};

function lowest(spans: Int32Array, row: number, rowStep: number): number {
  const a = spans[row * 2] as number;
  const b = spans[(row + rowStep - 1) * 2] as number;
  if (a < 0) return b;
  return b < 0 ? a : Math.min(a, b);
}

/**
 * Weighted sum of planes that lie one after the other in `texels`, each `size` long, from `start` to `end`: what the kernel of
 * `TextureMemory` does, to read and to compare it with.
 */
export function mixRun(
  texels: Uint8Array,
  size: number,
  { images, weights, count }: MixPlan,
  output: Uint8Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    let sum = ONE / 2;
    for (let k = 0; k < count; k++) {
      sum += (texels[(images[k] as number) * size + i] as number) * (weights[k] as number);
    }
    output[i] = sum >> SHIFT;
  }
}
