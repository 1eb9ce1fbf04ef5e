// FFmpeg asks for the inner loops of its H.264 decoder by pointers, too: for eight bits a sample these bring WebAssembly's vectors. The
// build renames what the library would fill them with.
#include "h264-edges.h"
#include "h264-motion.h"
#include "vectors.h"

extern "C" {
#include "libavcodec/h264chroma.h"
#include "libavcodec/h264dsp.h"
#include "libavcodec/h264qpel.h"

void ff_h264dsp_init_plain(H264DSPContext *functions, int depth, int chroma_format);
void ff_h264qpel_init_plain(H264QpelContext *functions, int depth);
void ff_h264chroma_init_plain(H264ChromaContext *functions, int depth);
}

namespace {

enum { IS_420 = 1 };

void luma_rows_weakly(uint8_t *at, ptrdiff_t stride, int alpha, int beta, int8_t *strengths) {
  h264::luma_rows_weakly(at, stride, alpha, beta, strengths);
}
void luma_columns_weakly(uint8_t *at, ptrdiff_t stride, int alpha, int beta, int8_t *strengths) {
  h264::luma_columns_weakly(at, stride, alpha, beta, strengths);
}
void luma_rows_strongly(uint8_t *at, ptrdiff_t stride, int alpha, int beta) { h264::luma_rows_strongly(at, stride, alpha, beta); }
void luma_columns_strongly(uint8_t *at, ptrdiff_t stride, int alpha, int beta) {
  h264::luma_columns_strongly(at, stride, alpha, beta);
}

/** One of the two colours, in both halves. */
void chroma_rows_weakly(uint8_t *at, ptrdiff_t stride, int alpha, int beta, int8_t *strengths) {
  Vector edge[4];
  for (int k = 0; k < 4; k++) edge[k] = wasm_v128_load64_splat(at + (k - 2) * stride);
  if (!h264::smooth_chroma(edge, alpha, beta, strengths)) return;
  store8(at - stride, edge[1]);
  store8(at, edge[2]);
}
void chroma_rows_strongly(uint8_t *at, ptrdiff_t stride, int alpha, int beta) {
  chroma_rows_weakly(at, stride, alpha, beta, nullptr);
}

void chroma_columns_weakly(uint8_t *at, ptrdiff_t stride, int alpha, int beta, int8_t *strengths) {
  Vector columns[2], edge[4];
  h264::load_chroma_columns(at - 2, stride, columns);
  for (int k = 0; k < 2; k++) {
    edge[2 * k] = LOW_HALVES(columns[k], columns[k]);
    edge[2 * k + 1] = HIGH_HALVES(columns[k], columns[k]);
  }
  if (h264::smooth_chroma(edge, alpha, beta, strengths)) h264::store_chroma_columns(at - 1, stride, PAIRS8_LOW(edge[1], edge[2]));
}
void chroma_columns_strongly(uint8_t *at, ptrdiff_t stride, int alpha, int beta) {
  chroma_columns_weakly(at, stride, alpha, beta, nullptr);
}

inline Vector row4(const uint8_t *at) { return wasm_u16x8_extend_low_u8x16(load4(at)); }

inline void add_row4(uint8_t *at, Vector difference) {
  const Vector sum = wasm_i16x8_add(row4(at), difference);
  wasm_v128_store32_lane(at, wasm_u8x16_narrow_i16x8(sum, sum), 0);
}

/** A step of the inverse transform, over four vectors. */
inline void restore_step(Vector *rows) {
  const Vector sum = wasm_i16x8_add(rows[0], rows[2]), difference = wasm_i16x8_sub(rows[0], rows[2]);
  const Vector odd_difference = wasm_i16x8_sub(wasm_i16x8_shr(rows[1], 1), rows[3]);
  const Vector odd_sum = wasm_i16x8_add(rows[1], wasm_i16x8_shr(rows[3], 1));
  rows[0] = wasm_i16x8_add(sum, odd_sum);
  rows[1] = wasm_i16x8_add(difference, odd_difference);
  rows[2] = wasm_i16x8_sub(difference, odd_difference);
  rows[3] = wasm_i16x8_sub(sum, odd_sum);
}

/** Coefficients lie column by column, and are none afterwards. */
void add_restored(uint8_t *at, int16_t *block, int stride) {
  Vector rows[4];
  for (int i = 0; i < 4; i++) rows[i] = load8(block + 4 * i);
  const Vector none = wasm_i16x8_const_splat(0);
  store16(block, none);
  store16(block + 8, none);
  restore_step(rows);
  const Vector first = PAIRS16_LOW(rows[0], rows[1]), second = PAIRS16_LOW(rows[2], rows[3]);
  const Vector columns[2] = {PAIRS32_LOW(first, second), PAIRS32_HIGH(first, second)};
  for (int i = 0; i < 4; i++) rows[i] = i & 1 ? HIGH_HALVES(columns[i >> 1], none) : LOW_HALVES(columns[i >> 1], none);
  restore_step(rows);
  for (int y = 0; y < 4; y++) {
    add_row4(at + y * stride, wasm_i16x8_shr(wasm_i16x8_add(rows[y], wasm_i16x8_const_splat(32)), 6));
  }
}

void add_even(uint8_t *at, int16_t *block, int stride) {
  const Vector difference = wasm_i16x8_splat((int16_t)((block[0] + 32) >> 6));
  block[0] = 0;
  for (int y = 0; y < 4; y++) add_row4(at + y * stride, difference);
}

/** Where the counts of coefficients of the blocks of a plane stand: eight in a row, from the fifth of row `top` on. */
inline int count_at(int index, int top) {
  const int x = (index & 1) | (index >> 1 & 2), y = (index >> 1 & 1) | (index >> 2 & 2);
  return 4 + x + (top + y) * 8;
}

void add_luma(uint8_t *at, const int *offsets, int16_t *block, int stride, const uint8_t *counts) {
  for (int i = 0; i < 16; i++, block += 16) {
    const int count = counts[count_at(i, 1)];
    if (count == 1 && block[0] != 0) add_even(at + offsets[i], block, stride);
    else if (count != 0) add_restored(at + offsets[i], block, stride);
  }
}

inline void add_block(uint8_t *at, int16_t *block, int stride, int count) {
  if (count != 0) add_restored(at, block, stride);
  else if (block[0] != 0) add_even(at, block, stride);
}

void add_luma_intra(uint8_t *at, const int *offsets, int16_t *block, int stride, const uint8_t *counts) {
  for (int i = 0; i < 16; i++) add_block(at + offsets[i], block + 16 * i, stride, counts[count_at(i, 1)]);
}

void add_chroma(uint8_t **planes, const int *offsets, int16_t *block, int stride, const uint8_t *counts) {
  for (int plane = 1; plane < 3; plane++) {
    for (int i = 0; i < 4; i++) {
      const int index = 16 * plane + i;
      add_block(planes[plane - 1] + offsets[index], block + 16 * index, stride, counts[count_at(i, 1 + 5 * plane)]);
    }
  }
}

template <int side, int right, int down>
void predict(uint8_t *to, const uint8_t *from, ptrdiff_t stride) {
  h264::predict_luma(from, stride, to, stride, right, down, side, side);
}

template <int side, int place>
void fill(qpel_mc_func *table) {
  table[place] = predict<side, (place & 3), (place >> 2)>;
  if constexpr (place > 0) fill<side, place - 1>(table);
}

void predict_chroma8(uint8_t *to, const uint8_t *from, ptrdiff_t stride, int height, int right, int down) {
  h264::predict_chroma(from, stride, to, stride, (int16_t)right, (int16_t)down, 8, height);
}
void predict_chroma4(uint8_t *to, const uint8_t *from, ptrdiff_t stride, int height, int right, int down) {
  h264::predict_chroma(from, stride, to, stride, (int16_t)right, (int16_t)down, 4, height);
}

}  // namespace

