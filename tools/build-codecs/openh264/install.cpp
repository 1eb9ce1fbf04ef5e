// Puts vector code in the place of the library's C functions. The build renames those two that are called by name.
#include "replaced.h"
#include "vectors.h"

namespace WelsEnc {
int32_t InitPlainFunctionPointers(sWelsEncCtx *encoder, SWelsSvcCodingParam *settings, uint32_t machine);

int32_t InitFunctionPointers(sWelsEncCtx *encoder, SWelsSvcCodingParam *settings, uint32_t machine) {
  const int32_t status = InitPlainFunctionPointers(encoder, settings, machine);
  use_cost_vectors(encoder->pFuncList);
  use_transform_vectors(encoder->pFuncList);
  use_motion_vectors(encoder->pFuncList);
  use_deblocking_vectors(encoder->pFuncList);
  return status;
}
}  // namespace WelsEnc

namespace WelsVP {
namespace {
inline int most_of(Vector bytes, int first) {
  uint8_t values[16];
  store16(values, bytes);
  int most = 0;
  for (int i = first; i < first + 8; i++) most = values[i] > most ? values[i] : most;
  return most;
}

/** Sums of the left and of the right eight of 16 columns. */
inline void add_halves(Vector sums, int32_t *left, int32_t *right) {
  const Vector pairs = wasm_i32x4_extadd_pairwise_i16x8(sums);
  *left = wasm_i32x4_extract_lane(pairs, 0) + wasm_i32x4_extract_lane(pairs, 1);
  *right = wasm_i32x4_extract_lane(pairs, 2) + wasm_i32x4_extract_lane(pairs, 3);
}
}  // namespace

/** What has changed since the picture before: of each 8x8 pixels the sum of changes without and with their signs, and the greatest. */
void VAACalcSadBgd_c(const uint8_t *now, const uint8_t *before, int32_t width, int32_t height, int32_t stride, int32_t *all,
                     int32_t *sads, int32_t *changes, uint8_t *greatest) {
  int32_t total = 0, at = 0;
  for (int row = 0; row < height >> 4; row++) {
    for (int column = 0; column < width >> 4; column++, at += 4) {
      for (int half = 0; half < 2; half++) {
        const ptrdiff_t start = (ptrdiff_t)(16 * row + 8 * half) * stride + 16 * column;
        Vector sad = wasm_i16x8_const_splat(0), change = sad, most = sad;
        for (int y = 0; y < 8; y++) {
          const Vector a = load16(now + start + y * stride), b = load16(before + start + y * stride), distance = distance8(a, b);
          sad = wasm_i16x8_add(sad, wasm_u16x8_extadd_pairwise_u8x16(distance));
          change = wasm_i16x8_add(change, wasm_u16x8_extadd_pairwise_u8x16(a));
          change = wasm_i16x8_sub(change, wasm_u16x8_extadd_pairwise_u8x16(b));
          most = wasm_u8x16_max(most, distance);
        }
        const int32_t left = at + 2 * half, right = left + 1;
        add_halves(sad, &sads[left], &sads[right]);
        add_halves(change, &changes[left], &changes[right]);
        greatest[left] = (uint8_t)most_of(most, 0);
        greatest[right] = (uint8_t)most_of(most, 8);
        total += sads[left] + sads[right];
      }
    }
  }
  *all = total;
}
}  // namespace WelsVP
