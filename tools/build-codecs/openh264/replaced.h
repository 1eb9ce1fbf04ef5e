// OpenH264 asks for each of its inner loops by a pointer, so that machines may bring quicker ones. These bring WebAssembly's vectors.
// All give what the library's C functions give, bit by bit.
#ifndef VISAVIS_REPLACED_H
#define VISAVIS_REPLACED_H
#include "encoder_context.h"
#include "wels_func_ptr_def.h"

void use_cost_vectors(WelsEnc::SWelsFuncPtrList *functions);
void use_transform_vectors(WelsEnc::SWelsFuncPtrList *functions);
void use_motion_vectors(WelsEnc::SWelsFuncPtrList *functions);
void use_deblocking_vectors(WelsEnc::SWelsFuncPtrList *functions);
#endif