extern "C" void ff_h264dsp_init(H264DSPContext *functions, int depth, int chroma_format) {
  ff_h264dsp_init_plain(functions, depth, chroma_format);
  if (depth > 8) return;
  functions->v_loop_filter_luma = luma_rows_weakly;
  functions->h_loop_filter_luma = luma_columns_weakly;
  functions->v_loop_filter_luma_intra = luma_rows_strongly;
  functions->h_loop_filter_luma_intra = luma_columns_strongly;
  functions->v_loop_filter_chroma = chroma_rows_weakly;
  functions->v_loop_filter_chroma_intra = chroma_rows_strongly;
  functions->idct_add = add_restored;
  functions->idct_dc_add = add_even;
  functions->idct_add16 = add_luma;
  functions->idct_add16intra = add_luma_intra;
  if (chroma_format > IS_420) return;
  functions->h_loop_filter_chroma = chroma_columns_weakly;
  functions->h_loop_filter_chroma_intra = chroma_columns_strongly;
  functions->idct_add8 = add_chroma;
}

extern "C" void ff_h264qpel_init(H264QpelContext *functions, int depth) {
  ff_h264qpel_init_plain(functions, depth);
  if (depth > 8) return;
  fill<16, 15>(functions->put_h264_qpel_pixels_tab[0]);
  fill<8, 15>(functions->put_h264_qpel_pixels_tab[1]);
  fill<4, 15>(functions->put_h264_qpel_pixels_tab[2]);
}

extern "C" void ff_h264chroma_init(H264ChromaContext *functions, int depth) {
  ff_h264chroma_init_plain(functions, depth);
  if (depth > 8) return;
  functions->put_h264_chroma_pixels_tab[0] = predict_chroma8;
  functions->put_h264_chroma_pixels_tab[1] = predict_chroma4;
}
