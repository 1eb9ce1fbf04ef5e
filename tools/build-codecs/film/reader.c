// Reads a film or a sound: what its header says, then its pictures or its sound through filters, one frame at a time.
#include <stdlib.h>
#include <string.h>
#include "../calls/export.h"
#include "files.h"
#include "shown.h"
#include "libavcodec/avcodec.h"
#include "libavfilter/avfilter.h"
#include "libavfilter/buffersink.h"
#include "libavfilter/buffersrc.h"
#include "libavutil/channel_layout.h"
#include "libavutil/imgutils.h"
#include "libavutil/opt.h"
#include "libavutil/pixdesc.h"
#include "libavutil/samplefmt.h"

enum { MOST_PIECES = 4 };
typedef struct {
  const uint8_t *bytes;
  int size;
} Piece;

typedef struct {
  AVIOContext *file;
  AVFormatContext *format;
  AVStream *stream;
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *decoded;
  AVFrame *result;
  char *filters;
  AVFilterGraph *graph;
  AVFilterContext *source;
  AVFilterContext *sink;
  int64_t first_time;
  double decoded_time_s;
  Shown shown;
  int probed_width, probed_height;
  int faults;
  int is_input_over;
  int is_decoder_over;
  Piece pieces[MOST_PIECES];
  int piece_count;
  uint8_t *bytes;
  int byte_count;
  int capacity;
} Reader;

EXPORT(reader_close) void reader_close(Reader *reader) {
  avfilter_graph_free(&reader->graph);
  shown_close(&reader->shown);
  av_frame_free(&reader->decoded);
  av_frame_free(&reader->result);
  av_packet_free(&reader->packet);
  avcodec_free_context(&reader->decoder);
  avformat_close_input(&reader->format);
  close_file(&reader->file);
  free(reader->filters);
  free(reader->bytes);
  free(reader);
}

/** `containers` are names of FFmpeg's formats with commas between them. Null when it is none of them, or damaged. */
EXPORT(reader_open) Reader *reader_open(int file, const char *containers) {
  Reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return NULL;
  reader->first_time = AV_NOPTS_VALUE;
  reader->file = open_file(file, 0);
  reader->format = avformat_alloc_context();
  reader->packet = av_packet_alloc();
  reader->decoded = av_frame_alloc();
  reader->result = av_frame_alloc();
  AVDictionary *options = NULL;
  if (reader->file != NULL && reader->format != NULL) {
    reader->format->pb = reader->file;
    av_dict_set(&options, "format_whitelist", containers, 0);
    // A single name is taken at its word: some formats cannot be told from their bytes.
    const AVInputFormat *only = strchr(containers, ',') == NULL ? av_find_input_format(containers) : NULL;
    if (avformat_open_input(&reader->format, NULL, only, &options) >= 0 &&
        avformat_find_stream_info(reader->format, NULL) >= 0) {
      av_dict_free(&options);
      return reader;
    }
  }
  av_dict_free(&options);
  reader_close(reader);
  return NULL;
}

/** The film that a player shows: the one marked as the default or else the first; no cover, and none that cannot be decoded. */
static int find_film(const AVFormatContext *format) {
  const int aside = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_DEPENDENT;
  int found = AVERROR_STREAM_NOT_FOUND, is_default = 0;
  for (unsigned index = 0; index < format->nb_streams; index++) {
    const AVStream *stream = format->streams[index];
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO || (stream->disposition & aside) != 0) continue;
    if (avcodec_find_decoder(stream->codecpar->codec_id) == NULL) {
      if (found == AVERROR_STREAM_NOT_FOUND) found = AVERROR_DECODER_NOT_FOUND;
    } else if (found < 0 || (!is_default && (stream->disposition & AV_DISPOSITION_DEFAULT) != 0)) {
      found = (int)index;
      is_default = (stream->disposition & AV_DISPOSITION_DEFAULT) != 0;
    }
  }
  return found;
}

/** Chooses the stream that is read: its number, or negative when the file has none of this kind, or none that can be decoded. */
EXPORT(reader_choose) int reader_choose(Reader *reader, int is_sound) {
  const AVCodec *codec = NULL;
  const int index = is_sound ? av_find_best_stream(reader->format, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0) : find_film(reader->format);
  if (index >= 0) reader->stream = reader->format->streams[index];
  return index;
}
EXPORT(reader_unknown_codec) int reader_unknown_codec(void) { return AVERROR_DECODER_NOT_FOUND; }

