// Four pixels at a time. What compilers make of `pmin` and `pmax` is one instruction each, unlike that of `min` and `max`.

/** A fraction below 2^22 plus this one has its nearest whole number in its lowest bits. */
const WHOLE: f32 = 8388608.0;
const WHOLE_BITS: i32 = 0x4b000000;

/** The nearest whole numbers; none may be negative. */
@inline
export function nearest(values: v128): v128 {
  return i32x4.sub(f32x4.add(values, f32x4.splat(WHOLE)), i32x4.splat(WHOLE_BITS));
}

@inline
export function within4(values: v128, least: f32, most: f32): v128 {
  return f32x4.pmin(f32x4.pmax(values, f32x4.splat(least)), f32x4.splat(most));
}

/** Sums of the lanes of each. */
@inline
export function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/** Products of the lanes of each. */
@inline
export function products4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.mul(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = f32x4.mul(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return f32x4.mul(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/** Four bytes as fractions. */
@inline
export function bytesAt(at: usize): v128 {
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))));
}

/** The nearest bytes. */
@inline
export function storeBytes(at: usize, values: v128): void {
  const words = nearest(values);
  const halves = i16x8.narrow_i32x4_u(words, words);
  v128.store32_lane(at, i8x16.narrow_i16x8_u(halves, halves), 0);
}
