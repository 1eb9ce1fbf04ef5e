// H.264 constrained baseline, one thread, key frames on request, by OpenH264: constant bitrate for calls, constant
// quality for films.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "codec_api.h"
#include "export.h"

namespace {
struct Encoder {
  ISVCEncoder *codec;
  SSourcePicture source;
  uint8_t *picture;
  uint8_t *coded;
  size_t capacity;
  int is_key_frame;
};

bool reserve(Encoder *encoder, size_t bytes) {
  if (bytes <= encoder->capacity) return true;
  uint8_t *larger = static_cast<uint8_t *>(realloc(encoder->coded, bytes * 2));
  if (larger == nullptr) return false;
  encoder->coded = larger;
  encoder->capacity = bytes * 2;
  return true;
}

/** A fixed quantiser when `kbps` is 0. */
bool configure(ISVCEncoder *codec, int width, int height, float rate, int kbps, int quantiser) {
  // It would write what it does, for nobody to read.
  int silence = WELS_LOG_QUIET;
  codec->SetOption(ENCODER_OPTION_TRACE_LEVEL, &silence);
  SEncParamExt settings;
  codec->GetDefaultParams(&settings);
  settings.iUsageType = CAMERA_VIDEO_REAL_TIME;
  settings.iPicWidth = width;
  settings.iPicHeight = height;
  settings.fMaxFrameRate = rate;
  settings.iRCMode = kbps > 0 ? RC_BITRATE_MODE : RC_OFF_MODE;
  settings.iTargetBitrate = kbps > 0 ? kbps * 1000 : UNSPECIFIED_BIT_RATE;
  settings.iMaxBitrate = UNSPECIFIED_BIT_RATE;
  settings.iTemporalLayerNum = 1;
  settings.iSpatialLayerNum = 1;
  settings.uiIntraPeriod = 0;
  settings.eSpsPpsIdStrategy = CONSTANT_ID;
  settings.iEntropyCodingModeFlag = 0;
  settings.bEnableFrameSkip = false;
  settings.bEnableSceneChangeDetect = false;
  settings.bEnableBackgroundDetection = true;
  settings.bEnableAdaptiveQuant = false;
  settings.bEnableDenoise = false;
  settings.iMultipleThreadIdc = 1;
  settings.iComplexityMode = kbps > 0 ? LOW_COMPLEXITY : HIGH_COMPLEXITY;
  settings.iMinQp = kbps > 0 ? 12 : 0;
  settings.iMaxQp = kbps > 0 ? 42 : 51;
  SSpatialLayerConfig *layer = &settings.sSpatialLayers[0];
  layer->uiProfileIdc = PRO_BASELINE;
  layer->uiLevelIdc = LEVEL_UNKNOWN;
  layer->iVideoWidth = width;
  layer->iVideoHeight = height;
  layer->fFrameRate = rate;
  layer->iSpatialBitrate = settings.iTargetBitrate;
  layer->iMaxSpatialBitrate = settings.iMaxBitrate;
  layer->iDLayerQp = quantiser;
  layer->sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
  // BT.601 as studio video carries it.
  layer->bVideoSignalTypePresent = true;
  layer->bFullRange = false;
  layer->bColorDescriptionPresent = true;
  layer->uiColorPrimaries = CP_SMPTE170M;
  layer->uiTransferCharacteristics = TRC_SMPTE170M;
  layer->uiColorMatrix = CM_SMPTE170M;
  return codec->InitializeExt(&settings) == cmResultSuccess;
}
}  // namespace

EXPORT(h264_close) void h264_close(Encoder *encoder) {
  if (encoder->codec != nullptr) {
    encoder->codec->Uninitialize();
    WelsDestroySVCEncoder(encoder->codec);
  }
  free(encoder->picture);
  free(encoder->coded);
  free(encoder);
}

EXPORT(h264_open) Encoder *h264_open(int width, int height, float rate, int kbps, int quantiser) {
  Encoder *encoder = static_cast<Encoder *>(calloc(1, sizeof(Encoder)));
  if (encoder == nullptr) return nullptr;
  encoder->picture = static_cast<uint8_t *>(malloc(static_cast<size_t>(width) * height * 3 / 2));
  if (encoder->picture == nullptr || WelsCreateSVCEncoder(&encoder->codec) != 0 ||
      !configure(encoder->codec, width, height, rate, kbps, quantiser)) {
    h264_close(encoder);
    return nullptr;
  }
  SSourcePicture *source = &encoder->source;
  source->iColorFormat = videoFormatI420;
  source->iPicWidth = width;
  source->iPicHeight = height;
  source->iStride[0] = width;
  source->iStride[1] = source->iStride[2] = width / 2;
  source->pData[0] = encoder->picture;
  source->pData[1] = source->pData[0] + static_cast<size_t>(width) * height;
  source->pData[2] = source->pData[1] + static_cast<size_t>(width) * height / 4;
  return encoder;
}

EXPORT(h264_picture) uint8_t *h264_picture(Encoder *encoder) { return encoder->picture; }

EXPORT(h264_set_bitrate) int h264_set_bitrate(Encoder *encoder, int kbps) {
  SBitrateInfo rate;
  rate.iLayer = SPATIAL_LAYER_ALL;
  rate.iBitrate = kbps * 1000;
  return encoder->codec->SetOption(ENCODER_OPTION_BITRATE, &rate);
}

/** Bytes of the access unit in Annex B form; 0 when nothing came of it, -1 when it was refused. */
EXPORT(h264_encode) int h264_encode(Encoder *encoder, int is_key_frame, double time_ms) {
  if (is_key_frame) encoder->codec->ForceIntraFrame(true);
  encoder->source.uiTimeStamp = static_cast<long long>(time_ms);
  SFrameBSInfo info;
  memset(&info, 0, sizeof info);
  if (encoder->codec->EncodeFrame(&encoder->source, &info) != cmResultSuccess) return -1;
  if (info.eFrameType == videoFrameTypeSkip || info.eFrameType == videoFrameTypeInvalid) return 0;
  size_t used = 0;
  for (int layer = 0; layer < info.iLayerNum; layer++) {
    const SLayerBSInfo *part = &info.sLayerInfo[layer];
    size_t bytes = 0;
    for (int unit = 0; unit < part->iNalCount; unit++) bytes += static_cast<size_t>(part->pNalLengthInByte[unit]);
    if (!reserve(encoder, used + bytes)) return -1;
    memcpy(encoder->coded + used, part->pBsBuf, bytes);
    used += bytes;
  }
  encoder->is_key_frame = info.eFrameType == videoFrameTypeIDR;
  return static_cast<int>(used);
}

EXPORT(h264_coded) const uint8_t *h264_coded(Encoder *encoder) { return encoder->coded; }
EXPORT(h264_is_key_frame) int h264_is_key_frame(Encoder *encoder) { return encoder->is_key_frame; }
