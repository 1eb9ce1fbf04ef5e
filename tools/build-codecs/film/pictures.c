// Decodes coded pictures one by one, without a file around them.
#include <stdlib.h>
#include <string.h>
#include "../calls/export.h"
#include "libavcodec/avcodec.h"
#include "libavutil/imgutils.h"

typedef struct {
  AVCodecContext *codec;
  AVPacket *packet;
  AVFrame *frame;
  uint8_t *bytes;
  int byte_count;
} Decoder;

EXPORT(decoder_close) void decoder_close(Decoder *decoder) {
  avcodec_free_context(&decoder->codec);
  av_packet_free(&decoder->packet);
  av_frame_free(&decoder->frame);
  free(decoder->bytes);
  free(decoder);
}

EXPORT(decoder_open) Decoder *decoder_open(const char *name) {
  const AVCodec *codec = avcodec_find_decoder_by_name(name);
  Decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->codec = codec == NULL ? NULL : avcodec_alloc_context3(codec);
  decoder->packet = av_packet_alloc();
  decoder->frame = av_frame_alloc();
  if (decoder->codec != NULL) {
    decoder->codec->flags |= AV_CODEC_FLAG_LOW_DELAY;
    if (avcodec_open2(decoder->codec, codec, NULL) >= 0) return decoder;
  }
  decoder_close(decoder);
  return NULL;
}

/** 1 when there is a picture to show, 0 when not yet, negative when the data were refused. */
EXPORT(decoder_decode) int decoder_decode(Decoder *decoder, const uint8_t *bytes, int size) {
  int status = av_new_packet(decoder->packet, size);
  if (status < 0) return status;
  memcpy(decoder->packet->data, bytes, (size_t)size);
  status = avcodec_send_packet(decoder->codec, decoder->packet);
  av_packet_unref(decoder->packet);
  if (status < 0) return status;
  status = avcodec_receive_frame(decoder->codec, decoder->frame);
  if (status == AVERROR(EAGAIN)) return 0;
  if (status < 0) return status;
  const AVFrame *frame = decoder->frame;
  const int needed = av_image_get_buffer_size(frame->format, frame->width, frame->height, 1);
  if (needed < 0) return needed;
  free(decoder->bytes);
  decoder->bytes = malloc((size_t)needed);
  if (decoder->bytes == NULL) return AVERROR(ENOMEM);
  decoder->byte_count = needed;
  status = av_image_copy_to_buffer(decoder->bytes, needed, (const uint8_t *const *)frame->data, frame->linesize, frame->format,
                                   frame->width, frame->height, 1);
  return status < 0 ? status : 1;
}

EXPORT(decoder_width) int decoder_width(Decoder *decoder) { return decoder->frame->width; }
EXPORT(decoder_height) int decoder_height(Decoder *decoder) { return decoder->frame->height; }
EXPORT(decoder_bytes) const uint8_t *decoder_bytes(Decoder *decoder) { return decoder->bytes; }
EXPORT(decoder_byte_count) int decoder_byte_count(Decoder *decoder) { return decoder->byte_count; }
