#include "shown.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "libavfilter/buffersink.h"
#include "libavfilter/buffersrc.h"
#include "libavutil/intreadwrite.h"
#include "libavutil/pixdesc.h"

enum { HD_HEIGHT = 720, FARTHEST = 1 << 20, FILTERS_BYTES = 512 };

/** How a stored picture is cut and turned to stand upright: first transposed, then mirrored. */
typedef struct {
  int left, top, width, height;
  int is_lying, is_mirrored, is_upside_down;
} Placing;

static const uint8_t *side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t size) {
  const AVCodecParameters *parameters = stream->codecpar;
  const AVPacketSideData *data = av_packet_side_data_get(parameters->coded_side_data, parameters->nb_coded_side_data, type);
  return data == NULL || data->size < size ? NULL : data->data;
}

static Placing placing_of(const AVStream *stream, const AVFrame *frame) {
  Placing placing = {.width = frame->width, .height = frame->height};
  const uint8_t *cropping = side_data(stream, AV_PKT_DATA_FRAME_CROPPING, 16);
  if (cropping != NULL) {
    const int64_t top = AV_RL32(cropping), bottom = AV_RL32(cropping + 4);
    const int64_t left = AV_RL32(cropping + 8), right = AV_RL32(cropping + 12);
    if (left + right < frame->width && top + bottom < frame->height) {
      placing = (Placing){left, top, frame->width - left - right, frame->height - top - bottom};
    }
  }
  // ISO 14496-12, 8.2.2: a point (x, y) of the picture is shown at (a x + c y, b x + d y).
  const int32_t *matrix = (const int32_t *)side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 36);
  if (matrix != NULL) {
    const int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    placing.is_lying = FFABS(b) + FFABS(c) > FFABS(a) + FFABS(d);
    placing.is_mirrored = (placing.is_lying ? c : a) < 0;
    placing.is_upside_down = (placing.is_lying ? b : d) < 0;
  }
  return placing;
}

static int length(double value) { return value < 1 ? 1 : value > FARTHEST ? FARTHEST : (int)(value + 0.5); }

/** Pixels that are not square are widened or heightened, so that none is lost. */
static void size_of(const Placing *placing, AVRational aspect, int *width, int *height) {
  const double ratio = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1;
  const int wide = length(placing->width * (ratio > 1 ? ratio : 1));
  const int high = length(placing->height / (ratio < 1 ? ratio : 1));
  *width = placing->is_lying ? high : wide;
  *height = placing->is_lying ? wide : high;
}

void shown_size(AVFormatContext *format, AVStream *stream, const AVFrame *frame, int *width, int *height) {
  const Placing placing = placing_of(stream, frame);
  size_of(&placing, av_guess_sample_aspect_ratio(format, stream, (AVFrame *)frame), width, height);
}

static int is_rgb(int format) {
  const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get(format);
  return descriptor != NULL && (descriptor->flags & AV_PIX_FMT_FLAG_RGB) != 0;
}

static Look look_of(AVFormatContext *format, AVStream *stream, const AVFrame *frame) {
  const AVCodecParameters *told = stream->codecpar;
  Look look;
  memset(&look, 0, sizeof look);
  look.width = frame->width;
  look.height = frame->height;
  look.format = frame->format;
  look.aspect = av_guess_sample_aspect_ratio(format, stream, (AVFrame *)frame);
  look.space = frame->colorspace != AVCOL_SPC_UNSPECIFIED ? frame->colorspace : told->color_space;
  look.range = frame->color_range != AVCOL_RANGE_UNSPECIFIED ? frame->color_range : told->color_range;
  look.primaries = frame->color_primaries != AVCOL_PRI_UNSPECIFIED ? frame->color_primaries : told->color_primaries;
  look.transfer = frame->color_trc != AVCOL_TRC_UNSPECIFIED ? frame->color_trc : told->color_trc;
  if (is_rgb(look.format)) look.space = AVCOL_SPC_RGB;
  // Films that do not say: players tell by the other colours, or by the size.
  else if (look.space == AVCOL_SPC_UNSPECIFIED || look.space == AVCOL_SPC_RGB) {
    const int is_wide = look.primaries == AVCOL_PRI_BT2020 || look.transfer == AVCOL_TRC_SMPTE2084;
    look.space = is_wide ? AVCOL_SPC_BT2020_NCL : frame->height >= HD_HEIGHT ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
  }
  return look;
}

static void add(char *filters, const char *text, ...) {
  const size_t used = strlen(filters);
  va_list values;
  va_start(values, text);
  vsnprintf(filters + used, FILTERS_BYTES - used, text, values);
  va_end(values);
}

