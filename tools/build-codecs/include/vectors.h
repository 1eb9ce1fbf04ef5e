// Vectors of WebAssembly: what the library's own assembler does for other machines.
#ifndef VISAVIS_VECTORS_H
#define VISAVIS_VECTORS_H
#include <stdint.h>
#include <wasm_simd128.h>

typedef v128_t Vector;

static inline Vector load16(const void *at) { return wasm_v128_load(at); }
static inline Vector load8(const void *at) { return wasm_v128_load64_zero(at); }
static inline Vector load4(const void *at) { return wasm_v128_load32_zero(at); }
static inline Vector widened(const uint8_t *at) { return wasm_u16x8_load8x8(at); }
static inline void store16(void *at, Vector value) { wasm_v128_store(at, value); }
static inline void store8(void *at, Vector value) { wasm_v128_store64_lane(at, value, 0); }

/** The first bytes of a vector: 8, or as many as are left of a row. */
static inline void store_row(uint8_t *at, Vector value, int count) {
  if (count >= 8) return wasm_v128_store64_lane(at, value, 0);
  if (count >= 4) {
    wasm_v128_store32_lane(at, value, 0);
    if (count == 5) wasm_v128_store8_lane(at + 4, value, 4);
  } else if (count == 2) {
    wasm_v128_store16_lane(at, value, 0);
  } else {
    wasm_v128_store8_lane(at, value, 0);
  }
}

#define PAIRS8_LOW(a, b) wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define PAIRS8_HIGH(a, b) wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define PAIRS16_LOW(a, b) wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define PAIRS16_HIGH(a, b) wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define PAIRS32_LOW(a, b) wasm_i32x4_shuffle(a, b, 0, 4, 1, 5)
#define PAIRS32_HIGH(a, b) wasm_i32x4_shuffle(a, b, 2, 6, 3, 7)
#define LOW_HALVES(a, b) wasm_i64x2_shuffle(a, b, 0, 2)
#define HIGH_HALVES(a, b) wasm_i64x2_shuffle(a, b, 1, 3)

static inline Vector distance8(Vector a, Vector b) { return wasm_v128_or(wasm_u8x16_sub_sat(a, b), wasm_u8x16_sub_sat(b, a)); }

static inline Vector clipped(Vector value, Vector least, Vector most) {
  return wasm_i16x8_max(least, wasm_i16x8_min(most, value));
}

static inline int32_t sum32(Vector value) {
  const Vector halves = wasm_i32x4_add(value, HIGH_HALVES(value, value));
  return wasm_i32x4_extract_lane(halves, 0) + wasm_i32x4_extract_lane(halves, 1);
}
#endif
