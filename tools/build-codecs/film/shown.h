// Makes decoded pictures into what a player shows: cropped, upright, with square pixels, in the colours of an ordinary
// screen, and all of one size, whatever the file says and however often its pictures change.
#ifndef VISAVIS_SHOWN_H
#define VISAVIS_SHOWN_H
#include "libavfilter/avfilter.h"
#include "libavformat/avformat.h"
#include "screen.h"

/** What a decoded picture is; another graph of filters is made when this changes. */
typedef struct {
  int width, height, format;
  AVRational aspect;
  enum AVColorSpace space;
  enum AVColorRange range;
  enum AVColorPrimaries primaries;
  enum AVColorTransferCharacteristic transfer;
} Look;

typedef struct {
  /** Size of every picture shown; zero until the first one gives its own. */
  int width, height;
  /** What the first picture became, and all others become too. */
  Look result;
  Look look;
  int is_as_decoded;
  Screen screen;
  AVFilterGraph *graph;
  AVFilterContext *source;
  AVFilterContext *sink;
} Shown;

/** The size at which a player shows a picture. */
void shown_size(AVFormatContext *format, AVStream *stream, const AVFrame *frame, int *width, int *height);
/** Changes `frame` into what is shown. Negative when it cannot be. */
int shown_frame(Shown *shown, AVFormatContext *format, AVStream *stream, AVFrame *frame);
void shown_close(Shown *shown);
#endif
