// Pictures between pixels: what blocks that move by fractions of a pixel are predicted from (ITU-T H.264, 8.4.2.2).
#ifndef VISAVIS_H264_MOTION_H
#define VISAVIS_H264_MOTION_H
#include "vectors.h"

namespace h264 {

/** Sums of three pairs of samples, the outer ones first, weighed by 1, -5 and 20. */
inline Vector weighed(Vector outer, Vector middle, Vector inner) {
  const Vector difference = wasm_i16x8_sub(wasm_i16x8_shl(inner, 2), middle);
  return wasm_i16x8_add(outer, wasm_i16x8_add(difference, wasm_i16x8_shl(difference, 2)));
}

inline Vector weighed_rows(const Vector *rows) {
  return weighed(wasm_i16x8_add(rows[0], rows[5]), wasm_i16x8_add(rows[1], rows[4]), wasm_i16x8_add(rows[2], rows[3]));
}

inline Vector rounded(Vector sum) {
  const Vector value = wasm_i16x8_shr(wasm_i16x8_add(sum, wasm_i16x8_const_splat(16)), 5);
  return wasm_u8x16_narrow_i16x8(value, value);
}

inline void between_columns(const uint8_t *from, int32_t stride, uint8_t *to, int32_t to_stride, int32_t width, int32_t height) {
  for (int y = 0; y < height; y++, from += stride, to += to_stride) {
    for (int x = 0; x < width; x += 8) {
      const uint8_t *at = from + x;
      const Vector outer = wasm_i16x8_add(widened(at - 2), widened(at + 3));
      const Vector middle = wasm_i16x8_add(widened(at - 1), widened(at + 2));
      store_row(to + x, rounded(weighed(outer, middle, wasm_i16x8_add(widened(at), widened(at + 1)))), width - x);
    }
  }
}

inline void next_row(Vector *rows, Vector row) {
  for (int i = 0; i < 5; i++) rows[i] = rows[i + 1];
  rows[5] = row;
}

inline void between_rows(const uint8_t *from, int32_t stride, uint8_t *to, int32_t to_stride, int32_t width, int32_t height) {
  for (int x = 0; x < width; x += 8) {
    const uint8_t *at = from + x - 2 * stride;
    Vector rows[6];
    for (int i = 1; i < 6; i++, at += stride) rows[i] = widened(at);
    for (int y = 0; y < height; y++, at += stride) {
      next_row(rows, widened(at));
      store_row(to + y * to_stride + x, rounded(weighed_rows(rows)), width - x);
    }
  }
}

#define FROM_LANE(a, b, k) wasm_i16x8_shuffle(a, b, k, k + 1, k + 2, k + 3, k + 4, k + 5, k + 6, k + 7)

inline Vector weighed32(Vector outer_and_middle, Vector inner) {
  const Vector sum = wasm_i32x4_add(wasm_i32x4_dot_i16x8(outer_and_middle, wasm_i16x8_const(1, -5, 1, -5, 1, -5, 1, -5)), inner);
  return wasm_i32x4_shr(wasm_i32x4_add(sum, wasm_i32x4_const_splat(512)), 10);
}

/** `left` holds columns from two before the first one on, between rows. */
inline Vector crossing(Vector left, Vector right) {
  const Vector outer = wasm_i16x8_add(left, FROM_LANE(left, right, 5));
  const Vector middle = wasm_i16x8_add(FROM_LANE(left, right, 1), FROM_LANE(left, right, 4));
  const Vector inner = wasm_i16x8_add(FROM_LANE(left, right, 2), FROM_LANE(left, right, 3));
  const Vector twenty = wasm_i16x8_const_splat(20);
  const Vector low = weighed32(PAIRS16_LOW(outer, middle), wasm_i32x4_extmul_low_i16x8(inner, twenty));
  const Vector high = weighed32(PAIRS16_HIGH(outer, middle), wasm_i32x4_extmul_high_i16x8(inner, twenty));
  const Vector value = wasm_i16x8_narrow_i32x4(low, high);
  return wasm_u8x16_narrow_i16x8(value, value);
}

inline void between_both(const uint8_t *from, int32_t stride, uint8_t *to, int32_t to_stride, int32_t width, int32_t height) {
  for (int x = 0; x < width; x += 8) {
    const uint8_t *at = from + x - 2 * stride - 2;
    Vector left[6], right[6];
    for (int i = 1; i < 6; i++, at += stride) left[i] = widened(at), right[i] = widened(at + 8);
    for (int y = 0; y < height; y++, at += stride) {
      next_row(left, widened(at));
      next_row(right, widened(at + 8));
      store_row(to + y * to_stride + x, crossing(weighed_rows(left), weighed_rows(right)), width - x);
    }
  }
}

inline void average(uint8_t *to, int32_t to_stride, const uint8_t *one, int32_t one_stride, const uint8_t *other, int32_t other_stride,
             int32_t width, int32_t height) {
  for (int y = 0; y < height; y++, to += to_stride, one += one_stride, other += other_stride) {
    if (width == 16) {
      store16(to, wasm_u8x16_avgr(load16(one), load16(other)));
    } else {
      for (int x = 0; x < width; x += 8) store_row(to + x, wasm_u8x16_avgr(load8(one + x), load8(other + x)), width - x);
    }
  }
}

inline void copy(const uint8_t *from, int32_t stride, uint8_t *to, int32_t to_stride, int32_t width, int32_t height) {
  for (int y = 0; y < height; y++, from += stride, to += to_stride) {
    if (width == 16) store16(to, load16(from));
    else store_row(to, load8(from), width);
  }
}

/** Quarters of a pixel lie in the middle between two of the places that are whole or half. */
inline void predict_luma(const uint8_t *from, int32_t stride, uint8_t *to, int32_t to_stride, int16_t right, int16_t down, int32_t width,
                  int32_t height) {
  const int x = right & 3, y = down & 3;
  uint8_t one[16 * 16], other[16 * 16];
  if (x == 0 && y == 0) return copy(from, stride, to, to_stride, width, height);
  if (x == 2 && y == 0) return between_columns(from, stride, to, to_stride, width, height);
  if (x == 0 && y == 2) return between_rows(from, stride, to, to_stride, width, height);
  if (x == 2 && y == 2) return between_both(from, stride, to, to_stride, width, height);
  const uint8_t *lower = from + (y == 3 ? stride : 0), *later = from + (x == 3 ? 1 : 0);
  if (y == 0 || x == 0) {
    if (y == 0) between_columns(from, stride, one, 16, width, height);
    else between_rows(from, stride, one, 16, width, height);
    return average(to, to_stride, y == 0 ? later : lower, stride, one, 16, width, height);
  }
  if (y == 2) between_rows(later, stride, one, 16, width, height);
  else between_columns(lower, stride, one, 16, width, height);
  if (x == 2 || y == 2) between_both(from, stride, other, 16, width, height);
  else between_rows(later, stride, other, 16, width, height);
  average(to, to_stride, one, 16, other, 16, width, height);
}

inline void predict_chroma(const uint8_t *from, int32_t stride, uint8_t *to, int32_t to_stride, int16_t right, int16_t down, int32_t width,
                    int32_t height) {
  const int x = right & 7, y = down & 7;
  if (x == 0 && y == 0) return copy(from, stride, to, to_stride, width, height);
  const Vector a = wasm_i16x8_splat((int16_t)((8 - x) * (8 - y))), b = wasm_i16x8_splat((int16_t)(x * (8 - y)));
  const Vector c = wasm_i16x8_splat((int16_t)((8 - x) * y)), d = wasm_i16x8_splat((int16_t)(x * y));
  Vector upper = widened(from), upper_next = widened(from + 1);
  for (int row = 0; row < height; row++, to += to_stride) {
    from += stride;
    const Vector lower = widened(from), lower_next = widened(from + 1);
    const Vector above = wasm_i16x8_add(wasm_i16x8_mul(upper, a), wasm_i16x8_mul(upper_next, b));
    const Vector below = wasm_i16x8_add(wasm_i16x8_mul(lower, c), wasm_i16x8_mul(lower_next, d));
    const Vector sum = wasm_i16x8_add(wasm_i16x8_add(above, below), wasm_i16x8_const_splat(32));
    const Vector value = wasm_u16x8_shr(sum, 6);
    store_row(to, wasm_u8x16_narrow_i16x8(value, value), width);
    upper = lower;
    upper_next = lower_next;
  }
}

}  // namespace h264
#endif
