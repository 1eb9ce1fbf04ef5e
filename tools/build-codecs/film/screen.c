#include "screen.h"
#include <math.h>
#include <string.h>
#include "libavutil/pixdesc.h"

/** Light of white on paper, in candela per square metre, in films made to be brighter; of an ordinary screen's white (ITU-R BT.2408). */
static const double WHITE = 203;
/** What films of phones are made for. */
static const double BRIGHTEST = 1000;
/** Light from which on it is bent. */
static const double KNEE = 0.65;

static int is_brighter(enum AVColorTransferCharacteristic transfer) {
  return transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67;
}

int is_beyond_screen(const AVFrame *frame) {
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
  const int other = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT;
  if (format == NULL || format->nb_components < 3 || (format->flags & other) != 0 || (format->flags & AV_PIX_FMT_FLAG_PLANAR) == 0) {
    return 0;
  }
  return is_brighter(frame->color_trc) || frame->color_primaries == AVCOL_PRI_BT2020 ||
         frame->color_primaries == AVCOL_PRI_SMPTE431 || frame->color_primaries == AVCOL_PRI_SMPTE432;
}

/** SMPTE ST 2084: a share of 10,000 candela, by code. */
static double pq_light(double code) {
  const double power = pow(code, 1 / 78.84375);
  return pow(fmax(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power), 1 / 0.1593017578125);
}

/** ITU-R BT.2100: light of the scene by code. */
static double hlg_light(double code) {
  return code <= 0.5 ? code * code / 3 : (exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}

/** Ordinary films, as screens show them (ITU-R BT.1886), but for those that say otherwise. */
static double exponent_of(enum AVColorTransferCharacteristic transfer) {
  switch (transfer) {
    case AVCOL_TRC_GAMMA22: case AVCOL_TRC_IEC61966_2_1: return 2.2;
    case AVCOL_TRC_GAMMA28: return 2.8;
    case AVCOL_TRC_SMPTE428: return 2.6;
    case AVCOL_TRC_LINEAR: return 1;
    default: return 2.4;
  }
}

/** What is darker than most skin stays as it is; what is brighter nears the white of the screen, which paper misses by little. */
static double toned(double light) {
  return light <= KNEE ? light : KNEE + (1 - KNEE) * (1 - exp((KNEE - light) / (1 - KNEE)));
}

static void fill_tables(Screen *screen) {
  const int brighter = is_brighter(screen->transfer);
  const double exponent = brighter ? 2.4 : exponent_of(screen->transfer);
  for (int i = 0; i < SCREEN_CODES; i++) {
    const double share = (double)i / (SCREEN_CODES - 1), light = share * share;
    const double bright = light * BRIGHTEST / WHITE;
    screen->light[i] = screen->transfer == AVCOL_TRC_SMPTE2084 ? pq_light(share) * 10000 / WHITE
                       : screen->transfer == AVCOL_TRC_ARIB_STD_B67 ? hlg_light(share) : pow(share, exponent);
    screen->system[i] = pow(fmax(light, 1e-6), 0.2) * BRIGHTEST / WHITE;
    screen->tone[i] = brighter && bright > 0 ? toned(bright) / bright : 1;
    screen->code[i] = pow(light, 1 / (exponent == 1 ? 2.4 : exponent));
  }
}

/** Red, green and blue of BT.2020 and P3 as mixtures of BT.709's, all with the white of D65. */
static void fill_mix(Screen *screen) {
  static const float same[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  static const float wide[9] = {1.660491f, -0.587641f, -0.072850f, -0.124550f, 1.132900f, -0.008349f, -0.018151f, -0.100579f, 1.118730f};
  static const float cinema[9] = {1.224940f, -0.224940f, 0, -0.042057f, 1.042057f, 0, -0.019638f, -0.078636f, 1.098274f};
  const int is_wide = screen->primaries == AVCOL_PRI_BT2020 || (screen->primaries == AVCOL_PRI_UNSPECIFIED && is_brighter(screen->transfer));
  const int is_cinema = screen->primaries == AVCOL_PRI_SMPTE431 || screen->primaries == AVCOL_PRI_SMPTE432;
  memcpy(screen->mix, is_wide ? wide : is_cinema ? cinema : same, sizeof same);
}

static void begin(Screen *screen, const AVFrame *frame, int depth) {
  screen->space = frame->colorspace;
  screen->range = frame->color_range;
  screen->primaries = frame->color_primaries;
  screen->transfer = frame->color_trc;
  screen->depth = depth;
  const int is_wide = frame->colorspace == AVCOL_SPC_BT2020_NCL || frame->colorspace == AVCOL_SPC_BT2020_CL;
  const int is_hd = frame->colorspace == AVCOL_SPC_BT709;
  screen->red_weight = is_wide ? 0.2627 : is_hd ? 0.2126 : 0.299;
  screen->blue_weight = is_wide ? 0.0593 : is_hd ? 0.0722 : 0.114;
  fill_tables(screen);
  fill_mix(screen);
}

static inline int place(float share) {
  const float at = share * (SCREEN_CODES - 1) + 0.5f;
  return at <= 0 ? 0 : at >= SCREEN_CODES - 1 ? SCREEN_CODES - 1 : (int)at;
}

static inline uint8_t byte(float value) { return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)(value + 0.5f); }

/** Codes of the film, 0 to 1, to those of an ordinary screen. */
static inline void convert(const Screen *screen, float *colour) {
  float light[3], mixed[3], brightest = 0;
  for (int c = 0; c < 3; c++) light[c] = screen->light[place(colour[c])];
  if (screen->transfer == AVCOL_TRC_ARIB_STD_B67) {
    const float scene = 0.2627f * light[0] + 0.678f * light[1] + 0.0593f * light[2];
    const float factor = screen->system[place(sqrtf(scene))];
    for (int c = 0; c < 3; c++) light[c] *= factor;
  }
  for (int c = 0; c < 3; c++) {
    const float *mix = screen->mix + 3 * c;
    mixed[c] = fmaxf(0, mix[0] * light[0] + mix[1] * light[1] + mix[2] * light[2]);
    brightest = fmaxf(brightest, mixed[c]);
  }
  const float factor = is_brighter(screen->transfer) ? screen->tone[place(sqrtf(brightest * (float)(WHITE / BRIGHTEST)))] : 1;
  for (int c = 0; c < 3; c++) colour[c] = screen->code[place(sqrtf(mixed[c] * factor))];
}

static inline int sample(const AVFrame *frame, int plane, int x, int y, int bytes, int shift) {
  const uint8_t *row = frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane];
  return (bytes == 1 ? row[x] : ((const uint16_t *)row)[x]) >> shift;
}

