import type { Picture } from '@visavis/media/core';
import type { RgbaImage, SourceBox } from '@visavis/media/frames';

/** Interleaved 8-bit RGB without row padding. */
export type RgbImage = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** A colour, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** One channel of a picture without row padding: floats where it is reckoned with, bytes where it comes from a film. */
export type Plane<Data extends Float32Array | Uint8Array = Float32Array> = {
  readonly width: number;
  readonly height: number;
  readonly data: Data;
};

/** Light of a colour as ITU-R BT.601 weighs it. */
export function lumaOf([red, green, blue]: Rgb): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

export function meanColour(colours: readonly Rgb[]): Rgb {
  const sum = [0, 0, 0];
  for (const colour of colours) for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (colour[c] ?? 0);
  const count = Math.max(1, colours.length);
  return [(sum[0] ?? 0) / count, (sum[1] ?? 0) / count, (sum[2] ?? 0) / count];
}

/** Colour of the pixel at a whole column and row; the border repeats. */
export function pixelAt({ data, width, height }: RgbImage, column: number, row: number): Rgb {
  const x = Math.min(width - 1, Math.max(0, column));
  const y = Math.min(height - 1, Math.max(0, row));
  const at = (y * width + x) * 3;
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
}

/** Mean over a square of `2 * reach + 1` pixels around the one at a whole column and row; the border repeats. */
export function meanAround(image: RgbImage, column: number, row: number, reach: number): Rgb {
  let [red, green, blue] = [0, 0, 0];
  for (let y = row - reach; y <= row + reach; y++) {
    for (let x = column - reach; x <= column + reach; x++) {
      const pixel = pixelAt(image, x, y);
      red += pixel[0];
      green += pixel[1];
      blue += pixel[2];
    }
  }
  const count = (2 * reach + 1) ** 2;
  return [red / count, green / count, blue / count];
}

export function channelPlane({ width, height, data }: RgbImage, channel: 0 | 1 | 2): Plane {
  const values = Float32Array.from({ length: width * height }, (_unused, i) => data[i * 3 + channel] ?? 0);
  return { width, height, data: values };
}

export function lumaPlane({ width, height, data }: RgbImage): Plane {
  const lumas = new Float32Array(width * height);
  for (let i = 0, from = 0; i < lumas.length; i++, from += 3) {
    // As in `lumaOf`, without a colour for every pixel.
    lumas[i] = 0.299 * (data[from] as number) + 0.587 * (data[from + 1] as number) + 0.114 * (data[from + 2] as number);
  }
  return { width, height, data: lumas };
}

/** Opaque. */
export function withAlpha({ width, height, data }: RgbImage): RgbaImage {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(i * 3, i * 3 + 3), i * 4);
  return { width, height, data: rgba };
}

/** Copy of the part of a picture that lies in the square. */
export function cutSquare(image: RgbImage, left: number, top: number, side: number): RgbImage {
  const width = Math.min(side, image.width - left);
  const height = Math.min(side, image.height - top);
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * image.width + left) * 3;
    data.set(image.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data };
}

/** Turned clockwise. */
export function quarterTurn({ width, height, data }: RgbImage): RgbImage {
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (x * height + (height - 1 - y)) * 3;
      for (let c = 0; c < 3; c++) turned[to + c] = data[from + c] ?? 0;
    }
  }
  return { width: height, height: width, data: turned };
}

export function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

/**
 * A crop of a picture, painted pixel by pixel: `paint` is given the middle of each in the picture's coordinates and writes colour and
 * alpha, 0 to 255, or answers false where the picture stays as it is.
 */
export function paintCrop(
  image: RgbaImage,
  box: SourceBox,
  paint: (x: number, y: number, pixel: Float32Array) => boolean,
): RgbaImage {
  const data = new Uint8Array(box.width * box.height * 4);
  const pixel = new Float32Array(4);
  for (let row = 0; row < box.height; row++) {
    for (let column = 0; column < box.width; column++) {
      const to = (row * box.width + column) * 4;
      if (paint(box.x + column + 0.5, box.y + row + 0.5, pixel)) {
        for (let c = 0; c < 4; c++) data[to + c] = toByte(pixel[c] ?? 0);
      } else {
        const from = ((box.y + row) * image.width + box.x + column) * 4;
        data.set(image.data.subarray(from, from + 4), to);
      }
    }
  }
  return { width: box.width, height: box.height, data };
}

/** Interleaved RGB of a picture (BT.601, limited range). */
export function rgbOf({ width, height, data }: Picture): Uint8Array {
  const rgb = new Uint8ClampedArray(width * height * 3);
  const chromaWidth = width >> 1;
  const uStart = width * height;
  const vStart = uStart + chromaWidth * (height >> 1);
  let out = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const chroma = (row >> 1) * chromaWidth + (column >> 1);
      const y = 1.16438 * ((data[row * width + column] as number) - 16);
      const u = (data[uStart + chroma] as number) - 128;
      const v = (data[vStart + chroma] as number) - 128;
      rgb[out] = y + 1.59603 * v;
      rgb[out + 1] = y - 0.39176 * u - 0.81297 * v;
      rgb[out + 2] = y + 2.01723 * u;
      out += 3;
    }
  }
  return new Uint8Array(rgb.buffer);
}
