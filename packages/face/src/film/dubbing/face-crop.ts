import type { Picture } from '@visavis/media/core';
import type { FaceMesh } from '../../landmarks/face-finder.ts';
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

/** Cuts what of `area` lies in the picture, reduced until no side is longer than `longestPx` (BT.601, limited range). */
export function cutCrop(picture: Picture, area: CropArea, longestPx: number): FaceCrop {
  const left = Math.max(0, Math.floor(area.left));
  const top = Math.max(0, Math.floor(area.top));
  const right = Math.min(picture.width, Math.ceil(area.left + area.width));
  const bottom = Math.min(picture.height, Math.ceil(area.top + area.height));
  const step = Math.max(1, Math.ceil(Math.max(right - left, bottom - top) / longestPx));
  const width = Math.max(2, Math.floor((right - left) / step));
  const height = Math.max(2, Math.floor((bottom - top) / step));
  const rgb = new Uint8ClampedArray(width * height * 3);
  const size = { left, top, step, width, height };
  if (step === 1) copyPixels(picture, size, rgb);
  else averagePixels(picture, size, rgb);
  return { image: { width, height, data: new Uint8Array(rgb.buffer) }, left, top, step };
}

type CropSize = {
  readonly left: number;
  readonly top: number;
  readonly step: number;
  readonly width: number;
  readonly height: number;
};

function copyPixels({ width: stride, height: rows, data }: Picture, size: CropSize, rgb: Uint8ClampedArray): void {
  const chromaStride = stride >> 1;
  const uStart = stride * rows;
  const vStart = uStart + chromaStride * (rows >> 1);
  let out = 0;
  for (let row = 0; row < size.height; row++) {
    const y = Math.min(rows - 1, size.top + row);
    for (let column = 0; column < size.width; column++) {
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
function averagePixels({ width: stride, height: rows, data }: Picture, size: CropSize, rgb: Uint8ClampedArray): void {
  const { step, left, top, width, height } = size;
  const middle = step >> 1;
  const chromaStride = stride >> 1;
  const uStart = stride * rows;
  const vStart = uStart + chromaStride * (rows >> 1);
  let out = 0;
  for (let row = 0; row < height; row++) {
    const y = top + row * step;
    const chromaRow = ((y + middle) >> 1) * chromaStride;
    let upper = y * stride + left;
    let lower = upper + middle * stride;
    for (let x = left + middle; out < (row + 1) * width * 3; x += step, upper += step, lower += step) {
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
