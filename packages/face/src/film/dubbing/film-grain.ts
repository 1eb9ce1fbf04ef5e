import { seededRandom } from '@visavis/media/core';

export const GRAIN_SIDE = 256;

/** Noise of deviation 1, a little soft, as it is behind a lens. */
export function createGrain(): Float32Array {
  const random = seededRandom('grain');
  const count = GRAIN_SIDE * GRAIN_SIDE;
  const white = Float32Array.from({ length: count }, () => 1.73 * (random() + random() + random() + random() - 2));
  return white.map(
    (value, i) => 0.8 * value + 0.42 * ((white[(i + 1) % count] ?? 0) + (white[(i + GRAIN_SIDE) % count] ?? 0)),
  );
}

/** Where the grain of a picture of a film begins. */
export function grainShiftOf(index: number): number {
  return (index * 7919) & (GRAIN_SIDE * GRAIN_SIDE - 1);
}