/** Seconds that the header promises; 0 when it does not say. */
EXPORT(reader_duration) double reader_duration(Reader *reader) {
  return reader->format->duration > 0 ? (double)reader->format->duration / AV_TIME_BASE : 0;
}
/** As stored, in the header's words; what is shown may be of another size. */
EXPORT(reader_width) int reader_width(Reader *reader) { return reader->stream->codecpar->width; }
EXPORT(reader_height) int reader_height(Reader *reader) { return reader->stream->codecpar->height; }
/** Pictures per second on average; 0 when unknown. */
EXPORT(reader_rate) double reader_rate(Reader *reader) {
  const AVRational rate = reader->stream->avg_frame_rate;
  return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
}
EXPORT(reader_sample_rate) int reader_sample_rate(Reader *reader) { return reader->stream->codecpar->sample_rate; }
EXPORT(reader_channels) int reader_channels(Reader *reader) { return reader->stream->codecpar->ch_layout.nb_channels; }
EXPORT(reader_codec) const char *reader_codec(Reader *reader) { return avcodec_get_name(reader->stream->codecpar->codec_id); }
EXPORT(reader_stream_count) int reader_stream_count(Reader *reader) { return (int)reader->format->nb_streams; }

static int open_decoder(Reader *reader) {
  const AVCodec *codec = avcodec_find_decoder(reader->stream->codecpar->codec_id);
  if (codec == NULL) return AVERROR_DECODER_NOT_FOUND;
  reader->decoder = avcodec_alloc_context3(codec);
  if (reader->decoder == NULL) return AVERROR(ENOMEM);
  const int status = avcodec_parameters_to_context(reader->decoder, reader->stream->codecpar);
  if (status < 0) return status;
  reader->decoder->pkt_timebase = reader->stream->time_base;
  return avcodec_open2(reader->decoder, codec, NULL);
}

/** Pictures are shown at this size; without a call at that of the first. */
EXPORT(reader_size) void reader_size(Reader *reader, int width, int height) {
  reader->shown.width = width;
  reader->shown.height = height;
}

/** Opens the decoder of the chosen stream. `filters` is a chain of FFmpeg's filters. */
EXPORT(reader_begin) int reader_begin(Reader *reader, const char *filters) {
  for (unsigned index = 0; index < reader->format->nb_streams; index++) {
    AVStream *stream = reader->format->streams[index];
    if (stream != reader->stream) stream->discard = AVDISCARD_ALL;
  }
  reader->filters = strdup(filters);
  return reader->filters == NULL ? AVERROR(ENOMEM) : open_decoder(reader);
}

static int make_source(Reader *reader, const AVFrame *frame) {
  const int is_picture = reader->decoder->codec_type == AVMEDIA_TYPE_VIDEO;
  AVBufferSrcParameters *parameters = av_buffersrc_parameters_alloc();
  if (parameters == NULL) return AVERROR(ENOMEM);
  reader->source = avfilter_graph_alloc_filter(reader->graph, avfilter_get_by_name(is_picture ? "buffer" : "abuffer"), "in");
  parameters->format = frame->format;
  parameters->time_base = reader->stream->time_base;
  if (is_picture) {
    parameters->width = frame->width;
    parameters->height = frame->height;
    parameters->sample_aspect_ratio = frame->sample_aspect_ratio;
    parameters->frame_rate = reader->stream->avg_frame_rate;
    parameters->color_space = frame->colorspace;
    parameters->color_range = frame->color_range;
  } else {
    parameters->sample_rate = frame->sample_rate;
    av_channel_layout_copy(&parameters->ch_layout, &frame->ch_layout);
    if (parameters->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
      av_channel_layout_default(&parameters->ch_layout, frame->ch_layout.nb_channels);
    }
  }
  int status = reader->source == NULL ? AVERROR(ENOMEM) : av_buffersrc_parameters_set(reader->source, parameters);
  if (status >= 0) status = avfilter_init_str(reader->source, NULL);
  av_channel_layout_uninit(&parameters->ch_layout);
  av_free(parameters);
  return status;
}

