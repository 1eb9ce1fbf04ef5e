#include "h264-edges.h"
#include "replaced.h"

using namespace h264;

namespace {

void chroma_rows(uint8_t *blue, uint8_t *red, int32_t stride, int32_t alpha, int32_t beta, const int8_t *strengths) {
  Vector edge[4];
  for (int k = 0; k < 4; k++) edge[k] = LOW_HALVES(load8(blue + (k - 2) * stride), load8(red + (k - 2) * stride));
  if (!smooth_chroma(edge, alpha, beta, strengths)) return;
  for (int k = 1; k < 3; k++) {
    wasm_v128_store64_lane(blue + (k - 2) * stride, edge[k], 0);
    wasm_v128_store64_lane(red + (k - 2) * stride, edge[k], 1);
  }
}

void chroma_columns(uint8_t *blue, uint8_t *red, int32_t stride, int32_t alpha, int32_t beta, const int8_t *strengths) {
  Vector columns[2][2], edge[4];
  load_chroma_columns(blue - 2, stride, columns[0]);
  load_chroma_columns(red - 2, stride, columns[1]);
  for (int k = 0; k < 2; k++) {
    edge[2 * k] = LOW_HALVES(columns[0][k], columns[1][k]);
    edge[2 * k + 1] = HIGH_HALVES(columns[0][k], columns[1][k]);
  }
  if (!smooth_chroma(edge, alpha, beta, strengths)) return;
  store_chroma_columns(blue - 1, stride, PAIRS8_LOW(edge[1], edge[2]));
  store_chroma_columns(red - 1, stride, PAIRS8_HIGH(edge[1], edge[2]));
}

void chroma_rows_weakly(uint8_t *blue, uint8_t *red, int32_t stride, int32_t alpha, int32_t beta, int8_t *strengths) {
  chroma_rows(blue, red, stride, alpha, beta, strengths);
}
void chroma_columns_weakly(uint8_t *blue, uint8_t *red, int32_t stride, int32_t alpha, int32_t beta, int8_t *strengths) {
  chroma_columns(blue, red, stride, alpha, beta, strengths);
}
void chroma_rows_strongly(uint8_t *blue, uint8_t *red, int32_t stride, int32_t alpha, int32_t beta) {
  chroma_rows(blue, red, stride, alpha, beta, nullptr);
}
void chroma_columns_strongly(uint8_t *blue, uint8_t *red, int32_t stride, int32_t alpha, int32_t beta) {
  chroma_columns(blue, red, stride, alpha, beta, nullptr);
}

}  // namespace

void use_deblocking_vectors(WelsEnc::SWelsFuncPtrList *functions) {
  WelsEnc::DeblockingFunc *deblocking = &functions->pfDeblocking;
  deblocking->pfLumaDeblockingLT4Ver = luma_rows_weakly;
  deblocking->pfLumaDeblockingLT4Hor = luma_columns_weakly;
  deblocking->pfLumaDeblockingEQ4Ver = luma_rows_strongly;
  deblocking->pfLumaDeblockingEQ4Hor = luma_columns_strongly;
  deblocking->pfChromaDeblockingLT4Ver = chroma_rows_weakly;
  deblocking->pfChromaDeblockingLT4Hor = chroma_columns_weakly;
  deblocking->pfChromaDeblockingEQ4Ver = chroma_rows_strongly;
  deblocking->pfChromaDeblockingEQ4Hor = chroma_columns_strongly;
}
