/** A plane of a picture, or the copied part of one: `left` and `top` are where its first value lies in the picture. */
export type Plane = {
  data: Uint8Array;
  left: number;
  top: number;
  width: number;
  height: number;
};

const PHASES = 64;
/** Catmull-Rom weights of the four values around a place, by its share of the way between the middle two. */
const WEIGHTS = Float32Array.from({ length: PHASES * 4 }, (_unused, i) => {
  const t = Math.floor(i / 4) / PHASES;
  const cubes = [
    -0.5 * t + t * t - 0.5 * t ** 3,
    1 - 2.5 * t * t + 1.5 * t ** 3,
    0.5 * t + 2 * t * t - 1.5 * t ** 3,
    -0.5 * t * t + 0.5 * t ** 3,
  ];
  return cubes[i % 4] ?? 0;
});

export function createPlane(): Plane {
  return { data: new Uint8Array(0), left: 0, top: 0, width: 0, height: 0 };
}

/** Copies a box of a plane, `stride` wide, that lies wholly in it. */
export function copyBox(plane: Plane, from: Uint8Array, stride: number, box: Omit<Plane, 'data'>): void {
  const needed = box.width * box.height;
  if (plane.data.length < needed) plane.data = new Uint8Array(needed);
  plane.left = box.left;
  plane.top = box.top;
  plane.width = box.width;
  plane.height = box.height;
  for (let row = 0; row < box.height; row++) {
    const start = (box.top + row) * stride + box.left;
    plane.data.set(from.subarray(start, start + box.width), row * box.width);
  }
}

/** Sharper than linear: what is moved by part of a pixel keeps its grain. The centre of a value lies at .5; the border repeats. */
export function sampleCubic({ data, left, top, width, height }: Plane, x: number, y: number): number {
  const px = Math.min(width - 1, Math.max(0, x - left - 0.5));
  const py = Math.min(height - 1, Math.max(0, y - top - 0.5));
  const ix = Math.floor(px);
  const iy = Math.floor(py);
  const wx = Math.floor((px - ix) * PHASES) * 4;
  const wy = Math.floor((py - iy) * PHASES) * 4;
  const x0 = ix > 0 ? ix - 1 : 0;
  const x2 = ix + 1 < width ? ix + 1 : width - 1;
  const x3 = ix + 2 < width ? ix + 2 : width - 1;
  let sum = 0;
  for (let k = 0; k < 4; k++) {
    const row = iy + k - 1;
    const at = (row < 0 ? 0 : row >= height ? height - 1 : row) * width;
    sum +=
      (WEIGHTS[wy + k] as number) *
      ((WEIGHTS[wx] as number) * (data[at + x0] as number) +
        (WEIGHTS[wx + 1] as number) * (data[at + ix] as number) +
        (WEIGHTS[wx + 2] as number) * (data[at + x2] as number) +
        (WEIGHTS[wx + 3] as number) * (data[at + x3] as number));
  }
  return sum;
}

export function sampleLinear({ data, left, top, width, height }: Plane, x: number, y: number): number {
  const px = Math.min(width - 1.001, Math.max(0, x - left - 0.5));
  const py = Math.min(height - 1.001, Math.max(0, y - top - 0.5));
  const ix = Math.floor(px);
  const iy = Math.floor(py);
  const fx = px - ix;
  const at = iy * width + ix;
  const above = (data[at] as number) * (1 - fx) + (data[at + 1] as number) * fx;
  const below = (data[at + width] as number) * (1 - fx) + (data[at + width + 1] as number) * fx;
  return above + (below - above) * (py - iy);
}
