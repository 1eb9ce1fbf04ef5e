// Opus: 48 kHz, one or two channels, packets of 20 ms with in-band forward error correction, by libopus.
#include <stdlib.h>
#include "export.h"
#include "opus.h"

enum { RATE_HZ = 48000, FRAME_SAMPLES = 960, MAX_PACKET_BYTES = 1275 };

typedef struct {
  OpusEncoder *codec;
  opus_int16 samples[2 * FRAME_SAMPLES];
  unsigned char packet[MAX_PACKET_BYTES];
} Encoder;

EXPORT(opus_close) void opus_close(Encoder *encoder) {
  opus_encoder_destroy(encoder->codec);
  free(encoder);
}

/** One channel is coded as speech, two as any sound. */
EXPORT(opus_open) Encoder *opus_open(int bits_per_second, int complexity, int channels) {
  Encoder *encoder = calloc(1, sizeof *encoder);
  if (encoder == NULL) return NULL;
  int status = OPUS_OK;
  encoder->codec = opus_encoder_create(RATE_HZ, channels, channels == 1 ? OPUS_APPLICATION_VOIP : OPUS_APPLICATION_AUDIO, &status);
  if (status != OPUS_OK) {
    free(encoder);
    return NULL;
  }
  opus_encoder_ctl(encoder->codec, OPUS_SET_BITRATE(bits_per_second));
  opus_encoder_ctl(encoder->codec, OPUS_SET_COMPLEXITY(complexity));
  opus_encoder_ctl(encoder->codec, OPUS_SET_VBR(1));
  opus_encoder_ctl(encoder->codec, OPUS_SET_VBR_CONSTRAINT(0));
  opus_encoder_ctl(encoder->codec, OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(encoder->codec, OPUS_SET_PACKET_LOSS_PERC(5));
  return encoder;
}

/** Where the next 960 samples of each channel in turn are written. */
EXPORT(opus_samples) opus_int16 *opus_samples(Encoder *encoder) { return encoder->samples; }
EXPORT(opus_packet) unsigned char *opus_packet(Encoder *encoder) { return encoder->packet; }

/** Bytes of the packet; negative when the encoder refused. */
EXPORT(opus_code) int opus_code(Encoder *encoder) {
  return opus_encode(encoder->codec, encoder->samples, FRAME_SAMPLES, encoder->packet, MAX_PACKET_BYTES);
}
