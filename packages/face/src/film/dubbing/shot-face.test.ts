import { expect, it } from 'vitest';
import { COLUMNS, CURVES, POINT_COUNT, RIGID_COUNT, type SeenFace } from './seen-face.ts';
import { ShotFace } from './shot-face.ts';

const HALF_WIDTH = 40;

/** A face that looks at the camera with closed lips, so many pixels aside. */
function faceAt(x: number, y = 0): SeenFace {
  const moved = (points: readonly (readonly [number, number])[]): Float32Array =>
    Float32Array.from(points.flatMap(([u, v]) => [200 + x + u, 200 + y + v]));
  const rigid = Array.from(
    { length: RIGID_COUNT },
    (_unused, k) => [90 * Math.cos(k), -60 + 40 * Math.sin(2.3 * k)] as const,
  );
  const lower = Array.from({ length: POINT_COUNT }, (_unused, k) => {
    if (k >= COLUMNS * CURVES.length) return [0, 60 + 5 * k] as const;
    const share = (2 * (k % COLUMNS)) / (COLUMNS - 1) - 1;
    return [share * HALF_WIDTH, [-8, 0, 0, 10][Math.floor(k / COLUMNS)] as number] as const;
  });
  return {
    rigid: moved(rigid),
    lower: moved(lower),
    depths: Float32Array.from({ length: RIGID_COUNT + POINT_COUNT }, (_unused, k) => 20 * Math.sin(1.7 * k)),
    light: 120,
    yaw: 0,
    isTurnedAway: false,
    isCovered: false,
    tones: new Float32Array(),
  };
}

it('the faster a head moves, the wider its mouth is smeared in the picture; one that is lost beside it tells nothing', () => {
  const smearOf = (faces: readonly (SeenFace | null)[]) => new ShotFace(faces, 25).at(1)?.smearPx;
  expect(smearOf([faceAt(0), faceAt(0), faceAt(0)])).toBeCloseTo(0, 3);
  expect(smearOf([faceAt(0), faceAt(8), faceAt(16)])).toBeCloseTo(2, 2);
  expect(smearOf([faceAt(0), faceAt(8, 6), null])).toBeCloseTo(2.5, 2);
  expect(smearOf([null, faceAt(0), null])).toBe(0);
  // No more of the mouth than that, however far it jumps.
  expect(smearOf([faceAt(0), faceAt(150), faceAt(300)])).toBeCloseTo(HALF_WIDTH / 4, 2);
});
