// Mixes the images of a face: what `mixRun` of `packages/media/src/frames/texture-mix.ts` does texel by texel in TypeScript, bit by bit.

/** Fixed-point weight of 1 is 2^12. */
const SHIFT: i32 = 12;
const HALF: i32 = 1 << (SHIFT - 1);

/** Eight bytes of each of two images, in turn. */
@inline
function pairsAt(one: usize, other: usize): v128 {
  return i8x16.shuffle(
    v128.load64_zero(one),
    v128.load64_zero(other),
    0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
  );
}

/**
 * Weighted sum of `count` planes from `start` to `end`, and of up to seven texels more. `plans` holds the places of the planes, then
 * their weights, four bytes each.
 */
export function mixRun(plans: usize, count: i32, most: i32, output: usize, start: i32, end: i32): void {
  const weights = plans + (most << 2);
  for (let i = start; i < end; i += 8) {
    let low = i32x4.splat(HALF);
    let high = i32x4.splat(HALF);
    for (let k: i32 = 0; k < count; k += 2) {
      const one = load<usize>(plans + (k << 2));
      const weight = load<i32>(weights + (k << 2));
      const isLast = k + 1 === count;
      const other = isLast ? one : load<usize>(plans + (k << 2), 4);
      const otherWeight = isLast ? 0 : load<i32>(weights + (k << 2), 4);
      const pairs = pairsAt(one + i, other + i);
      const both = i32x4.splat(weight | (otherWeight << 16));
      low = i32x4.add(low, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(pairs), both));
      high = i32x4.add(high, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(pairs), both));
    }
    const words = i16x8.narrow_i32x4_u(i32x4.shr_u(low, SHIFT), i32x4.shr_u(high, SHIFT));
    v128.store64_lane(output + i, i8x16.narrow_i16x8_u(words, words), 0);
  }
}
