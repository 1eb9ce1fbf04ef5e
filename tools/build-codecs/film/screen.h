// Brings pictures that are brighter, or of more colours, than an ordinary screen shows into what it shows.
#ifndef VISAVIS_SCREEN_H
#define VISAVIS_SCREEN_H
#include "libavutil/frame.h"

enum { SCREEN_CODES = 4096 };

/** Tables for one kind of colours. */
typedef struct {
  enum AVColorSpace space;
  enum AVColorRange range;
  enum AVColorPrimaries primaries;
  enum AVColorTransferCharacteristic transfer;
  int depth;
  /** Light by code; 1 is the white of an ordinary screen. */
  float light[SCREEN_CODES];
  /** HLG: factor by the square root of the light of the scene. */
  float system[SCREEN_CODES];
  /** Factor by the square root of a share of the brightest light. */
  float tone[SCREEN_CODES];
  /** Code, 0 to 1, by the square root of light. */
  float code[SCREEN_CODES];
  /** From the film's red, green and blue to BT.709's, both as light. */
  float mix[9];
  /** Luma's weights of red and blue in the film's codes. */
  double red_weight, blue_weight;
} Screen;

/** Brighter, or of more colours, than an ordinary screen shows. */
int is_beyond_screen(const AVFrame *frame);
/** Changes `frame`, planes of Y, Cb and Cr that are told in full, into BT.709 in 8 bits. Negative when it cannot be. */
int screen_frame(Screen *screen, AVFrame *frame);
#endif
