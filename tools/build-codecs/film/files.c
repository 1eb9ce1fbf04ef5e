#include "files.h"
#include <stdlib.h>
#include "libavutil/error.h"
#include "libavutil/mem.h"

#define IMPORT(name) __attribute__((import_module("env"), import_name(#name)))
/** Bytes read, 0 at the end; negative when the file cannot be read. */
IMPORT(file_read) int file_read(int file, double position, unsigned char *into, int size);
/** 0, or negative when the bytes cannot be kept. */
IMPORT(file_write) int file_write(int file, double position, const unsigned char *bytes, int size);
IMPORT(file_size) double file_size(int file);

enum { BUFFER_BYTES = 1 << 15 };
typedef struct {
  int file;
  int64_t position;
} Place;

static int read_bytes(void *opaque, unsigned char *into, int size) {
  Place *place = opaque;
  const int count = file_read(place->file, (double)place->position, into, size);
  if (count == 0) return AVERROR_EOF;
  if (count < 0) return AVERROR(EIO);
  place->position += count;
  return count;
}

static int write_bytes(void *opaque, const unsigned char *bytes, int size) {
  Place *place = opaque;
  if (file_write(place->file, (double)place->position, bytes, size) < 0) return AVERROR(EIO);
  place->position += size;
  return size;
}

static int64_t seek(void *opaque, int64_t offset, int whence) {
  Place *place = opaque;
  const int64_t size = (int64_t)file_size(place->file);
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE: return size;
    case SEEK_SET: break;
    case SEEK_CUR: offset += place->position; break;
    case SEEK_END: offset += size; break;
    default: return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  return place->position = offset;
}

AVIOContext *open_file(int file, int is_output) {
  Place *place = calloc(1, sizeof *place);
  unsigned char *buffer = av_malloc(BUFFER_BYTES);
  if (place == NULL || buffer == NULL) return NULL;
  place->file = file;
  return avio_alloc_context(buffer, BUFFER_BYTES, is_output, place, read_bytes, is_output ? write_bytes : NULL, seek);
}

void close_file(AVIOContext **context) {
  if (*context == NULL) return;
  avio_flush(*context);
  free((*context)->opaque);
  av_freep(&(*context)->buffer);
  avio_context_free(context);
}

int reopen_file(AVFormatContext *format, AVIOContext **context, const char *url, int flags, AVDictionary **options) {
  const Place *place = format->pb->opaque;
  *context = open_file(place->file, flags & AVIO_FLAG_WRITE);
  return *context == NULL ? AVERROR(ENOMEM) : 0;
}

int reclose_file(AVFormatContext *format, AVIOContext *context) {
  close_file(&context);
  return 0;
}
