import { nearest, sums4 } from './vectors';

/** Parts of a pixel that are told apart: 2^9. */
const PHASES: f32 = 512;
const PHASE_BITS: i32 = 9;
const PHASE_MASK: i32 = 511;
const WEIGHT_ONE: f32 = 16384;

/** Two rows of four bytes as pairs of 16 bits, column by column. */
@inline
function pairsAt(upper: usize, lower: usize): v128 {
  const mixed = i8x16.shuffle(
    v128.load32_zero(upper),
    v128.load32_zero(lower),
    0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
  );
  return i16x8.extend_low_i8x16_u(mixed);
}

/** The weighed sums of four columns of four bytes, each times its own weight. */
@inline
function weighedAt(at: usize, stride: usize, right: usize, down: usize): v128 {
  const lower = at + 2 * stride;
  const columns = i32x4.add(
    i32x4.dot_i16x8_s(pairsAt(at, at + stride), v128.load32_splat(down)),
    i32x4.dot_i16x8_s(pairsAt(lower, lower + stride), v128.load32_splat(down, 4)),
  );
  return f32x4.mul(f32x4.convert_i32x4_s(columns), v128.load(right));
}

/**
 * Catmull-Rom between the values of a plane of bytes around four places from 0 to the last column and row; one value more is there on the
 * left and above, two on the right and below.
 */
@inline
export function cubicAt(plane: usize, stride: i32, x: v128, y: v128, pairWeights: usize, weights: usize): v128 {
  const placeX = nearest(f32x4.mul(x, f32x4.splat(PHASES)));
  const placeY = nearest(f32x4.mul(y, f32x4.splat(PHASES)));
  const row = i32x4.mul(i32x4.shr_u(placeY, PHASE_BITS), i32x4.splat(stride));
  const at = i32x4.add(i32x4.add(row, i32x4.shr_u(placeX, PHASE_BITS)), i32x4.splat(<i32>plane));
  const mask = i32x4.splat(PHASE_MASK);
  const right = i32x4.add(i32x4.shl(v128.and(placeX, mask), 4), i32x4.splat(<i32>weights));
  const down = i32x4.add(i32x4.shl(v128.and(placeY, mask), 3), i32x4.splat(<i32>pairWeights));
  const sums = sums4(
    weighedAt(i32x4.extract_lane(at, 0), stride, i32x4.extract_lane(right, 0), i32x4.extract_lane(down, 0)),
    weighedAt(i32x4.extract_lane(at, 1), stride, i32x4.extract_lane(right, 1), i32x4.extract_lane(down, 1)),
    weighedAt(i32x4.extract_lane(at, 2), stride, i32x4.extract_lane(right, 2), i32x4.extract_lane(down, 2)),
    weighedAt(i32x4.extract_lane(at, 3), stride, i32x4.extract_lane(right, 3), i32x4.extract_lane(down, 3)),
  );
  return f32x4.mul(sums, f32x4.splat(1.0 / WEIGHT_ONE));
}

/** The four bytes around a place: two of a row, then two of the next. */
@inline
function squareAt(at: usize, stride: usize): v128 {
  const rows = i16x8.shuffle(v128.load32_zero(at), v128.load32_zero(at + stride), 0, 8, 1, 1, 1, 1, 1, 1);
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(rows)));
}

/** Straight between the values of a plane of bytes around four places, which lie as in `cubicAt`. */
@inline
export function linearAt(plane: usize, stride: i32, offsets: v128, right: v128, down: v128): v128 {
  const a = squareAt(plane + i32x4.extract_lane(offsets, 0), stride);
  const b = squareAt(plane + i32x4.extract_lane(offsets, 1), stride);
  const c = squareAt(plane + i32x4.extract_lane(offsets, 2), stride);
  const d = squareAt(plane + i32x4.extract_lane(offsets, 3), stride);
  // The upper left ones, the upper right ones, and so on.
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const abLow = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cdLow = i32x4.shuffle(c, d, 2, 6, 3, 7);
  const above = between(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7), right);
  const below = between(i32x4.shuffle(abLow, cdLow, 0, 1, 4, 5), i32x4.shuffle(abLow, cdLow, 2, 3, 6, 7), right);
  return between(above, below, down);
}

/** Offsets in a plane of the squares around four places. */
@inline
export function offsetsOf(x: v128, y: v128, stride: i32): v128 {
  const rows = i32x4.mul(i32x4.add(y, i32x4.splat(1)), i32x4.splat(stride));
  return i32x4.add(i32x4.add(rows, x), i32x4.splat(1));
}

@inline
export function between(from: v128, to: v128, share: v128): v128 {
  return f32x4.add(from, f32x4.mul(f32x4.sub(to, from), share));
}

/** Catmull-Rom between texels of four fractions each; `x` and `y` from 1 to the last column and row but two. */
export function texelAt(texels: usize, width: i32, x: f32, y: f32, weights: usize): v128 {
  const placeX = <i32>(x * PHASES + 0.5);
  const placeY = <i32>(y * PHASES + 0.5);
  const across = weights + ((placeX & PHASE_MASK) << 4);
  const down = weights + ((placeY & PHASE_MASK) << 4);
  let at = texels + ((((placeY >> PHASE_BITS) - 1) * width + (placeX >> PHASE_BITS) - 1) << 4);
  let sum = f32x4.splat(0);
  for (let k: usize = 0; k < 16; k += 4) {
    const line = f32x4.add(
      f32x4.add(
        f32x4.mul(v128.load(at), v128.load32_splat(across)),
        f32x4.mul(v128.load(at, 16), v128.load32_splat(across, 4)),
      ),
      f32x4.add(
        f32x4.mul(v128.load(at, 32), v128.load32_splat(across, 8)),
        f32x4.mul(v128.load(at, 48), v128.load32_splat(across, 12)),
      ),
    );
    sum = f32x4.add(sum, f32x4.mul(line, v128.load32_splat(down + k)));
    at += width << 4;
  }
  return sum;
}
