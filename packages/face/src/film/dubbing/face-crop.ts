import type { Picture } from '@visavis/media/core';
import type { FaceMesh } from '../../landmarks/face-mesh.ts';
import type { RgbImage } from '../../pixels/pixels.ts';

/** A part of a picture in RGB, reduced by a whole number. */
export type FaceCrop = {
  readonly image: RgbImage;
  /** Of its first pixel in the picture. */
  readonly left: number;
  readonly top: number;
  /** Pixels of the picture per pixel of the crop, both ways. */
  readonly step: number;
};

export type CropArea = {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
};

/** Memory for one crop after the other: the one before is gone with the next. */
export class CropMemory {
  #bytes = new ArrayBuffer(0);

  /** Black. */
  room(byteLength: number): Uint8ClampedArray<ArrayBuffer> {
    if (this.#bytes.byteLength < byteLength) this.#bytes = new ArrayBuffer(byteLength);
    return new Uint8ClampedArray(this.#bytes, 0, byteLength).fill(0);
  }
}

/**
 * Cuts what of `area` lies in the picture, reduced until no side is longer than `longestPx` (BT.601, limited range). What lies outside
 * of `needed` may be left black. `memory`: of its own when left out.
 */
export function cutCrop(
  picture: Picture,
  area: CropArea,
  longestPx: number,
  needed: CropArea = area,
  memory = new CropMemory(),
): FaceCrop {
  const size = sizeOf(picture, area, longestPx);
  const { left, top, width, height, step } = size;
  const rgb = memory.room(width * height * 3);
  const part = {
    left: Math.max(0, Math.floor((needed.left - left) / step)),
    top: Math.max(0, Math.floor((needed.top - top) / step)),
    right: Math.min(width, Math.ceil((needed.left + needed.width - left) / step)),
    bottom: Math.min(height, Math.ceil((needed.top + needed.height - top) / step)),
  };
  fill(picture, size, part, rgb);
  return cropOf(size, rgb);
}

/** How far around its places a crop may be looked at, in its pixels. */
const PLACE_REACH = 4;

/** The same where nothing of it is looked at but what lies around some places, x and y of each in pixels of the picture; all else is black. */
export function cutPlaces(
  picture: Picture,
  area: CropArea,
  longestPx: number,
  places: Float32Array,
  memory = new CropMemory(),
): FaceCrop {
  const size = sizeOf(picture, area, longestPx);
  const { width, height, left, top, step } = size;
  const rgb = memory.room(width * height * 3);
  for (let i = 0; i < places.length; i += 2) {
    // What lies beside the crop is seen at its border.
    const x = Math.min(width - 1, Math.max(0, Math.round(((places[i] as number) - left) / step)));
    const y = Math.min(height - 1, Math.max(0, Math.round(((places[i + 1] as number) - top) / step)));
    const part = {
      left: Math.max(0, x - PLACE_REACH),
      top: Math.max(0, y - PLACE_REACH),
      right: Math.min(width, x + PLACE_REACH + 1),
      bottom: Math.min(height, y + PLACE_REACH + 1),
    };
    fill(picture, size, part, rgb);
  }
  return cropOf(size, rgb);
}

type CropSize = {
  readonly left: number;
  readonly top: number;
  readonly step: number;
  readonly width: number;
  readonly height: number;
};

/** In pixels of the crop. */
type Part = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

function sizeOf(picture: Picture, area: CropArea, longestPx: number): CropSize {
  const left = Math.max(0, Math.floor(area.left));
  const top = Math.max(0, Math.floor(area.top));
  const right = Math.min(picture.width, Math.ceil(area.left + area.width));
  const bottom = Math.min(picture.height, Math.ceil(area.top + area.height));
  const step = Math.max(1, Math.ceil(Math.max(right - left, bottom - top) / longestPx));
  const width = Math.max(2, Math.floor((right - left) / step));
  const height = Math.max(2, Math.floor((bottom - top) / step));
  return { left, top, step, width, height };
}

function cropOf({ left, top, step, width, height }: CropSize, rgb: Uint8ClampedArray<ArrayBuffer>): FaceCrop {
  const data = new Uint8Array(rgb.buffer, rgb.byteOffset, rgb.byteLength);
  return { image: { width, height, data }, left, top, step };
}

function fill(picture: Picture, size: CropSize, part: Part, rgb: Uint8ClampedArray): void {
  if (size.step === 1) copyPixels(picture, size, part, rgb);
  else averagePixels(picture, size, part, rgb);
}

function copyPixels(
  { width: stride, height: rows, data }: Picture,
  size: CropSize,
  part: Part,
  rgb: Uint8ClampedArray,
): void {
  const chromaStride = stride >> 1;
  const uStart = stride * rows;
  const vStart = uStart + chromaStride * (rows >> 1);
  for (let row = part.top; row < part.bottom; row++) {
    const y = Math.min(rows - 1, size.top + row);
    let out = (row * size.width + part.left) * 3;
    for (let column = part.left; column < part.right; column++) {
      const x = Math.min(stride - 1, size.left + column);
      const chroma = (y >> 1) * chromaStride + (x >> 1);
      const luma = 1.16438 * ((data[y * stride + x] as number) - 16);
      const u = (data[uStart + chroma] as number) - 128;
      const v = (data[vStart + chroma] as number) - 128;
      rgb[out++] = luma + 1.59603 * v;
      rgb[out++] = luma - 0.39176 * u - 0.81297 * v;
      rgb[out++] = luma + 2.01723 * u;
    }
  }
}

/** Means of luma, of four of many pixels; colour, which is coarser, is taken from the middle. */
function averagePixels(
  { width: stride, height: rows, data }: Picture,
  size: CropSize,
  part: Part,
  rgb: Uint8ClampedArray,
): void {
  const { step, left, top, width } = size;
  const middle = step >> 1;
  const chromaStride = stride >> 1;
  const uStart = stride * rows;
  const vStart = uStart + chromaStride * (rows >> 1);
  for (let row = part.top; row < part.bottom; row++) {
    const y = top + row * step;
    const chromaRow = ((y + middle) >> 1) * chromaStride;
    const start = left + part.left * step;
    let upper = y * stride + start;
    let lower = upper + middle * stride;
    let out = (row * width + part.left) * 3;
    const end = (row * width + part.right) * 3;
    for (let x = start + middle; out < end; x += step, upper += step, lower += step) {
      const sum =
        (data[upper] as number) +
        (data[upper + middle] as number) +
        (data[lower] as number) +
        (data[lower + middle] as number);
      const chroma = chromaRow + (x >> 1);
      const luma = 0.291095 * sum - 18.63008;
      const u = (data[uStart + chroma] as number) - 128;
      const v = (data[vStart + chroma] as number) - 128;
      rgb[out++] = luma + 1.59603 * v;
      rgb[out++] = luma - 0.39176 * u - 0.81297 * v;
      rgb[out++] = luma + 2.01723 * u;
    }
  }
}

/** Points of the picture in pixels of the crop. */
export function intoCrop(points: Float32Array, { left, top, step }: FaceCrop): Float32Array {
  const moved = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    moved[i] = ((points[i] as number) - left) / step;
    moved[i + 1] = ((points[i + 1] as number) - top) / step;
  }
  return moved;
}

/** A mesh in the crop, in pixels of the picture. */
export function meshOutOfCrop(mesh: FaceMesh, crop: FaceCrop): FaceMesh {
  return {
    ...mesh,
    points: outOfCrop(mesh.points, crop),
    depths: mesh.depths.map((depth) => depth * crop.step),
  };
}

/** Points of the crop in pixels of the picture. */
function outOfCrop(points: Float32Array, { left, top, step }: FaceCrop): Float32Array {
  const moved = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    moved[i] = (points[i] as number) * step + left;
    moved[i + 1] = (points[i + 1] as number) * step + top;
  }
  return moved;
}
