// VP8 for calls: one thread, constant bitrate, key frames on request, by libvpx.
#include <stdint.h>
#include <stdlib.h>
#include "export.h"
#include "vpx/vp8cx.h"
#include "vpx/vpx_encoder.h"

typedef struct {
  vpx_codec_ctx_t codec;
  vpx_codec_enc_cfg_t config;
  vpx_image_t image;
  uint8_t *picture;
  int64_t next_ticks;
  const uint8_t *coded;
  int is_key_frame;
} Encoder;

enum { TICKS_PER_SECOND = 90000 };

static void configure(Encoder *encoder, int width, int height, int kbps) {
  vpx_codec_enc_cfg_t *config = &encoder->config;
  config->g_w = (unsigned)width;
  config->g_h = (unsigned)height;
  config->g_timebase.num = 1;
  config->g_timebase.den = TICKS_PER_SECOND;
  config->g_threads = 1;
  config->g_lag_in_frames = 0;
  config->rc_end_usage = VPX_CBR;
  config->rc_target_bitrate = (unsigned)kbps;
  config->rc_min_quantizer = 2;
  config->rc_max_quantizer = 58;
  config->rc_undershoot_pct = 100;
  config->rc_overshoot_pct = 100;
  config->rc_buf_sz = 1000;
  config->rc_buf_initial_sz = 750;
  config->rc_buf_optimal_sz = 833;
  config->rc_dropframe_thresh = 0;
  // Effectively never: key frames come on request only.
  config->kf_mode = VPX_KF_AUTO;
  config->kf_min_dist = 0;
  config->kf_max_dist = 100000;
}

EXPORT(vp8_close) void vp8_close(Encoder *encoder) {
  vpx_codec_destroy(&encoder->codec);
  free(encoder->picture);
  free(encoder);
}

/** 0 when there is no memory, or the settings are refused. */
EXPORT(vp8_open) Encoder *vp8_open(int width, int height, int kbps, int speed, int static_threshold) {
  Encoder *encoder = calloc(1, sizeof *encoder);
  if (encoder == NULL) return NULL;
  vpx_codec_iface_t *vp8 = vpx_codec_vp8_cx();
  vpx_codec_enc_config_default(vp8, &encoder->config, 0);
  configure(encoder, width, height, kbps);
  encoder->picture = malloc((size_t)width * height * 3 / 2);
  if (encoder->picture == NULL || vpx_codec_enc_init(&encoder->codec, vp8, &encoder->config, 0) != VPX_CODEC_OK) {
    free(encoder->picture);
    free(encoder);
    return NULL;
  }
  vpx_codec_control(&encoder->codec, VP8E_SET_CPUUSED, speed);
  vpx_codec_control(&encoder->codec, VP8E_SET_STATIC_THRESHOLD, (unsigned)static_threshold);
  // A key frame spends at most six pictures' share.
  vpx_codec_control(&encoder->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, 600);
  vpx_img_wrap(&encoder->image, VPX_IMG_FMT_I420, (unsigned)width, (unsigned)height, 1, encoder->picture);
  return encoder;
}

/** Where the next picture is written: planar YUV 4:2:0. */
EXPORT(vp8_picture) uint8_t *vp8_picture(Encoder *encoder) { return encoder->picture; }

EXPORT(vp8_set_bitrate) int vp8_set_bitrate(Encoder *encoder, int kbps) {
  encoder->config.rc_target_bitrate = (unsigned)kbps;
  return vpx_codec_enc_config_set(&encoder->codec, &encoder->config);
}

/** Bytes of the coded picture; 0 when the encoder made nothing of it, -1 when it refused. */
EXPORT(vp8_encode) int vp8_encode(Encoder *encoder, int is_key_frame, int duration_ticks) {
  const vpx_enc_frame_flags_t flags = is_key_frame ? VPX_EFLAG_FORCE_KF : 0;
  if (vpx_codec_encode(&encoder->codec, &encoder->image, encoder->next_ticks, (unsigned long)duration_ticks, flags,
                       VPX_DL_REALTIME) != VPX_CODEC_OK) {
    return -1;
  }
  encoder->next_ticks += duration_ticks;
  vpx_codec_iter_t iterator = NULL;
  const vpx_codec_cx_pkt_t *packet;
  while ((packet = vpx_codec_get_cx_data(&encoder->codec, &iterator)) != NULL) {
    if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
    encoder->coded = packet->data.frame.buf;
    encoder->is_key_frame = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    return (int)packet->data.frame.sz;
  }
  return 0;
}

EXPORT(vp8_coded) const uint8_t *vp8_coded(Encoder *encoder) { return encoder->coded; }
EXPORT(vp8_is_key_frame) int vp8_is_key_frame(Encoder *encoder) { return encoder->is_key_frame; }
