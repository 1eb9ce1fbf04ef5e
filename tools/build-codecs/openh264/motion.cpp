#include "h264-motion.h"
#include "replaced.h"

void use_motion_vectors(WelsEnc::SWelsFuncPtrList *functions) {
  SMcFunc *motion = &functions->sMcFuncs;
  motion->pfLumaHalfpelHor = h264::between_columns;
  motion->pfLumaHalfpelVer = h264::between_rows;
  motion->pfLumaHalfpelCen = h264::between_both;
  motion->pfSampleAveraging = h264::average;
  motion->pMcLumaFunc = h264::predict_luma;
  motion->pMcChromaFunc = h264::predict_chroma;
}