/** What sound is, is known with its first frame; a file may also change it later. Pictures are always of one kind here. */
static int make_filters(Reader *reader, const AVFrame *frame) {
  const int is_picture = reader->decoder->codec_type == AVMEDIA_TYPE_VIDEO;
  avfilter_graph_free(&reader->graph);
  reader->graph = avfilter_graph_alloc();
  AVFilterInOut *inputs = avfilter_inout_alloc(), *outputs = avfilter_inout_alloc();
  int status = AVERROR(ENOMEM);
  if (reader->graph != NULL && inputs != NULL && outputs != NULL) {
    reader->graph->nb_threads = 1;
    status = make_source(reader, frame);
    if (status >= 0) {
      status = avfilter_graph_create_filter(&reader->sink, avfilter_get_by_name(is_picture ? "buffersink" : "abuffersink"),
                                            "out", NULL, NULL, reader->graph);
    }
    if (status >= 0) {
      outputs->name = av_strdup("in");
      outputs->filter_ctx = reader->source;
      inputs->name = av_strdup("out");
      inputs->filter_ctx = reader->sink;
      status = avfilter_graph_parse_ptr(reader->graph, reader->filters, &inputs, &outputs, NULL);
    }
    if (status >= 0) status = avfilter_graph_config(reader->graph, NULL);
  }
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  return status;
}

static int has_changed(const Reader *reader, const AVFrame *frame) {
  const AVFilterLink *link = reader->source->outputs[0];
  return reader->decoder->codec_type == AVMEDIA_TYPE_VIDEO
             ? link->w != frame->width || link->h != frame->height || link->format != frame->format
             : link->sample_rate != frame->sample_rate || link->format != frame->format ||
                   link->ch_layout.nb_channels != frame->ch_layout.nb_channels;
}

static int keep_bytes(Reader *reader, int size) {
  if (size > reader->capacity) {
    uint8_t *larger = realloc(reader->bytes, (size_t)size);
    if (larger == NULL) return AVERROR(ENOMEM);
    reader->bytes = larger;
    reader->capacity = size;
  }
  reader->byte_count = size;
  reader->pieces[0] = (Piece){reader->bytes, size};
  reader->piece_count = 1;
  return 0;
}

/** Planes whose rows lie one after the other are handed out where they are: 0 where they do not. */
static int point_at_planes(Reader *reader, int size) {
  const AVFrame *frame = reader->result;
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
  const int count = av_pix_fmt_count_planes(frame->format);
  int left = size;
  for (int plane = 0; plane < count; plane++) {
    const int row = av_image_get_linesize(frame->format, frame->width, plane);
    const int is_chroma = plane == 1 || plane == 2;
    const int rows = is_chroma ? AV_CEIL_RSHIFT(frame->height, format->log2_chroma_h) : frame->height;
    if (row <= 0 || frame->linesize[plane] != row) return 0;
    reader->pieces[plane] = (Piece){frame->data[plane], row * rows};
    left -= row * rows;
  }
  if (left != 0) return 0;
  reader->byte_count = size;
  reader->piece_count = count;
  return 1;
}

static int pack_result(Reader *reader) {
  const AVFrame *frame = reader->result;
  int status;
  if (reader->decoder->codec_type == AVMEDIA_TYPE_VIDEO) {
    status = av_image_get_buffer_size(frame->format, frame->width, frame->height, 1);
    if (status < 0 || point_at_planes(reader, status)) return status;
    status = keep_bytes(reader, status);
    if (status < 0) return status;
    return av_image_copy_to_buffer(reader->bytes, reader->byte_count, (const uint8_t *const *)frame->data, frame->linesize,
                                   frame->format, frame->width, frame->height, 1);
  }
  // Packed samples, one of each channel in turn; of those that lie apart the first channel's.
  const int channels = av_sample_fmt_is_planar(frame->format) ? 1 : frame->ch_layout.nb_channels;
  status = keep_bytes(reader, frame->nb_samples * channels * av_get_bytes_per_sample(frame->format));
  if (status >= 0) memcpy(reader->bytes, frame->data[0], (size_t)reader->byte_count);
  return status;
}

enum { FRAME = 1, DECODED = 2, END = 0, PAUSE = 3, MOST_FAULTS = 10000 };

