// OpenH264's threads where there are none: locks are always free, and nothing is ever started or waited for.
#include "WelsThreadLib.h"

WELS_THREAD_ERROR_CODE WelsMutexInit(WELS_MUTEX *) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsMutexLock(WELS_MUTEX *) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsMutexUnlock(WELS_MUTEX *) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsMutexDestroy(WELS_MUTEX *) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsEventOpen(WELS_EVENT *, const char *) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsEventClose(WELS_EVENT *, const char *) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsEventSignal(WELS_EVENT *, WELS_MUTEX *, int *) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsEventWait(WELS_EVENT *, WELS_MUTEX *, int &) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsEventWaitWithTimeOut(WELS_EVENT *, uint32_t, WELS_MUTEX *) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsMultipleEventsWaitSingleBlocking(uint32_t, WELS_EVENT *, WELS_EVENT *, WELS_MUTEX *) {
  return WELS_THREAD_ERROR_OK;
}
WELS_THREAD_ERROR_CODE WelsThreadCreate(WELS_THREAD_HANDLE *, LPWELS_THREAD_ROUTINE, void *, WELS_THREAD_ATTR) {
  return static_cast<WELS_THREAD_ERROR_CODE>(WELS_THREAD_ERROR_GENERAL);
}
WELS_THREAD_ERROR_CODE WelsThreadSetName(const char *) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_ERROR_CODE WelsThreadJoin(WELS_THREAD_HANDLE) { return WELS_THREAD_ERROR_OK; }
WELS_THREAD_HANDLE WelsThreadSelf() { return WELS_THREAD_HANDLE(); }
WELS_THREAD_ERROR_CODE WelsQueryLogicalProcessInfo(WelsLogicalProcessInfo *info) {
  info->ProcessorCount = 1;
  return WELS_THREAD_ERROR_OK;
}
void WelsSleep(uint32_t) {}
