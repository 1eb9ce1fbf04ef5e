// From differences to quantised coefficients and back, and their order in the stream.
#include "replaced.h"
#include "vectors.h"

namespace {

/** Two blocks of 4x4 side by side. */
struct Rows {
  Vector row[4];
};
/** Their rows one after the other, two in a vector. */
struct Blocks {
  Vector left[2], right[2];
};

inline Blocks columns_of(const Rows &rows) {
  const Vector left[2] = {PAIRS16_LOW(rows.row[0], rows.row[1]), PAIRS16_LOW(rows.row[2], rows.row[3])};
  const Vector right[2] = {PAIRS16_HIGH(rows.row[0], rows.row[1]), PAIRS16_HIGH(rows.row[2], rows.row[3])};
  return {{PAIRS32_LOW(left[0], left[1]), PAIRS32_HIGH(left[0], left[1])},
          {PAIRS32_LOW(right[0], right[1]), PAIRS32_HIGH(right[0], right[1])}};
}

inline Rows side_by_side(const Blocks &blocks) {
  return {{LOW_HALVES(blocks.left[0], blocks.right[0]), HIGH_HALVES(blocks.left[0], blocks.right[0]),
           LOW_HALVES(blocks.left[1], blocks.right[1]), HIGH_HALVES(blocks.left[1], blocks.right[1])}};
}

inline Rows forwards(const Rows &in) {
  const Vector outer = wasm_i16x8_add(in.row[0], in.row[3]), outer_difference = wasm_i16x8_sub(in.row[0], in.row[3]);
  const Vector inner = wasm_i16x8_add(in.row[1], in.row[2]), inner_difference = wasm_i16x8_sub(in.row[1], in.row[2]);
  return {{wasm_i16x8_add(outer, inner), wasm_i16x8_add(wasm_i16x8_shl(outer_difference, 1), inner_difference),
           wasm_i16x8_sub(outer, inner), wasm_i16x8_sub(outer_difference, wasm_i16x8_shl(inner_difference, 1))}};
}

inline Rows backwards(const Rows &in) {
  const Vector sum = wasm_i16x8_add(in.row[0], in.row[2]), difference = wasm_i16x8_sub(in.row[0], in.row[2]);
  const Vector odd_sum = wasm_i16x8_add(in.row[1], wasm_i16x8_shr(in.row[3], 1));
  const Vector odd_difference = wasm_i16x8_sub(wasm_i16x8_shr(in.row[1], 1), in.row[3]);
  return {{wasm_i16x8_add(sum, odd_sum), wasm_i16x8_add(difference, odd_difference),
           wasm_i16x8_sub(difference, odd_difference), wasm_i16x8_sub(sum, odd_sum)}};
}

inline Blocks transformed(const Rows &differences) { return columns_of(forwards(side_by_side(columns_of(forwards(differences))))); }

inline void transform_two(int16_t *result, const uint8_t *one, int32_t one_stride, const uint8_t *other, int32_t other_stride) {
  Rows rows;
  for (int y = 0; y < 4; y++) rows.row[y] = wasm_i16x8_sub(widened(one + y * one_stride), widened(other + y * other_stride));
  const Blocks blocks = transformed(rows);
  store16(result, blocks.left[0]);
  store16(result + 8, blocks.left[1]);
  store16(result + 16, blocks.right[0]);
  store16(result + 24, blocks.right[1]);
}

void transform_four(int16_t *result, uint8_t *one, int32_t one_stride, uint8_t *other, int32_t other_stride) {
  transform_two(result, one, one_stride, other, other_stride);
  transform_two(result + 32, one + 4 * one_stride, one_stride, other + 4 * other_stride, other_stride);
}

inline Vector widened4(const uint8_t *at) { return wasm_u16x8_extend_low_u8x16(load4(at)); }

void transform(int16_t *result, uint8_t *one, int32_t one_stride, uint8_t *other, int32_t other_stride) {
  Rows rows;
  for (int y = 0; y < 4; y++) rows.row[y] = wasm_i16x8_sub(widened4(one + y * one_stride), widened4(other + y * other_stride));
  const Blocks blocks = transformed(rows);
  store16(result, blocks.left[0]);
  store16(result + 8, blocks.left[1]);
}

inline Rows restored(const Blocks &coefficients) {
  const Rows columns = side_by_side(columns_of(side_by_side(coefficients)));
  Rows rows = backwards(side_by_side(columns_of(backwards(columns))));
  for (Vector &row : rows.row) row = wasm_i16x8_shr(wasm_i16x8_add(row, wasm_i16x8_const_splat(32)), 6);
  return rows;
}

inline Vector added(Vector predicted, Vector difference) {
  const Vector sum = wasm_i16x8_add(predicted, difference);
  return wasm_u8x16_narrow_i16x8(sum, sum);
}

inline void restore_two(uint8_t *result, int32_t stride, const uint8_t *predicted, int32_t predicted_stride, const int16_t *in) {
  const Rows rows = restored({{load16(in), load16(in + 8)}, {load16(in + 16), load16(in + 24)}});
  for (int y = 0; y < 4; y++) store8(result + y * stride, added(widened(predicted + y * predicted_stride), rows.row[y]));
}

void restore_four(uint8_t *result, int32_t stride, uint8_t *predicted, int32_t predicted_stride, int16_t *in) {
  restore_two(result, stride, predicted, predicted_stride, in);
  restore_two(result + 4 * stride, stride, predicted + 4 * predicted_stride, predicted_stride, in + 32);
}

void restore(uint8_t *result, int32_t stride, uint8_t *predicted, int32_t predicted_stride, int16_t *in) {
  const Vector none = wasm_i16x8_const_splat(0);
  const Rows rows = restored({{load16(in), load16(in + 8)}, {none, none}});
  for (int y = 0; y < 4; y++) {
    wasm_v128_store32_lane(result + y * stride, added(widened4(predicted + y * predicted_stride), rows.row[y]), 0);
  }
}

/** (|value| + rounding) * factor >> 16. */
inline Vector quantised_size(Vector value, Vector rounding, Vector factor) {
  const Vector size = wasm_i16x8_add(wasm_i16x8_abs(value), rounding);
  return wasm_i16x8_shuffle(wasm_u32x4_extmul_low_u16x8(size, factor), wasm_u32x4_extmul_high_u16x8(size, factor),
                            1, 3, 5, 7, 9, 11, 13, 15);
}

inline Vector with_sign(Vector size, Vector signed_by) {
  const Vector sign = wasm_i16x8_shr(signed_by, 15);
  return wasm_i16x8_sub(wasm_v128_xor(size, sign), sign);
}

template <int count>
void quantise(int16_t *values, const int16_t *rounding, const int16_t *factor) {
  const Vector by = load16(factor), round = load16(rounding);
  for (int i = 0; i < count; i += 8) {
    const Vector value = load16(values + i);
    store16(values + i, with_sign(quantised_size(value, round, by), value));
  }
}

void quantise_alike(int16_t *values, int16_t rounding, int16_t factor) {
  const Vector by = wasm_i16x8_splat(factor), round = wasm_i16x8_splat(rounding);
  for (int i = 0; i < 16; i += 8) {
    const Vector value = load16(values + i);
    store16(values + i, with_sign(quantised_size(value, round, by), value));
  }
}

inline int16_t largest(Vector value) {
  value = wasm_i16x8_max(value, HIGH_HALVES(value, value));
  value = wasm_i16x8_max(value, wasm_i32x4_shuffle(value, value, 1, 1, 1, 1));
  value = wasm_i16x8_max(value, wasm_i16x8_shuffle(value, value, 1, 1, 1, 1, 1, 1, 1, 1));
  return (int16_t)wasm_i16x8_extract_lane(value, 0);
}

void quantise_four(int16_t *values, const int16_t *rounding, const int16_t *factor, int16_t *most) {
  const Vector by = load16(factor), round = load16(rounding);
  for (int block = 0; block < 4; block++, values += 16) {
    const Vector upper = load16(values), lower = load16(values + 8);
    const Vector upper_size = quantised_size(upper, round, by), lower_size = quantised_size(lower, round, by);
    store16(values, with_sign(upper_size, upper));
    store16(values + 8, with_sign(lower_size, lower));
    most[block] = largest(wasm_i16x8_max(upper_size, lower_size));
  }
}

template <int count>
void dequantise(int16_t *values, const uint16_t *factor) {
  const Vector by = load16(factor);
  for (int i = 0; i < count; i += 8) store16(values + i, wasm_i16x8_mul(load16(values + i), by));
}

void scan(int16_t *levels, int16_t *in) {
  const Vector upper = load16(in), lower = load16(in + 8);
  store16(levels, wasm_i16x8_shuffle(upper, lower, 0, 1, 4, 8, 5, 2, 3, 6));
  store16(levels + 8, wasm_i16x8_shuffle(upper, lower, 9, 12, 13, 10, 7, 11, 14, 15));
}

void scan_without_first(int16_t *levels, int16_t *in) {
  const Vector upper = load16(in), lower = load16(in + 8);
  store16(levels, wasm_i16x8_shuffle(upper, lower, 1, 4, 8, 5, 2, 3, 6, 9));
  store16(levels + 8, wasm_i16x8_replace_lane(wasm_i16x8_shuffle(upper, lower, 12, 13, 10, 7, 11, 14, 15, 15), 7, 0));
}

/** A bit for each of 16 values that is not zero. */
inline uint32_t set_bits(const int16_t *values) {
  const Vector none = wasm_i16x8_const_splat(0);
  const Vector is_zero = wasm_i8x16_narrow_i16x8(wasm_i16x8_eq(load16(values), none), wasm_i16x8_eq(load16(values + 8), none));
  return ~wasm_i8x16_bitmask(is_zero) & 0xffff;
}

int32_t count_set(int16_t *values) { return __builtin_popcount(set_bits(values)); }

/** Runs of zeros between values, from the last value on. */
int32_t runs(int16_t *values, uint8_t *zeros, int16_t *levels, int32_t *count, int32_t last) {
  if (last < 0) {
    *count = 0;
    return 0;
  }
  uint32_t set = set_bits(values) & ((2u << last) - 1);
  int32_t found = 0, all_zeros = 0;
  while (set != 0) {
    const int at = 31 - __builtin_clz(set);
    set &= ~(1u << at);
    const int zeros_before = set == 0 ? at : at - (31 - __builtin_clz(set)) - 1;
    levels[found] = values[at];
    zeros[found++] = (uint8_t)zeros_before;
    all_zeros += zeros_before;
  }
  *count = found;
  return all_zeros;
}

}  // namespace

void use_transform_vectors(WelsEnc::SWelsFuncPtrList *functions) {
  functions->pfDctT4 = transform;
  functions->pfDctFourT4 = transform_four;
  functions->pfIDctT4 = restore;
  functions->pfIDctFourT4 = restore_four;
  functions->pfQuantization4x4 = quantise<16>;
  functions->pfQuantizationFour4x4 = quantise<64>;
  functions->pfQuantizationDc4x4 = quantise_alike;
  functions->pfQuantizationFour4x4Max = quantise_four;
  functions->pfDequantization4x4 = dequantise<16>;
  functions->pfDequantizationFour4x4 = dequantise<64>;
  functions->pfScan4x4 = scan;
  functions->pfScan4x4Ac = scan_without_first;
  functions->pfGetNoneZeroCount = count_set;
  functions->pfCavlcParamCal = runs;
}