/** Pictures that are damaged, or cut off at the end of the file, are left out, as by players. */
static int is_left_out(Reader *reader, int status) {
  return status == AVERROR_INVALIDDATA && reader->decoder->codec_type == AVMEDIA_TYPE_VIDEO && ++reader->faults <= MOST_FAULTS;
}

/** Frames of AMR that hold no speech, but how a pause sounds, or nothing: FFmpeg decodes none of them. */
static int is_pause(const Reader *reader) {
  const AVPacket *packet = reader->packet;
  const int kind = packet->size > 0 ? packet->data[0] >> 3 & 15 : 15;
  switch (reader->decoder->codec_id) {
    case AV_CODEC_ID_AMR_NB: return kind >= 8;
    case AV_CODEC_ID_AMR_WB: return kind >= 9;
    default: return 0;
  }
}

/** The 20 milliseconds of such a frame, silent. */
static int make_pause(Reader *reader) {
  AVFrame *frame = reader->decoded;
  const AVCodecContext *decoder = reader->decoder;
  av_frame_unref(frame);
  frame->format = decoder->sample_fmt;
  frame->sample_rate = decoder->sample_rate;
  frame->nb_samples = decoder->sample_rate / 50;
  frame->best_effort_timestamp = AV_NOPTS_VALUE;
  int status = av_channel_layout_copy(&frame->ch_layout, &decoder->ch_layout);
  if (status >= 0) status = av_frame_get_buffer(frame, 0);
  if (status < 0) return status;
  return av_samples_set_silence(frame->extended_data, 0, frame->nb_samples, frame->ch_layout.nb_channels, frame->format);
}

/** Gives the decoder its next packet. PAUSE: it holds nothing to decode. */
static int feed(Reader *reader) {
  const int status = av_read_frame(reader->format, reader->packet);
  if (status < 0) {
    reader->is_input_over = 1;
    // A file that is cut off is read as far as it goes.
    return avcodec_send_packet(reader->decoder, NULL);
  }
  int sent = 0;
  if (reader->packet->stream_index == reader->stream->index) {
    sent = is_pause(reader) ? PAUSE : avcodec_send_packet(reader->decoder, reader->packet);
  }
  av_packet_unref(reader->packet);
  return sent;
}

static int filter_decoded(Reader *reader) {
  AVFrame *frame = reader->decoded;
  frame->pts = frame->best_effort_timestamp;
  if (frame->pts != AV_NOPTS_VALUE) {
    if (reader->first_time == AV_NOPTS_VALUE) reader->first_time = frame->pts;
    reader->decoded_time_s = (double)(frame->pts - reader->first_time) * av_q2d(reader->stream->time_base);
  }
  int status = 0;
  if (reader->decoder->codec_type == AVMEDIA_TYPE_VIDEO) {
    status = shown_frame(&reader->shown, reader->format, reader->stream, frame);
  }
  if (status >= 0 && (reader->graph == NULL || has_changed(reader, frame))) status = make_filters(reader, frame);
  if (status >= 0) status = av_buffersrc_add_frame(reader->source, frame);
  av_frame_unref(frame);
  return status < 0 ? status : DECODED;
}

/**
 * FRAME: a result is ready. DECODED: a frame was decoded, whose time `reader_time` tells; ask again. END: nothing more.
 * Negative: the file cannot be decoded.
 */
EXPORT(reader_next) int reader_next(Reader *reader) {
  for (;;) {
    if (reader->graph != NULL) {
      av_frame_unref(reader->result);
      const int status = av_buffersink_get_frame(reader->sink, reader->result);
      if (status >= 0) {
        const int packed = pack_result(reader);
        return packed < 0 ? packed : FRAME;
      }
      if (status == AVERROR_EOF) return END;
      if (status != AVERROR(EAGAIN)) return status;
    }
    if (reader->is_decoder_over) return reader->graph == NULL ? END : AVERROR_BUG;
    const int status = avcodec_receive_frame(reader->decoder, reader->decoded);
    if (status >= 0) return filter_decoded(reader);
    if (status == AVERROR_EOF) {
      reader->is_decoder_over = 1;
      if (reader->graph == NULL) return END;
      const int closed = av_buffersrc_add_frame(reader->source, NULL);
      if (closed < 0) return closed;
      continue;
    }
    if (is_left_out(reader, status)) continue;
    if (status != AVERROR(EAGAIN)) return status;
    const int fed = feed(reader);
    if (fed == PAUSE) {
      const int made = make_pause(reader);
      return made < 0 ? made : filter_decoded(reader);
    }
    if (fed < 0 && fed != AVERROR(EAGAIN) && fed != AVERROR_EOF && !is_left_out(reader, fed)) return fed;
  }
}

