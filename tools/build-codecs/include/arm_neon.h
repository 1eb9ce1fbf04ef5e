// The libraries' code for ARM vector units, written as C functions, becomes WebAssembly vector code by SIMDe.
#ifndef VISAVIS_ARM_NEON_H
#define VISAVIS_ARM_NEON_H
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/arm/neon.h>
static inline uint16x8_t visavis_vabal_u8(uint16x8_t sum, uint8x8_t left, uint8x8_t right) {
  return vaddq_u16(sum, vabdl_u8(left, right));
}
#define vabal_u8 visavis_vabal_u8
#endif
