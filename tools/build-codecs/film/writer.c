// Writes a film of packets that are already coded, or with AAC sound that is coded here.
#include <stdlib.h>
#include <string.h>
#include "../calls/export.h"
#include "files.h"
#include "libavcodec/avcodec.h"
#include "libavutil/mem.h"
#include "libavutil/opt.h"

typedef struct {
  AVIOContext *file;
  AVFormatContext *format;
  AVPacket *packet;
  AVCodecContext *sound;
  AVFrame *sound_frame;
  int sound_stream;
  int filled;
  int64_t sound_time;
} Writer;

EXPORT(writer_close) void writer_close(Writer *writer) {
  av_frame_free(&writer->sound_frame);
  avcodec_free_context(&writer->sound);
  av_packet_free(&writer->packet);
  if (writer->format != NULL) writer->format->pb = NULL;
  avformat_free_context(writer->format);
  close_file(&writer->file);
  free(writer);
}

EXPORT(writer_open) Writer *writer_open(int file, const char *container) {
  Writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL) return NULL;
  writer->file = open_file(file, 1);
  writer->packet = av_packet_alloc();
  if (writer->file == NULL || writer->packet == NULL ||
      avformat_alloc_output_context2(&writer->format, NULL, container, "film") < 0) {
    writer_close(writer);
    return NULL;
  }
  writer->format->pb = writer->file;
  writer->format->flags |= AVFMT_FLAG_CUSTOM_IO;
  writer->format->io_open = reopen_file;
  writer->format->io_close2 = reclose_file;
  return writer;
}

