// How unlike blocks of pixels are, and their copies.
#include <string.h>
#include "replaced.h"
#include "vectors.h"

namespace {

template <int width, int height>
int32_t sad(uint8_t *one, int32_t one_stride, uint8_t *other, int32_t other_stride) {
  Vector sum = wasm_i16x8_const_splat(0);
  for (int y = 0; y < height; y++, one += one_stride, other += other_stride) {
    const Vector a = width == 16 ? load16(one) : width == 8 ? load8(one) : load4(one);
    const Vector b = width == 16 ? load16(other) : width == 8 ? load8(other) : load4(other);
    sum = wasm_i16x8_add(sum, wasm_u16x8_extadd_pairwise_u8x16(distance8(a, b)));
  }
  return sum32(wasm_u32x4_extadd_pairwise_u16x8(sum));
}

/** Of the places above, below, left and right. */
template <int width, int height>
void sad_around(uint8_t *one, int32_t one_stride, uint8_t *other, int32_t other_stride, int32_t *sums) {
  sums[0] = sad<width, height>(one, one_stride, other - other_stride, other_stride);
  sums[1] = sad<width, height>(one, one_stride, other + other_stride, other_stride);
  sums[2] = sad<width, height>(one, one_stride, other - 1, other_stride);
  sums[3] = sad<width, height>(one, one_stride, other + 1, other_stride);
}

/** The last step of Hadamard's transform needs no sums: |a + b| + |a - b| is twice the larger of |a| and |b|. */
inline Vector larger(Vector a, Vector b) { return wasm_i16x8_max(wasm_i16x8_abs(a), wasm_i16x8_abs(b)); }

/** Half the sum over two blocks of 4x4 that lie side by side, whose columns are transformed, by lanes. */
inline Vector rows_transformed(Vector a, Vector b) {
  const Vector even = wasm_i16x8_shuffle(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
  const Vector odd = wasm_i16x8_shuffle(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
  const Vector sum = wasm_i16x8_add(even, odd), difference = wasm_i16x8_sub(even, odd);
  return larger(wasm_i32x4_shuffle(sum, difference, 0, 4, 2, 6), wasm_i32x4_shuffle(sum, difference, 1, 5, 3, 7));
}

inline Vector difference_of(const uint8_t *one, const uint8_t *other) { return wasm_i16x8_sub(widened(one), widened(other)); }

inline Vector satd_8x4(const uint8_t *one, int32_t one_stride, const uint8_t *other, int32_t other_stride) {
  const Vector a = difference_of(one, other), b = difference_of(one + one_stride, other + other_stride);
  const Vector c = difference_of(one + 2 * one_stride, other + 2 * other_stride);
  const Vector d = difference_of(one + 3 * one_stride, other + 3 * other_stride);
  const Vector ab = wasm_i16x8_add(a, b), a_b = wasm_i16x8_sub(a, b);
  const Vector cd = wasm_i16x8_add(c, d), c_d = wasm_i16x8_sub(c, d);
  return wasm_i16x8_add(rows_transformed(wasm_i16x8_add(ab, cd), wasm_i16x8_sub(ab, cd)),
                        rows_transformed(wasm_i16x8_add(a_b, c_d), wasm_i16x8_sub(a_b, c_d)));
}

template <int width, int height>
int32_t satd(uint8_t *one, int32_t one_stride, uint8_t *other, int32_t other_stride) {
  Vector sum = wasm_i16x8_const_splat(0);
  for (int y = 0; y < height; y += 4) {
    for (int x = 0; x < width; x += 8) {
      sum = wasm_i16x8_add(sum, satd_8x4(one + y * one_stride + x, one_stride, other + y * other_stride + x, other_stride));
    }
  }
  return sum32(wasm_u32x4_extadd_pairwise_u16x8(sum));
}

inline Vector two_rows(const uint8_t *at, int32_t stride) {
  return wasm_u16x8_extend_low_u8x16(wasm_v128_load32_lane(at + stride, load4(at), 1));
}

int32_t satd_4x4(uint8_t *one, int32_t one_stride, uint8_t *other, int32_t other_stride) {
  const Vector ab = wasm_i16x8_sub(two_rows(one, one_stride), two_rows(other, other_stride));
  const Vector cd = wasm_i16x8_sub(two_rows(one + 2 * one_stride, one_stride), two_rows(other + 2 * other_stride, other_stride));
  const Vector sum = wasm_i16x8_add(ab, cd), difference = wasm_i16x8_sub(ab, cd);
  const Vector upper = LOW_HALVES(sum, difference), lower = HIGH_HALVES(sum, difference);
  const Vector costs = rows_transformed(wasm_i16x8_add(upper, lower), wasm_i16x8_sub(upper, lower));
  return sum32(wasm_u32x4_extadd_pairwise_u16x8(costs));
}

int32_t satd_4x8(uint8_t *one, int32_t one_stride, uint8_t *other, int32_t other_stride) {
  return satd_4x4(one, one_stride, other, other_stride) +
         satd_4x4(one + 4 * one_stride, one_stride, other + 4 * other_stride, other_stride);
}

template <int width, int height>
void copy(uint8_t *to, int32_t to_stride, uint8_t *from, int32_t from_stride) {
  for (int y = 0; y < height; y++, to += to_stride, from += from_stride) memcpy(to, from, width);
}

}  // namespace

void use_cost_vectors(WelsEnc::SWelsFuncPtrList *functions) {
  WelsEnc::SSampleDealingFunc *costs = &functions->sSampleDealingFuncs;
  costs->pfSampleSad[BLOCK_16x16] = sad<16, 16>;
  costs->pfSampleSad[BLOCK_16x8] = sad<16, 8>;
  costs->pfSampleSad[BLOCK_8x16] = sad<8, 16>;
  costs->pfSampleSad[BLOCK_8x8] = sad<8, 8>;
  costs->pfSampleSad[BLOCK_8x4] = sad<8, 4>;
  costs->pfSampleSad[BLOCK_4x8] = sad<4, 8>;
  costs->pfSampleSad[BLOCK_4x4] = sad<4, 4>;
  costs->pfSample4Sad[BLOCK_16x16] = sad_around<16, 16>;
  costs->pfSample4Sad[BLOCK_16x8] = sad_around<16, 8>;
  costs->pfSample4Sad[BLOCK_8x16] = sad_around<8, 16>;
  costs->pfSample4Sad[BLOCK_8x8] = sad_around<8, 8>;
  costs->pfSample4Sad[BLOCK_8x4] = sad_around<8, 4>;
  costs->pfSample4Sad[BLOCK_4x8] = sad_around<4, 8>;
  costs->pfSample4Sad[BLOCK_4x4] = sad_around<4, 4>;
  costs->pfSampleSatd[BLOCK_16x16] = satd<16, 16>;
  costs->pfSampleSatd[BLOCK_16x8] = satd<16, 8>;
  costs->pfSampleSatd[BLOCK_8x16] = satd<8, 16>;
  costs->pfSampleSatd[BLOCK_8x8] = satd<8, 8>;
  costs->pfSampleSatd[BLOCK_8x4] = satd<8, 4>;
  costs->pfSampleSatd[BLOCK_4x8] = satd_4x8;
  costs->pfSampleSatd[BLOCK_4x4] = satd_4x4;
  functions->pfCopy16x16Aligned = functions->pfCopy16x16NotAligned = copy<16, 16>;
  functions->pfCopy16x8NotAligned = copy<16, 8>;
  functions->pfCopy8x16Aligned = copy<8, 16>;
  functions->pfCopy8x8Aligned = copy<8, 8>;
  functions->pfCopy8x4 = copy<8, 4>;
  functions->pfCopy4x8 = copy<4, 8>;
  functions->pfCopy4x4 = copy<4, 4>;
}
