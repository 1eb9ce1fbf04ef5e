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

/** Means of luma; colour, which is coarser, is taken from the middle. */
function averagePixels({ width: stride, height: rows, data }: Picture, size: CropSize, rgb: Uint8ClampedArray): void {
  const { step } = size;
  const chromaStride = stride >> 1;
  const uStart = stride * rows;
  const vStart = uStart + chromaStride * (rows >> 1);
  // Four of many pixels are mean enough.
  const taps = 2;
  const weight = 1.16438 / (taps * taps);
  let out = 0;
  for (let row = 0; row < size.height; row++) {
    for (let column = 0; column < size.width; column++) {
      const [x0, y0] = [size.left + column * step, size.top + row * step];
      let sum = 0;
      for (let k = 0; k < taps; k++) {
        const at = (y0 + Math.floor((k * step) / taps)) * stride + x0;
        for (let j = 0; j < taps; j++) sum += data[at + Math.floor((j * step) / taps)] as number;
      }
      const chroma = ((y0 + (step >> 1)) >> 1) * chromaStride + ((x0 + (step >> 1)) >> 1);
      const luma = sum * weight - 1.16438 * 16;
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