/** Seconds from the first decoded frame to the last one. */
EXPORT(reader_time) double reader_time(Reader *reader) { return reader->decoded_time_s; }
/** The bytes of the result, in pieces one after the other; until the next call of `reader_next`. */
EXPORT(reader_piece_count) int reader_piece_count(Reader *reader) { return reader->piece_count; }
EXPORT(reader_piece) const uint8_t *reader_piece(Reader *reader, int index) { return reader->pieces[index].bytes; }
EXPORT(reader_piece_byte_count) int reader_piece_byte_count(Reader *reader, int index) { return reader->pieces[index].size; }
/** Of all of them. */
EXPORT(reader_byte_count) int reader_byte_count(Reader *reader) { return reader->byte_count; }
EXPORT(reader_result_width) int reader_result_width(Reader *reader) { return reader->result->width; }
EXPORT(reader_result_height) int reader_result_height(Reader *reader) { return reader->result->height; }

/** The stream of the next packet as it is stored, or negative at the end. */
EXPORT(reader_packet) int reader_packet(Reader *reader) {
  av_packet_unref(reader->packet);
  return av_read_frame(reader->format, reader->packet) < 0 ? -1 : reader->packet->stream_index;
}
static double in_seconds(const Reader *reader, int64_t time) {
  return (double)time * av_q2d(reader->format->streams[reader->packet->stream_index]->time_base);
}
/** When that packet is shown or heard, in seconds; and for how long, 0 when unknown. */
EXPORT(reader_packet_time) double reader_packet_time(Reader *reader) {
  const AVPacket *packet = reader->packet;
  return in_seconds(reader, packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts != AV_NOPTS_VALUE ? packet->dts : 0);
}
EXPORT(reader_packet_duration) double reader_packet_duration(Reader *reader) {
  return in_seconds(reader, reader->packet->duration);
}
/** Not those that are only there for others to be decoded, before the first or after the last picture shown. */
EXPORT(reader_packet_is_shown) int reader_packet_is_shown(Reader *reader) {
  return (reader->packet->flags & AV_PKT_FLAG_DISCARD) == 0;
}
EXPORT(reader_packet_is_key) int reader_packet_is_key(Reader *reader) {
  return (reader->packet->flags & AV_PKT_FLAG_KEY) != 0;
}
/** Decodes that packet, a key picture of the chosen stream, alone: 0 when its shown size is known, else negative. */
EXPORT(reader_probe) int reader_probe(Reader *reader) {
  int status = reader->decoder == NULL ? open_decoder(reader) : 0;
  if (status < 0) return status;
  avcodec_flush_buffers(reader->decoder);
  reader->packet->flags &= ~AV_PKT_FLAG_DISCARD;
  status = avcodec_send_packet(reader->decoder, reader->packet);
  if (status >= 0) status = avcodec_send_packet(reader->decoder, NULL);
  if (status >= 0) status = avcodec_receive_frame(reader->decoder, reader->decoded);
  if (status < 0) return status;
  shown_size(reader->format, reader->stream, reader->decoded, &reader->probed_width, &reader->probed_height);
  av_frame_unref(reader->decoded);
  return 0;
}
EXPORT(reader_probed_width) int reader_probed_width(Reader *reader) { return reader->probed_width; }
EXPORT(reader_probed_height) int reader_probed_height(Reader *reader) { return reader->probed_height; }

EXPORT(memory_get) void *memory_get(int size) { return malloc((size_t)size); }
EXPORT(memory_free) void memory_free(void *bytes) { free(bytes); }
EXPORT(licence) const char *licence(void) { return avcodec_license(); }
EXPORT(configuration) const char *configuration(void) { return avcodec_configuration(); }
EXPORT(set_quiet) void set_quiet(void) { av_log_set_level(AV_LOG_QUIET); }
