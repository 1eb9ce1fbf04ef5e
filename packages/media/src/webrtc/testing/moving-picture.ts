import type { Picture } from '../../core/picture.ts';

/** A textured background with a bright square whose left edge is at `squareLeft(index, width)`, in the upper half. */
export function drawMovingPicture(index: number, out: Picture): void {
  const { width, height, data } = out;
  const left = squareLeft(index, width);
  const size = width / 4;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isSquare = x >= left && x < left + size && y >= size && y < 2 * size;
      data[y * width + x] = isSquare ? 220 : 60 + ((x >> 4) ^ (y >> 4)) * 2;
    }
  }
  data.fill(128, width * height);
}

function squareLeft(index: number, width: number): number {
  return (index * 4) % (width / 2);
}

/** Whether a decoded luma plane shows the square where frame `index` has it. */
export function showsSquareAt(luma: Uint8Array, strideBytes: number, width: number, index: number): boolean {
  const row = Math.round(width * 0.375);
  const inside = luma[row * strideBytes + squareLeft(index, width) + width / 8] ?? 0;
  const below = luma[Math.round(width * 0.75) * strideBytes + squareLeft(index, width) + width / 8] ?? 255;
  return inside > 190 && below < 150;
}