static AVStream *add_stream(Writer *writer, enum AVMediaType type, const char *codec, const uint8_t *head, int head_size) {
  const AVCodecDescriptor *descriptor = avcodec_descriptor_get_by_name(codec);
  AVStream *stream = avformat_new_stream(writer->format, NULL);
  if (descriptor == NULL || stream == NULL) return NULL;
  stream->codecpar->codec_type = type;
  stream->codecpar->codec_id = descriptor->id;
  if (head_size > 0) {
    stream->codecpar->extradata = av_mallocz((size_t)head_size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (stream->codecpar->extradata == NULL) return NULL;
    memcpy(stream->codecpar->extradata, head, (size_t)head_size);
    stream->codecpar->extradata_size = head_size;
  }
  return stream;
}

/** `head` holds the parameter sets (H.264). `ticks` per second is what times are given in. The stream's number. */
EXPORT(writer_add_pictures) int writer_add_pictures(Writer *writer, const char *codec, int width, int height, int ticks,
                                                    int rate, const uint8_t *head, int head_size) {
  AVStream *stream = add_stream(writer, AVMEDIA_TYPE_VIDEO, codec, head, head_size);
  if (stream == NULL) return AVERROR(ENOMEM);
  stream->codecpar->width = width;
  stream->codecpar->height = height;
  stream->codecpar->format = AV_PIX_FMT_YUV420P;
  stream->codecpar->color_range = AVCOL_RANGE_MPEG;
  stream->codecpar->color_space = AVCOL_SPC_SMPTE170M;
  stream->time_base = (AVRational){1, ticks};
  if (rate > 0) stream->avg_frame_rate = (AVRational){rate, 1};
  return stream->index;
}

/** Opus packets. `head` is the identification header of RFC 7845, which tells the channels. */
EXPORT(writer_add_opus) int writer_add_opus(Writer *writer, int sample_rate, int frame_samples, int padding, const uint8_t *head, int head_size) {
  AVStream *stream = add_stream(writer, AVMEDIA_TYPE_AUDIO, "opus", head, head_size);
  if (stream == NULL) return AVERROR(ENOMEM);
  stream->codecpar->sample_rate = sample_rate;
  stream->codecpar->frame_size = frame_samples;
  stream->codecpar->initial_padding = padding;
  stream->codecpar->format = AV_SAMPLE_FMT_S16;
  av_channel_layout_default(&stream->codecpar->ch_layout, head_size > 9 ? head[9] : 1);
  stream->time_base = (AVRational){1, sample_rate};
  return stream->index;
}

/** AAC of one or two channels, coded here from what `writer_sound` is given. */
EXPORT(writer_add_aac) int writer_add_aac(Writer *writer, int sample_rate, int bits_per_second, int channels) {
  const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
  AVCodecContext *sound = writer->sound = avcodec_alloc_context3(codec);
  AVStream *stream = avformat_new_stream(writer->format, NULL);
  if (sound == NULL || stream == NULL) return AVERROR(ENOMEM);
  sound->sample_rate = sample_rate;
  sound->sample_fmt = AV_SAMPLE_FMT_FLTP;
  sound->bit_rate = bits_per_second;
  sound->time_base = (AVRational){1, sample_rate};
  av_channel_layout_default(&sound->ch_layout, channels);
  if (writer->format->oformat->flags & AVFMT_GLOBALHEADER) sound->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  int status = avcodec_open2(sound, codec, NULL);
  if (status >= 0) status = avcodec_parameters_from_context(stream->codecpar, sound);
  if (status < 0) return status;
  stream->time_base = sound->time_base;
  AVFrame *frame = writer->sound_frame = av_frame_alloc();
  if (frame == NULL) return AVERROR(ENOMEM);
  frame->nb_samples = sound->frame_size;
  frame->format = sound->sample_fmt;
  frame->sample_rate = sample_rate;
  av_channel_layout_copy(&frame->ch_layout, &sound->ch_layout);
  status = av_frame_get_buffer(frame, 0);
  writer->sound_stream = stream->index;
  return status < 0 ? status : stream->index;
}

/** `options` are settings of the container as `name=value:name=value`. */
EXPORT(writer_begin) int writer_begin(Writer *writer, const char *options) {
  AVDictionary *settings = NULL;
  int status = av_dict_parse_string(&settings, options, "=", ":", 0);
  if (status >= 0) status = avformat_write_header(writer->format, &settings);
  av_dict_free(&settings);
  return status;
}

/** Units of a second that the container keeps times in, of which `writer_packet` takes them. */
EXPORT(writer_ticks) double writer_ticks(Writer *writer, int stream) {
  return 1 / av_q2d(writer->format->streams[stream]->time_base);
}

EXPORT(writer_packet) int writer_packet(Writer *writer, int stream, const uint8_t *bytes, int size, double time, double duration, int is_key) {
  AVPacket *packet = writer->packet;
  const int status = av_new_packet(packet, size);
  if (status < 0) return status;
  memcpy(packet->data, bytes, (size_t)size);
  packet->stream_index = stream;
  packet->pts = packet->dts = (int64_t)time;
  packet->duration = (int64_t)duration;
  if (is_key) packet->flags |= AV_PKT_FLAG_KEY;
  return av_interleaved_write_frame(writer->format, packet);
}

static int code_sound(Writer *writer, const AVFrame *frame) {
  int status = avcodec_send_frame(writer->sound, frame);
  while (status >= 0) {
    status = avcodec_receive_packet(writer->sound, writer->packet);
    if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return 0;
    if (status < 0) return status;
    writer->packet->stream_index = writer->sound_stream;
    av_packet_rescale_ts(writer->packet, writer->sound->time_base, writer->format->streams[writer->sound_stream]->time_base);
    status = av_interleaved_write_frame(writer->format, writer->packet);
  }
  return status;
}

static int code_filled(Writer *writer) {
  writer->sound_frame->pts = writer->sound_time;
  writer->sound_frame->nb_samples = writer->filled;
  writer->sound_time += writer->filled;
  writer->filled = 0;
  return code_sound(writer, writer->sound_frame);
}

/** `count` samples of PCM16, one of each channel in turn. */
EXPORT(writer_sound) int writer_sound(Writer *writer, const int16_t *samples, int count) {
  const int channels = writer->sound->ch_layout.nb_channels;
  int status = 0;
  for (int at = 0; at + channels <= count && status >= 0; at += channels) {
    if (writer->filled == 0 && (status = av_frame_make_writable(writer->sound_frame)) < 0) return status;
    for (int channel = 0; channel < channels; channel++) {
      ((float *)writer->sound_frame->data[channel])[writer->filled] = samples[at + channel] / 32768.0f;
    }
    writer->filled += 1;
    if (writer->filled == writer->sound->frame_size) status = code_filled(writer);
  }
  return status;
}

EXPORT(writer_end) int writer_end(Writer *writer) {
  int status = 0;
  if (writer->sound != NULL) {
    if (writer->filled > 0) status = code_filled(writer);
    if (status >= 0) status = code_sound(writer, NULL);
  }
  return status < 0 ? status : av_write_trailer(writer->format);
}
