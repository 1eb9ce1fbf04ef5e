// Edges of blocks made smooth (ITU-T H.264, 8.7.2). Pixels before an edge are p0, p1, … away from it, those behind it q0, q1, …
#ifndef VISAVIS_H264_EDGES_H
#define VISAVIS_H264_EDGES_H
#include "vectors.h"

namespace h264 {

inline Vector low(Vector bytes) { return wasm_u16x8_extend_low_u8x16(bytes); }
inline Vector high(Vector bytes) { return wasm_u16x8_extend_high_u8x16(bytes); }
inline Vector twice(Vector value) { return wasm_i16x8_shl(value, 1); }
inline Vector plus(Vector a, Vector b) { return wasm_i16x8_add(a, b); }
inline Vector minus(Vector a, Vector b) { return wasm_i16x8_sub(a, b); }
inline Vector is_near(Vector a, Vector b, Vector limit) { return wasm_u8x16_lt(distance8(a, b), limit); }
inline Vector both(Vector a, Vector b) { return wasm_v128_and(a, b); }
inline Vector shifted(Vector value, int round, int by) { return wasm_i16x8_shr(plus(value, wasm_i16x8_splat((int16_t)round)), (uint32_t)by); }
inline Vector signs_low(Vector mask) { return wasm_i16x8_extend_low_i8x16(mask); }
inline Vector signs_high(Vector mask) { return wasm_i16x8_extend_high_i8x16(mask); }

/** How far p0 and q0 move towards each other, at most by `most`. */
inline Vector step_of(Vector p1, Vector p0, Vector q0, Vector q1, Vector most) {
  const Vector wanted = shifted(plus(wasm_i16x8_shl(minus(q0, p0), 2), minus(p1, q1)), 4, 3);
  return clipped(wanted, wasm_i16x8_neg(most), most);
}

/** A byte of `strengths` for each four pixels, and for each two of both colours. */
inline Vector limits4(const int8_t *strengths) {
  const Vector four = load4(strengths);
  return wasm_i8x16_shuffle(four, four, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
}
inline Vector limits2(const int8_t *strengths) {
  const Vector four = load4(strengths);
  return wasm_i8x16_shuffle(four, four, 0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 1, 1, 2, 2, 3, 3);
}

/** Columns 0 to 7: p3, p2, p1, p0, q0, q1, q2, q3; the weak filter changes p1 to q1. False: nothing changes. */
inline bool smooth_weakly(Vector *edge, int32_t alpha, int32_t beta, const int8_t *strengths) {
  const Vector p2 = edge[1], p1 = edge[2], p0 = edge[3], q0 = edge[4], q1 = edge[5], q2 = edge[6];
  const Vector near_beta = wasm_i8x16_splat((int8_t)beta), limit = limits4(strengths);
  const Vector steady = both(both(is_near(p0, q0, wasm_i8x16_splat((int8_t)alpha)), is_near(p1, p0, near_beta)), is_near(q1, q0, near_beta));
  const Vector chosen = both(steady, wasm_i8x16_ge(limit, wasm_i8x16_const_splat(0)));
  if (!wasm_v128_any_true(chosen)) return false;
  const Vector at_p = both(chosen, is_near(p2, p0, near_beta)), at_q = both(chosen, is_near(q2, q0, near_beta));
  const Vector middle = wasm_u8x16_avgr(p0, q0);
  Vector result[4][2];
  for (int half = 0; half < 2; half++) {
    const auto wide = half == 0 ? low : high;
    const auto mask = half == 0 ? signs_low : signs_high;
    const Vector most = mask(limit), least = wasm_i16x8_neg(most), between = wide(middle), is_p = mask(at_p), is_q = mask(at_q);
    const Vector move_p = clipped(shifted(minus(plus(wide(p2), between), twice(wide(p1))), 0, 1), least, most);
    const Vector move_q = clipped(shifted(minus(plus(wide(q2), between), twice(wide(q1))), 0, 1), least, most);
    const Vector step = both(step_of(wide(p1), wide(p0), wide(q0), wide(q1), minus(minus(most, is_p), is_q)), mask(chosen));
    result[0][half] = plus(wide(p1), both(move_p, is_p));
    result[1][half] = plus(wide(p0), step);
    result[2][half] = minus(wide(q0), step);
    result[3][half] = plus(wide(q1), both(move_q, is_q));
  }
  for (int i = 0; i < 4; i++) edge[2 + i] = wasm_u8x16_narrow_i16x8(result[i][0], result[i][1]);
  return true;
}

struct Side {
  Vector first, second, third;
};

/** One side of the edge where both sides are alike: 0 is next to the edge; `o0` and `o1` lie on the other side. */
inline Side smoothed_side(Vector s0, Vector s1, Vector s2, Vector s3, Vector o0, Vector o1) {
  const Vector sum = plus(plus(s1, s0), o0);
  return {shifted(plus(plus(s2, twice(sum)), o1), 4, 3), shifted(plus(s2, sum), 2, 2),
          shifted(plus(plus(twice(plus(s3, s2)), s2), sum), 4, 3)};
}

inline Vector picked(Vector mask, Vector yes, Vector no) { return wasm_v128_bitselect(yes, no, mask); }

/** The strong filter changes p2 to q2. */
inline bool smooth_strongly(Vector *edge, int32_t alpha, int32_t beta) {
  const Vector p2 = edge[1], p1 = edge[2], p0 = edge[3], q0 = edge[4], q1 = edge[5], q2 = edge[6];
  const Vector near_beta = wasm_i8x16_splat((int8_t)beta);
  const Vector chosen = both(both(is_near(p0, q0, wasm_i8x16_splat((int8_t)alpha)), is_near(p1, p0, near_beta)), is_near(q1, q0, near_beta));
  if (!wasm_v128_any_true(chosen)) return false;
  const Vector is_alike = both(chosen, is_near(p0, q0, wasm_i8x16_splat((int8_t)((alpha >> 2) + 2))));
  const Vector at_p = both(is_alike, is_near(p2, p0, near_beta)), at_q = both(is_alike, is_near(q2, q0, near_beta));
  Vector strong[6][2], weak[2][2];
  for (int half = 0; half < 2; half++) {
    const auto wide = half == 0 ? low : high;
    const Vector a0 = wide(p0), a1 = wide(p1), b0 = wide(q0), b1 = wide(q1);
    const Side p = smoothed_side(a0, a1, wide(p2), wide(edge[0]), b0, b1);
    const Side q = smoothed_side(b0, b1, wide(q2), wide(edge[7]), a0, a1);
    strong[0][half] = p.third, strong[1][half] = p.second, strong[2][half] = p.first;
    strong[3][half] = q.first, strong[4][half] = q.second, strong[5][half] = q.third;
    weak[0][half] = shifted(plus(plus(twice(a1), a0), b1), 2, 2);
    weak[1][half] = shifted(plus(plus(twice(b1), b0), a1), 2, 2);
  }
  for (int side = 0; side < 2; side++) {
    Vector *nearest = &edge[3 + side];
    *nearest = picked(chosen, wasm_u8x16_narrow_i16x8(weak[side][0], weak[side][1]), *nearest);
  }
  for (int i = 0; i < 6; i++) {
    edge[1 + i] = picked(i < 3 ? at_p : at_q, wasm_u8x16_narrow_i16x8(strong[i][0], strong[i][1]), edge[1 + i]);
  }
  return true;
}

/** Eight rows of eight pixels, as columns, two in a vector. */
inline void turn8(const Vector *rows, Vector *columns) {
  const Vector a = PAIRS8_LOW(rows[0], rows[1]), b = PAIRS8_LOW(rows[2], rows[3]);
  const Vector c = PAIRS8_LOW(rows[4], rows[5]), d = PAIRS8_LOW(rows[6], rows[7]);
  const Vector ab = PAIRS16_LOW(a, b), ab_high = PAIRS16_HIGH(a, b), cd = PAIRS16_LOW(c, d), cd_high = PAIRS16_HIGH(c, d);
  columns[0] = PAIRS32_LOW(ab, cd), columns[1] = PAIRS32_HIGH(ab, cd);
  columns[2] = PAIRS32_LOW(ab_high, cd_high), columns[3] = PAIRS32_HIGH(ab_high, cd_high);
}

/** The edge between columns, `at` its fourth pixel to the left. */
inline void load_columns(const uint8_t *at, int32_t stride, Vector *edge) {
  Vector rows[8], upper[4], lower[4];
  for (int y = 0; y < 8; y++) rows[y] = load8(at + y * stride);
  turn8(rows, upper);
  for (int y = 0; y < 8; y++) rows[y] = load8(at + (8 + y) * stride);
  turn8(rows, lower);
  for (int k = 0; k < 4; k++) {
    edge[2 * k] = LOW_HALVES(upper[k], lower[k]);
    edge[2 * k + 1] = HIGH_HALVES(upper[k], lower[k]);
  }
}

inline void store_columns(uint8_t *at, int32_t stride, const Vector *edge) {
  Vector turned[4], rest[8];
  turn8(edge, turned);
  for (int k = 0; k < 8; k++) rest[k] = HIGH_HALVES(edge[k], edge[k]);
  for (int half = 0; half < 2; half++) {
    if (half == 1) turn8(rest, turned);
    for (int k = 0; k < 4; k++, at += 2 * stride) {
      wasm_v128_store64_lane(at, turned[k], 0);
      wasm_v128_store64_lane(at + stride, turned[k], 1);
    }
  }
}

inline void luma_rows_weakly(uint8_t *at, int32_t stride, int32_t alpha, int32_t beta, int8_t *strengths) {
  Vector edge[8];
  for (int k = 1; k < 7; k++) edge[k] = load16(at + (k - 4) * stride);
  if (!smooth_weakly(edge, alpha, beta, strengths)) return;
  for (int k = 2; k < 6; k++) store16(at + (k - 4) * stride, edge[k]);
}

inline void luma_columns_weakly(uint8_t *at, int32_t stride, int32_t alpha, int32_t beta, int8_t *strengths) {
  Vector edge[8];
  load_columns(at - 4, stride, edge);
  if (smooth_weakly(edge, alpha, beta, strengths)) store_columns(at - 4, stride, edge);
}

inline void luma_rows_strongly(uint8_t *at, int32_t stride, int32_t alpha, int32_t beta) {
  Vector edge[8];
  for (int k = 0; k < 8; k++) edge[k] = load16(at + (k - 4) * stride);
  if (!smooth_strongly(edge, alpha, beta)) return;
  for (int k = 1; k < 7; k++) store16(at + (k - 4) * stride, edge[k]);
}

inline void luma_columns_strongly(uint8_t *at, int32_t stride, int32_t alpha, int32_t beta) {
  Vector edge[8];
  load_columns(at - 4, stride, edge);
  if (smooth_strongly(edge, alpha, beta)) store_columns(at - 4, stride, edge);
}

/** Of blue, then red: p1, p0, q0, q1. `strengths` is null for the strong filter. Only p0 and q0 change. */
inline bool smooth_chroma(Vector *edge, int32_t alpha, int32_t beta, const int8_t *strengths) {
  const Vector p1 = edge[0], p0 = edge[1], q0 = edge[2], q1 = edge[3];
  const Vector near_beta = wasm_i8x16_splat((int8_t)beta);
  Vector chosen = both(both(is_near(p0, q0, wasm_i8x16_splat((int8_t)alpha)), is_near(p1, p0, near_beta)), is_near(q1, q0, near_beta));
  const Vector limit = strengths == nullptr ? wasm_i8x16_const_splat(0) : limits2(strengths);
  if (strengths != nullptr) chosen = both(chosen, wasm_i8x16_gt(limit, wasm_i8x16_const_splat(0)));
  if (!wasm_v128_any_true(chosen)) return false;
  Vector before[2], behind[2];
  for (int half = 0; half < 2; half++) {
    const auto wide = half == 0 ? low : high;
    const Vector a1 = wide(p1), a0 = wide(p0), b0 = wide(q0), b1 = wide(q1);
    if (strengths == nullptr) {
      before[half] = shifted(plus(plus(twice(a1), a0), b1), 2, 2);
      behind[half] = shifted(plus(plus(twice(b1), b0), a1), 2, 2);
    } else {
      const Vector step = step_of(a1, a0, b0, b1, half == 0 ? signs_low(limit) : signs_high(limit));
      before[half] = plus(a0, step);
      behind[half] = minus(b0, step);
    }
  }
  edge[1] = picked(chosen, wasm_u8x16_narrow_i16x8(before[0], before[1]), p0);
  edge[2] = picked(chosen, wasm_u8x16_narrow_i16x8(behind[0], behind[1]), q0);
  return true;
}

inline Vector four_rows(const uint8_t *at, int32_t stride) {
  Vector rows = load4(at);
  rows = wasm_v128_load32_lane(at + stride, rows, 1);
  rows = wasm_v128_load32_lane(at + 2 * stride, rows, 2);
  return wasm_v128_load32_lane(at + 3 * stride, rows, 3);
}

/** The edge between columns, `at` its second pixel to the left: two columns in a vector. */
inline void load_chroma_columns(const uint8_t *at, int32_t stride, Vector *columns) {
  const Vector upper = four_rows(at, stride), lower = four_rows(at + 4 * stride, stride);
  columns[0] = wasm_i8x16_shuffle(upper, lower, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  columns[1] = wasm_i8x16_shuffle(upper, lower, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
}

/** p0 and q0 of eight rows, `at` the first of them. */
inline void store_chroma_columns(uint8_t *at, int32_t stride, Vector pairs) {
  uint8_t bytes[16];
  store16(bytes, pairs);
  for (int y = 0; y < 8; y++) {
    at[y * stride] = bytes[2 * y];
    at[y * stride + 1] = bytes[2 * y + 1];
  }
}

}  // namespace h264
#endif
