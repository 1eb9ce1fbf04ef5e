#ifndef VISAVIS_EXPORT_H
#define VISAVIS_EXPORT_H
#ifdef __cplusplus
#define EXPORT(name) extern "C" __attribute__((export_name(#name)))
#else
#define EXPORT(name) __attribute__((export_name(#name)))
#endif
#endif
