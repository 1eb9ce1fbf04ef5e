import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RgbaImage } from './source-image.ts';

/**
 * A picture as planes: Y at full size, U and V at half size (BT.601, limited range), and its alpha at both sizes.
 * Values are multiplied by alpha, so that layers add up as `below * (1 - alpha) + above` and can be filtered freely.
 * Width and height are even.
 */
export type LayerPlanes = {
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  readonly alpha: Uint8Array;
  readonly chromaAlpha: Uint8Array;
};

export function toLayerPlanes(image: RgbaImage): LayerPlanes {
  const planes = emptyPlanes(image.width, image.height);
  convertRows(image, planes, 0, image.height);
  return planes;
}

/** For large pictures: yields to the event loop between bands of rows. */
export async function toLayerPlanesInTurns(image: RgbaImage): Promise<LayerPlanes> {
  const planes = emptyPlanes(image.width, image.height);
  const band = 128;
  for (let row = 0; row < image.height; row += band) {
    convertRows(image, planes, row, Math.min(image.height, row + band));
    await nextTurn();
  }
  return planes;
}

function emptyPlanes(width: number, height: number): LayerPlanes {
  const size = width * height;
  return {
    width,
    height,
    y: new Uint8Array(size),
    u: new Uint8Array(size / 4),
    v: new Uint8Array(size / 4),
    alpha: new Uint8Array(size),
    chromaAlpha: new Uint8Array(size / 4),
  };
}

/** ITU-R BT.601 luma and colour-difference weights for 8-bit limited range. Rows are counted from an even one. */
function convertRows(image: RgbaImage, planes: LayerPlanes, firstRow: number, endRow: number): void {
  const { width, data } = image;
  for (let by = firstRow; by < endRow; by += 2) {
    for (let bx = 0; bx < width; bx += 2) {
      let sumU = 0;
      let sumV = 0;
      let sumAlpha = 0;
      for (let k = 0; k < 4; k++) {
        const at = (by + (k >> 1)) * width + bx + (k & 1);
        const r = data[at * 4] as number;
        const g = data[at * 4 + 1] as number;
        const b = data[at * 4 + 2] as number;
        const alpha = (data[at * 4 + 3] as number) / 255;
        planes.y[at] = Math.round((16 + 0.25679 * r + 0.50413 * g + 0.09791 * b) * alpha);
        planes.alpha[at] = Math.round(alpha * 255);
        sumU += (128 - 0.14822 * r - 0.29099 * g + 0.43922 * b) * alpha;
        sumV += (128 + 0.43922 * r - 0.36779 * g - 0.07143 * b) * alpha;
        sumAlpha += alpha;
      }
      const at = (by >> 1) * (width / 2) + (bx >> 1);
      planes.u[at] = Math.round(sumU / 4);
      planes.v[at] = Math.round(sumV / 4);
      planes.chromaAlpha[at] = Math.round((sumAlpha * 255) / 4);
    }
  }
}

/** Gaussian filter of one plane in place; the border repeats. Below 0.2 pixels it leaves the plane as it is. */
export function blurPlane(plane: Uint8Array, width: number, height: number, sigmaPx: number): void {
  if (sigmaPx < 0.2) return;
  const kernel = gaussianKernel(sigmaPx);
  const radius = (kernel.length - 1) / 2;
  const line = new Float32Array(Math.max(width, height) + 2 * radius);
  for (let y = 0; y < height; y++) blurLine(plane, y * width, 1, width, kernel, line);
  for (let x = 0; x < width; x++) blurLine(plane, x, width, height, kernel, line);
}

function gaussianKernel(sigmaPx: number): Float32Array {
  const radius = Math.ceil(sigmaPx * 2.5);
  const weights = Float32Array.from({ length: radius * 2 + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigmaPx * sigmaPx)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** One row or column: `length` values from `start`, `step` apart. `line` is scratch memory. */
function blurLine(
  plane: Uint8Array,
  start: number,
  step: number,
  length: number,
  kernel: Float32Array,
  line: Float32Array,
): void {
  const radius = (kernel.length - 1) / 2;
  for (let i = 0; i < length + 2 * radius; i++) {
    const from = i < radius ? 0 : Math.min(length - 1, i - radius);
    line[i] = plane[start + from * step] as number;
  }
  for (let i = 0; i < length; i++) {
    let value = 0.5;
    for (let k = 0; k < kernel.length; k++) value += (line[i + k] as number) * (kernel[k] as number);
    plane[start + i * step] = value;
  }
}

/** Filters colours and alpha of a large layer; yields to the event loop between planes. */
export async function blurLayer(planes: LayerPlanes, sigmaPx: number): Promise<void> {
  for (const plane of [planes.y, planes.alpha]) {
    blurPlane(plane, planes.width, planes.height, sigmaPx);
    await nextTurn();
  }
  for (const plane of [planes.u, planes.v, planes.chromaAlpha]) {
    blurPlane(plane, planes.width / 2, planes.height / 2, sigmaPx / 2);
    await nextTurn();
  }
}

/** Leaves alpha alone: for pictures without any. */
export function blurColours(planes: LayerPlanes, sigmaPx: number): void {
  blurPlane(planes.y, planes.width, planes.height, sigmaPx);
  for (const plane of [planes.u, planes.v]) blurPlane(plane, planes.width / 2, planes.height / 2, sigmaPx / 2);
}