static void convert_pixels(const Screen *screen, const AVFrame *from, AVFrame *to, const AVPixFmtDescriptor *format) {
  const int bytes = format->comp[0].step, shift = format->comp[0].shift, is_full = screen->range == AVCOL_RANGE_JPEG;
  const float unit = 1 << (screen->depth - 8), all = (1 << screen->depth) - 1;
  const float black = is_full ? 0 : 16 * unit, luma = 1 / (is_full ? all : 219 * unit), chroma = 1 / (is_full ? all : 224 * unit);
  const float red = screen->red_weight, blue = screen->blue_weight, green = 1 - red - blue;
  for (int y = 0; y < from->height; y++) {
    uint8_t *out[3];
    for (int plane = 0; plane < 3; plane++) out[plane] = to->data[plane] + (ptrdiff_t)y * to->linesize[plane];
    for (int x = 0; x < from->width; x++) {
      const int cx = x >> format->log2_chroma_w, cy = y >> format->log2_chroma_h;
      const float bright = (sample(from, 0, x, y, bytes, shift) - black) * luma;
      const float u = (sample(from, 1, cx, cy, bytes, shift) - 128 * unit) * chroma * 2 * (1 - blue);
      const float v = (sample(from, 2, cx, cy, bytes, shift) - 128 * unit) * chroma * 2 * (1 - red);
      float colour[3] = {bright + v, bright - (red * v + blue * u) / green, bright + u};
      convert(screen, colour);
      const float shown = 0.2126f * colour[0] + 0.7152f * colour[1] + 0.0722f * colour[2];
      out[0][x] = byte(16 + 219 * shown);
      out[1][x] = byte(128 + 224 / 1.8556f * (colour[2] - shown));
      out[2][x] = byte(128 + 224 / 1.5748f * (colour[0] - shown));
    }
  }
}

int screen_frame(Screen *screen, AVFrame *frame) {
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
  const int depth = format->comp[0].depth;
  if (screen->depth != depth || screen->space != frame->colorspace || screen->range != frame->color_range ||
      screen->primaries != frame->color_primaries || screen->transfer != frame->color_trc) {
    begin(screen, frame, depth);
  }
  AVFrame *shown = av_frame_alloc();
  if (shown == NULL) return AVERROR(ENOMEM);
  shown->format = AV_PIX_FMT_YUV444P;
  shown->width = frame->width;
  shown->height = frame->height;
  int status = av_frame_get_buffer(shown, 0);
  if (status >= 0) status = av_frame_copy_props(shown, frame);
  if (status >= 0) {
    convert_pixels(screen, frame, shown, format);
    shown->colorspace = AVCOL_SPC_BT709;
    shown->color_range = AVCOL_RANGE_MPEG;
    shown->color_primaries = AVCOL_PRI_BT709;
    shown->color_trc = AVCOL_TRC_BT709;
    av_frame_unref(frame);
    av_frame_move_ref(frame, shown);
  }
  av_frame_free(&shown);
  return status;
}