static void describe(const Shown *shown, const Look *look, const Placing *placing, char *filters) {
  int width, height;
  size_of(placing, look->aspect, &width, &height);
  const double scale = FFMIN((double)shown->width / width, (double)shown->height / height);
  width = FFMIN(shown->width, length(width * scale));
  height = FFMIN(shown->height, length(height * scale));
  const int upright_width = placing->is_lying ? placing->height : placing->width;
  const int upright_height = placing->is_lying ? placing->width : placing->height;
  const Look *result = &shown->result;
  filters[0] = 0;
  if (placing->width != look->width || placing->height != look->height) {
    add(filters, "crop=%d:%d:%d:%d:exact=1,", placing->width, placing->height, placing->left, placing->top);
  }
  if (placing->is_lying) add(filters, "transpose=cclock_flip,");
  if (placing->is_mirrored) add(filters, "hflip,");
  if (placing->is_upside_down) add(filters, "vflip,");
  if (width != upright_width || height != upright_height || look->format != result->format ||
      look->space != result->space || look->range != result->range) {
    add(filters, "scale=%d:%d:flags=bicubic:out_range=%d", width, height, result->range);
    if (result->space != AVCOL_SPC_RGB) add(filters, ":out_color_matrix=%d", result->space);
    add(filters, ",");
  }
  if (width != shown->width || height != shown->height) add(filters, "pad=%d:%d:-1:-1,", shown->width, shown->height);
  if (filters[0] != 0) add(filters, "setsar=1,format=%s", av_get_pix_fmt_name(result->format));
}

static int make_graph(Shown *shown, AVRational time_base, const char *filters) {
  const Look *look = &shown->look;
  avfilter_graph_free(&shown->graph);
  shown->graph = avfilter_graph_alloc();
  AVBufferSrcParameters *parameters = av_buffersrc_parameters_alloc();
  AVFilterInOut *inputs = avfilter_inout_alloc(), *outputs = avfilter_inout_alloc();
  int status = AVERROR(ENOMEM);
  if (shown->graph != NULL && parameters != NULL && inputs != NULL && outputs != NULL) {
    shown->graph->nb_threads = 1;
    parameters->format = look->format;
    parameters->width = look->width;
    parameters->height = look->height;
    parameters->sample_aspect_ratio = look->aspect;
    parameters->time_base = time_base;
    parameters->color_space = look->space;
    parameters->color_range = look->range;
    shown->source = avfilter_graph_alloc_filter(shown->graph, avfilter_get_by_name("buffer"), "in");
    if (shown->source != NULL) status = av_buffersrc_parameters_set(shown->source, parameters);
    if (status >= 0) status = avfilter_init_str(shown->source, NULL);
    if (status >= 0) {
      status = avfilter_graph_create_filter(&shown->sink, avfilter_get_by_name("buffersink"), "out", NULL, NULL, shown->graph);
    }
    if (status >= 0) {
      outputs->name = av_strdup("in");
      outputs->filter_ctx = shown->source;
      inputs->name = av_strdup("out");
      inputs->filter_ctx = shown->sink;
      status = avfilter_graph_parse_ptr(shown->graph, filters, &inputs, &outputs, NULL);
    }
    if (status >= 0) status = avfilter_graph_config(shown->graph, NULL);
  }
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  av_free(parameters);
  return status;
}

/** A picture that is the first, or another than the one before. */
static int begin_look(Shown *shown, AVStream *stream, const AVFrame *frame, const Look *look) {
  const Placing placing = placing_of(stream, frame);
  char filters[FILTERS_BYTES];
  if (shown->look.width == 0) {
    shown->result = *look;
    if (shown->width == 0) size_of(&placing, look->aspect, &shown->width, &shown->height);
  }
  shown->look = *look;
  describe(shown, look, &placing, filters);
  shown->is_as_decoded = filters[0] == 0;
  return shown->is_as_decoded ? 0 : make_graph(shown, stream->time_base, filters);
}

static void tell(AVFrame *frame, const Look *look) {
  frame->colorspace = look->space;
  frame->color_range = look->range;
  frame->color_primaries = look->primaries;
  frame->color_trc = look->transfer;
  frame->sample_aspect_ratio = look->aspect;
}

int shown_frame(Shown *shown, AVFormatContext *format, AVStream *stream, AVFrame *frame) {
  Look look = look_of(format, stream, frame);
  tell(frame, &look);
  if (is_beyond_screen(frame)) {
    const int status = screen_frame(&shown->screen, frame);
    if (status < 0) return status;
    look = look_of(format, stream, frame);
  }
  if (memcmp(&look, &shown->look, sizeof look) != 0) {
    const int status = begin_look(shown, stream, frame, &look);
    if (status < 0) return status;
  }
  if (!shown->is_as_decoded) {
    const int status = av_buffersrc_add_frame(shown->source, frame);
    if (status < 0) return status;
    av_frame_unref(frame);
    const int shown_status = av_buffersink_get_frame(shown->sink, frame);
    if (shown_status < 0) return shown_status;
  }
  frame->sample_aspect_ratio = (AVRational){1, 1};
  return 0;
}

void shown_close(Shown *shown) { avfilter_graph_free(&shown->graph); }
