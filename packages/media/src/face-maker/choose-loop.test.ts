import { expect, it } from 'vitest';
import { chooseLoop, chooseStill } from './choose-loop.ts';
import { poseMisfit } from './head-track.ts';
import type { TrackedFace } from './track-face.ts';

const POINTS = 468;

/** A head of points on an ellipsoid, 200 pixels wide, turned to the side by `yaw` radians. */
function headAt(yaw: number, { x = 500, lipGap = 0.01 } = {}): TrackedFace {
  const points = new Float32Array(POINTS * 2);
  for (let i = 0; i < POINTS; i++) {
    // Spread evenly over the front half: a Fibonacci lattice.
    const height = 1 - (2 * (i + 0.5)) / POINTS;
    const angle = ((i * Math.PI * (3 - Math.sqrt(5))) % Math.PI) - Math.PI / 2;
    const ring = Math.sqrt(1 - height * height);
    const aside = 100 * ring * Math.sin(angle);
    const depth = 110 * ring * Math.cos(angle);
    points[i * 2] = x + aside * Math.cos(yaw) + depth * Math.sin(yaw);
    points[i * 2 + 1] = 400 + 140 * height;
  }
  const scene = new Uint8Array(1024).fill(100);
  return { points, isTurnedAway: false, isAway: false, yaw, lipGap, lidGap: 0.1, sharpness: 100, scene };
}

it('the misfit of two heads grows with the turn between them, and not with their place', () => {
  expect(poseMisfit(headAt(0.1), headAt(0.1, { x: 620 }))).toBeLessThan(0.001);
  const [small, large] = [poseMisfit(headAt(0), headAt(0.05)), poseMisfit(headAt(0), headAt(0.2))];
  expect(small).toBeGreaterThan(0.001);
  expect(large).toBeGreaterThan(3 * small);
});

it('the drawn parts come from a picture in which the head is turned as in the loop', () => {
  // A second that looks straight at the camera, too short for a loop; then the head rests a little to the side.
  const faces = Array.from({ length: 140 }, (_unused, i) =>
    i < 25 ? headAt(0, { lipGap: 0 }) : headAt(0.17 + 0.01 * Math.sin(i / 10)),
  );
  const loop = chooseLoop(faces)!;
  expect(loop.first).toBeGreaterThanOrEqual(25);
  expect(chooseStill(faces, loop)).toBeGreaterThanOrEqual(25);
});

it('of two pieces that both close, the loop is the one in which the head turns less', () => {
  const faces = Array.from({ length: 300 }, (_unused, i) =>
    headAt((i < 150 ? 0.2 : 0.01) * Math.sin((i * Math.PI) / 25)),
  );
  expect(chooseLoop(faces)!.first).toBeGreaterThanOrEqual(150);
});

it('a short turn of the head is kept out of the loop', () => {
  const turnAt = (i: number): number => (i < 105 || i > 155 ? 0 : 0.4 * Math.sin(((i - 105) * Math.PI) / 50));
  const faces = Array.from({ length: 420 }, (_unused, i) => headAt(turnAt(i)));
  expect(chooseLoop(faces)!.first).toBeGreaterThan(155);
});

it('stretches without a face are in no loop, and no still is taken from them', () => {
  const faces = Array.from({ length: 200 }, (_unused, i) => ({ ...headAt(0), isAway: i < 60 || i >= 130 }));
  const loop = chooseLoop(faces)!;
  expect(loop.first - loop.meltCount).toBeGreaterThanOrEqual(60);
  expect(loop.first + loop.count).toBeLessThanOrEqual(130);
  const still = chooseStill(faces, loop)!;
  expect(still >= 60 && still < 130).toBe(true);
  expect(chooseLoop(faces.slice(0, 80))).toBeUndefined();
});
