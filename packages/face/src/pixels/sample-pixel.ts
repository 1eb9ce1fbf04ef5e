import type { RgbaImage } from '@visavis/media/frames';

/**
 * Colour and alpha at a position (the centre of the first pixel lies at .5), by Catmull-Rom interpolation, which keeps
 * texture sharper than linear. The border repeats.
 */
export function samplePixel(image: RgbaImage, x: number, y: number, out: Float32Array): void {
  const { width, height, data } = image;
  const px = Math.min(width - 1, Math.max(0, x - 0.5));
  const py = Math.min(height - 1, Math.max(0, y - 0.5));
  const ix = Math.floor(px);
  const iy = Math.floor(py);
  const fx = px - ix;
  const fy = py - iy;
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let row = -1; row <= 2; row++) {
    const weightY = cubicWeight(fy - row);
    if (weightY === 0) continue;
    const rowAt = Math.min(height - 1, Math.max(0, iy + row)) * width;
    for (let column = -1; column <= 2; column++) {
      const weight = weightY * cubicWeight(fx - column);
      if (weight === 0) continue;
      const at = (rowAt + Math.min(width - 1, Math.max(0, ix + column))) * 4;
      first += (data[at] as number) * weight;
      second += (data[at + 1] as number) * weight;
      third += (data[at + 2] as number) * weight;
      fourth += (data[at + 3] as number) * weight;
    }
  }
  out[0] = first;
  out[1] = second;
  out[2] = third;
  out[3] = fourth;
}

/** Catmull-Rom kernel. */
function cubicWeight(distance: number): number {
  const d = Math.abs(distance);
  if (d >= 2) return 0;
  return d < 1 ? 1 + d * d * (1.5 * d - 2.5) : 2 + d * (-4 + d * (2.5 - 0.5 * d));
}
