import type { DecodedPicture } from '../codecs/picture-decoder.ts';

/** Interleaved 8-bit RGB without row padding. */
export type SmallPicture = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };

/** As much as somebody has to see of what is held up to a camera, as for pictures that pages send. */
const LONGEST_SIDE_PX = 768;

type Plane = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** In colours of a screen, and not larger than is needed. Null: it is no picture of 4:2:0 of eight bits. */
export function smallPicture({ width, height, data }: DecodedPicture): SmallPicture | null {
  const [chromaWidth, chromaHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const [lumaBytes, chromaBytes] = [width * height, chromaWidth * chromaHeight];
  if (lumaBytes === 0 || data.byteLength !== lumaBytes + 2 * chromaBytes) return null;
  const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const chromaPlane = (start: number) =>
    resized({ width: chromaWidth, height: chromaHeight, data: data.subarray(start, start + chromaBytes) }, size);
  const luma = resized({ width, height, data: data.subarray(0, lumaBytes) }, size);
  return { ...size, data: toRgb(luma, chromaPlane(lumaBytes), chromaPlane(lumaBytes + chromaBytes)) };
}

/** Each pixel is the mean of those that it stands for. */
function resized({ width, height, data }: Plane, to: { width: number; height: number }): Uint8Array {
  if (to.width === width && to.height === height) return data;
  const result = new Uint8Array(to.width * to.height);
  const columns = edges(width, to.width);
  const rows = edges(height, to.height);
  for (let y = 0, at = 0; y < to.height; y += 1) {
    const [top, bottom] = rows(y);
    for (let x = 0; x < to.width; x += 1, at += 1) {
      const [left, right] = columns(x);
      let sum = 0;
      for (let row = top; row < bottom; row += 1) {
        for (let from = row * width + left; from < row * width + right; from += 1) sum += data[from] ?? 0;
      }
      result[at] = Math.round(sum / ((bottom - top) * (right - left)));
    }
  }
  return result;
}

/** Where the pixels that one stands for begin and end; there is at least one. */
function edges(from: number, to: number): (index: number) => readonly [number, number] {
  const pairs = Array.from({ length: to }, (_, index) => {
    const start = Math.floor((index * from) / to);
    return [start, Math.max(start + 1, Math.floor(((index + 1) * from) / to))] as const;
  });
  return (index) => pairs[index] ?? [0, 1];
}

/** ITU-R BT.601, limited range, as cameras of calls send it. */
function toRgb(luma: Uint8Array, blueness: Uint8Array, redness: Uint8Array): Uint8ClampedArray {
  const rgb = new Uint8ClampedArray(luma.length * 3);
  for (let from = 0, at = 0; from < luma.length; from += 1, at += 3) {
    const light = 1.164 * ((luma[from] ?? 0) - 16);
    const [blue, red] = [(blueness[from] ?? 0) - 128, (redness[from] ?? 0) - 128];
    rgb[at] = light + 1.596 * red;
    rgb[at + 1] = light - 0.392 * blue - 0.813 * red;
    rgb[at + 2] = light + 2.017 * blue;
  }
  return rgb;
}
