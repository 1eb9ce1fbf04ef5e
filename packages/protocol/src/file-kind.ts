import { fileTypeFromBuffer } from 'file-type/core';

/** Formats of the pictures and clips that an avatar can be made from, by the ending of their file names. */
const FORMATS = {
  jpg: { kind: 'picture', mime: 'image/jpeg' },
  png: { kind: 'picture', mime: 'image/png' },
  webp: { kind: 'picture', mime: 'image/webp' },
  bmp: { kind: 'picture', mime: 'image/bmp' },
  avif: { kind: 'picture', mime: 'image/avif' },
  heic: { kind: 'picture', mime: 'image/heic' },
  mp4: { kind: 'video', mime: 'video/mp4' },
  mov: { kind: 'video', mime: 'video/quicktime' },
  webm: { kind: 'video', mime: 'video/webm' },
  mkv: { kind: 'video', mime: 'video/matroska' },
  avi: { kind: 'video', mime: 'video/vnd.avi' },
  gif: { kind: 'video', mime: 'image/gif' },
} as const;

export type FileFormat = keyof typeof FORMATS;

export type FileKind = {
  readonly kind: 'picture' | 'video';
  /** Also the ending of a file name, without its dot. */
  readonly format: FileFormat;
};

/** First bytes of a file that are enough for `fileKind`. */
export const HEAD_BYTES = 4096;

export { PICTURE_NAMES, SOUND_NAMES, VIDEO_NAMES } from './file-names.ts';

/** What a file chooser offers: types and endings, as systems do not know the types of all endings. */
export const ACCEPTED_FILES = Object.entries(FORMATS)
  .flatMap(([ending, { mime }]) => [mime, `.${ending}`])
  .concat('image/heif', 'video/x-msvideo', '.jpeg', '.heif', '.m4v', '.3gp')
  .join(',');

/** Sizes of the second header of a BMP file, one per version of the format. "BM" alone also begins plain texts. */
const BMP_HEADER_SIZES: ReadonlySet<number> = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** Types by the name that the library gives them; it tells more of them apart than are made into avatars. */
const FORMAT_OF_MIME: Readonly<Record<string, FileFormat>> = {
  ...Object.fromEntries(Object.entries(FORMATS).map(([format, { mime }]) => [mime, format as FileFormat])),
  'image/apng': 'png',
  'image/heif': 'heic',
  'image/heic-sequence': 'heic',
  'image/heif-sequence': 'heic',
  'video/x-m4v': 'mp4',
  'video/3gpp': 'mp4',
  'video/3gpp2': 'mp4',
};

/** What a file is by its first `HEAD_BYTES`; null: nothing that an avatar can be made from. Names are not believed. */
export async function fileKind(head: Uint8Array): Promise<FileKind | null> {
  const format = FORMAT_OF_MIME[(await typeOf(head)) ?? ''];
  if (format === undefined || (format === 'bmp' && !hasBmpHeader(head))) return null;
  return { kind: FORMATS[format].kind, format };
}

/** What films are made from beside what avatars are made from, by the types of the library. */
const SOUNDS: Readonly<Record<string, SourceKind>> = {
  'audio/mpeg': { kind: 'sound', format: 'mp3' },
  'audio/wav': { kind: 'sound', format: 'wav' },
  'audio/x-m4a': { kind: 'sound', format: 'm4a' },
  'audio/mp4': { kind: 'sound', format: 'm4a' },
  'audio/ogg': { kind: 'sound', format: 'ogg' },
  'audio/ogg; codecs=opus': { kind: 'sound', format: 'ogg' },
  'application/ogg': { kind: 'sound', format: 'ogg' },
  'audio/flac': { kind: 'sound', format: 'flac' },
  'audio/aac': { kind: 'sound', format: 'aac' },
  'audio/amr': { kind: 'sound', format: 'amr' },
};

export type SourceKind = { readonly kind: 'picture' | 'video' | 'sound'; readonly format: string };

/** What a file is by its first `HEAD_BYTES`; null: nothing that a film can be made from. Names are not believed. */
export async function sourceKind(head: Uint8Array): Promise<SourceKind | null> {
  return (await fileKind(head)) ?? SOUNDS[(await typeOf(head)) ?? ''] ?? null;
}

/** The type under which browsers show or play a file of this format. */
export function mimeOf(format: string): string {
  const known = Object.hasOwn(FORMATS, format) ? FORMATS[format as FileFormat].mime : null;
  const [more] = Object.entries(SOUNDS).find(([, source]) => source.format === format) ?? [];
  return known ?? more ?? 'application/octet-stream';
}

async function typeOf(head: Uint8Array): Promise<string | undefined> {
  const kindOfBox = String.fromCharCode(...head.subarray(4, 8));
  // Room that a later edit may take: the library knows it under the name `free` alone.
  if (kindOfBox === 'skip') return FORMATS.mov.mime;
  if ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((value, i) => head[i] === value)) return FORMATS.png.mime;
  try {
    return (await fileTypeFromBuffer(head))?.mime;
  } catch {
    // The head ends within what the library reads, and so may a whole file.
    return undefined;
  }
}

function hasBmpHeader(head: Uint8Array): boolean {
  if (head.byteLength < 26) return false;
  return BMP_HEADER_SIZES.has(new DataView(head.buffer, head.byteOffset).getUint32(14, true));
}
