import type { FoundFace } from '../../packages/face/src/landmarks/face-finder.ts';
import type { Picture } from '../../packages/media/src/core/picture.ts';
import { smoothStep } from '../../packages/media/src/core/smooth-step.ts';

/** A blue one, in luma, blue and red difference. */
const COLOUR = [112, 158, 104] as const;
/** In widths of the face: half of its width, its height, and the handle. */
const CUP = { half: 0.3, height: 0.62, handle: 0.17, thick: 0.055 } as const;
/** When it begins to come, when it is at the mouth, when it goes, and when it is gone. */
const TIMES_S = [1.5, 2.1, 3.5, 4.2] as const;
const SOFT_PX = 1.2;

/** Draws a cup that is lifted to the mouth of the face and put away. */
export function passCup(picture: Picture, face: FoundFace, atS: number): void {
  const [from, there, leaves, gone] = TIMES_S;
  const lifted = smoothStep(from, there, atS) * (1 - smoothStep(leaves, gone, atS));
  if (lifted <= 0) return;
  const top = face.centerY + face.height * (0.06 + 1.7 * (1 - lifted));
  const centre = face.centerX + face.width * 0.02;
  const { width, height, data } = picture;
  const size = width * height;
  for (let y = Math.max(0, Math.floor(top - 4)); y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = (x + 0.5 - centre) / face.width;
      const v = (y + 0.5 - top) / face.width;
      const cover = coverAt(u, v, face.width);
      if (cover <= 0) continue;
      const round = Math.min(1, Math.abs(u) / CUP.half);
      const light = 1.12 - 0.5 * round * round + 0.3 * Math.exp(-(((u + 0.12) / 0.05) ** 2)) - (v < 0.02 ? 0.12 : 0);
      mix(data, y * width + x, 16 + (COLOUR[0] - 16) * light, cover);
      if (x % 2 === 1 || y % 2 === 1) continue;
      const chroma = (y / 2) * (width / 2) + x / 2;
      mix(data, size + chroma, COLOUR[1], cover);
      mix(data, size * 1.25 + chroma, COLOUR[2], cover);
    }
  }
}

/** How much of a place is cup; its lower corners are round. */
function coverAt(u: number, v: number, faceWidth: number): number {
  const soft = SOFT_PX / faceWidth;
  const narrowing = 0.25 * Math.max(0, v) ** 2;
  const body = Math.max(Math.abs(u) - CUP.half + narrowing, -v, v - CUP.height);
  const ring = Math.abs(Math.hypot(u - CUP.half, v - CUP.height / 2) - CUP.handle) - CUP.thick / 2;
  return 1 - smoothStep(-soft, soft, Math.min(body, u > 0 ? ring : 1));
}

function mix(data: Uint8Array, at: number, value: number, share: number): void {
  const own = data[at] ?? 0;
  data[at] = Math.min(235, own + (value - own) * share + 0.5);
}
