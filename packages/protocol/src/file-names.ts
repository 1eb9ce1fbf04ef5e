/** Names of all formats that an avatar can be made from, for people. */
export const PICTURE_NAMES = 'JPEG, PNG, WebP, BMP, HEIC or AVIF';
export const VIDEO_NAMES = 'MP4, MOV, WebM or MKV';
/** The same of upload links, which take more. */
export const LINKED_PICTURE_NAMES = 'JPEG, PNG, WebP, BMP, GIF, HEIC or AVIF';
export const LINKED_VIDEO_NAMES = 'MP4, MOV, WebM, MKV or AVI';
export const SOUND_NAMES = 'MP3, WAV, M4A, OGG, Opus, FLAC, AAC or AMR sound';
