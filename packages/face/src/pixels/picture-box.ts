import type { Plane } from './pixels.ts';
import { planeAt } from './sampling.ts';

/** A copy of a box of a plane: `left` and `top` are where its first value lies in the plane. Kept and filled again. */
export type PictureBox = {
  plane: Plane<Uint8Array>;
  left: number;
  top: number;
};

export type Box = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** Parts of the way between two values that are told apart. */
const PHASES = 512;
/** Catmull-Rom weights of the four values around a place, by its share of the way between the middle two, from 0 to 1. */
export const CUBIC_WEIGHTS = Float32Array.from({ length: (PHASES + 1) * 4 }, (_unused, i) => {
  const t = Math.floor(i / 4) / PHASES;
  const cubes = [
    -0.5 * t + t * t - 0.5 * t ** 3,
    1 - 2.5 * t * t + 1.5 * t ** 3,
    0.5 * t + 2 * t * t - 1.5 * t ** 3,
    -0.5 * t * t + 0.5 * t ** 3,
  ];
  return cubes[i % 4] ?? 0;
});

export function createPictureBox(): PictureBox {
  return { plane: { data: new Uint8Array(0), width: 0, height: 0 }, left: 0, top: 0 };
}

/** Copies a box of a plane, `stride` wide, that lies wholly in it. */
export function copyBox(to: PictureBox, from: Uint8Array, stride: number, box: Box): void {
  const needed = box.width * box.height;
  const data = to.plane.data.length < needed ? new Uint8Array(needed) : to.plane.data;
  to.plane = { data, width: box.width, height: box.height };
  to.left = box.left;
  to.top = box.top;
  for (let row = 0; row < box.height; row++) {
    const start = (box.top + row) * stride + box.left;
    data.set(from.subarray(start, start + box.width), row * box.width);
  }
}

/** Sharper than linear: what is moved by part of a pixel keeps its grain. The middle of a value lies at .5; the border repeats. */
export function cubicIn({ plane: { data, width, height }, left, top }: PictureBox, x: number, y: number): number {
  const px = x - left - 0.5;
  const py = y - top - 0.5;
  const ix = Math.floor(px);
  const iy = Math.floor(py);
  if (ix < 1 || iy < 1 || ix + 2 >= width || iy + 2 >= height) return cubicAtBorder(data, width, height, px, py);
  const wx = Math.round((px - ix) * PHASES) * 4;
  const wy = Math.round((py - iy) * PHASES) * 4;
  const first = CUBIC_WEIGHTS[wx] as number;
  const second = CUBIC_WEIGHTS[wx + 1] as number;
  const third = CUBIC_WEIGHTS[wx + 2] as number;
  const fourth = CUBIC_WEIGHTS[wx + 3] as number;
  let at = (iy - 1) * width + ix - 1;
  let sum = 0;
  for (let k = 0; k < 4; k++) {
    sum +=
      (CUBIC_WEIGHTS[wy + k] as number) *
      (first * (data[at] as number) +
        second * (data[at + 1] as number) +
        third * (data[at + 2] as number) +
        fourth * (data[at + 3] as number));
    at += width;
  }
  return sum;
}

function cubicAtBorder(data: Uint8Array, width: number, height: number, atX: number, atY: number): number {
  const px = Math.min(width - 1, Math.max(0, atX));
  const py = Math.min(height - 1, Math.max(0, atY));
  const ix = Math.floor(px);
  const iy = Math.floor(py);
  const wx = Math.round((px - ix) * PHASES) * 4;
  const wy = Math.round((py - iy) * PHASES) * 4;
  let sum = 0;
  for (let row = 0; row < 4; row++) {
    const start = Math.min(height - 1, Math.max(0, iy + row - 1)) * width;
    for (let column = 0; column < 4; column++) {
      const value = data[start + Math.min(width - 1, Math.max(0, ix + column - 1))] as number;
      sum += (CUBIC_WEIGHTS[wy + row] as number) * (CUBIC_WEIGHTS[wx + column] as number) * value;
    }
  }
  return sum;
}

export function linearIn({ plane, left, top }: PictureBox, x: number, y: number): number {
  return planeAt(plane, x - left, y - top);
}
