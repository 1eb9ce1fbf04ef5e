import type { FoundFace } from '../../packages/face/src/landmarks/face-finder.ts';
import type { Picture } from '../../packages/media/src/core/picture.ts';
import { smoothStep } from '../../packages/media/src/core/smooth-step.ts';

/** An ellipsoid for the head, in widths and heights of the detector's box. */
const RADIUS = { across: 0.72, down: 0.98, depth: 0.78 } as const;
const MIDDLE_ABOVE = 0.12;
/** Beyond the head what lies behind it is drawn along, up to so many radii. */
const DRAWN_ALONG = 1.75;
/** The nose, in half widths of the head: how far it stands out, how wide it is, and where it lies below the middle. */
const NOSE = { height: 0.2, width: 0.2, down: 0.2, length: 0.2 } as const;
const ROUNDS = 8;

/** Turns the head of a portrait to the side in depth, by an angle in radians; what the camera did not see is stretched. */
export function turnHead(picture: Picture, face: FoundFace, angle: number): void {
  const head = {
    x: face.centerX,
    y: face.centerY - MIDDLE_ABOVE * face.height,
    across: RADIUS.across * face.width,
    down: RADIUS.down * face.height,
  };
  const { width, height, data } = picture;
  const size = width * height;
  const planes = [
    { data: data.subarray(0, size), width, height, step: 1 },
    { data: data.subarray(size, size * 1.25), width: width / 2, height: height / 2, step: 2 },
    { data: data.subarray(size * 1.25), width: width / 2, height: height / 2, step: 2 },
  ];
  for (const plane of planes) {
    const source = Uint8Array.from(plane.data);
    for (let y = 0; y < plane.height; y++) {
      const v = ((y + 0.5) * plane.step - head.y) / head.down;
      if (Math.abs(v) >= DRAWN_ALONG) continue;
      for (let x = 0; x < plane.width; x++) {
        const u = ((x + 0.5) * plane.step - head.x) / head.across;
        if (u * u + v * v >= DRAWN_ALONG ** 2) continue;
        const from = (sourceOf(u, v, angle) * head.across + head.x) / plane.step - 0.5;
        plane.data[y * plane.width + x] = linearIn(source, plane.width, y, from);
      }
    }
  }
}

/** Where on the portrait lies what is seen at `u` once the head has turned; in radii of the head. */
function sourceOf(u: number, v: number, angle: number): number {
  let from = u;
  for (let round = 0; round < ROUNDS; round++) from += 0.7 * (u - turnedTo(from, v, angle));
  return from;
}

function turnedTo(u: number, v: number, angle: number): number {
  const radius = Math.hypot(u, v);
  const share = 1 - smoothStep(0.95, DRAWN_ALONG, radius);
  const round = radius < 1 ? (1 - radius * radius) ** 0.8 : 0;
  const nose = NOSE.height * Math.exp(-((u / NOSE.width) ** 2) - ((v - NOSE.down) / NOSE.length) ** 2);
  const depth = RADIUS.depth * round + nose;
  return u + share * (u * (Math.cos(angle) - 1) + depth * Math.sin(angle));
}

function linearIn(data: Uint8Array, width: number, row: number, x: number): number {
  const left = Math.min(width - 1, Math.max(0, Math.floor(x)));
  const right = Math.min(width - 1, left + 1);
  const share = Math.min(1, Math.max(0, x - left));
  const [a, b] = [data[row * width + left] ?? 0, data[row * width + right] ?? 0];
  return a + (b - a) * share + 0.5;
}
