// Files live outside: FFmpeg reads and writes bytes at places of a file that the caller opened, and can open nothing.
#ifndef VISAVIS_FILES_H
#define VISAVIS_FILES_H
#include "libavformat/avformat.h"

/** Null without memory. `file` is the caller's number for it. */
AVIOContext *open_file(int file, int is_output);
void close_file(AVIOContext **context);
/** For muxers that read again what they wrote. */
int reopen_file(AVFormatContext *format, AVIOContext **context, const char *url, int flags, AVDictionary **options);
int reclose_file(AVFormatContext *format, AVIOContext *context);
#endif
