/** Names of all formats that an avatar can be made from, for people. */
export const PICTURE_NAMES = 'JPEG, PNG, WebP, BMP, HEIC or AVIF';
export const VIDEO_NAMES = 'MP4, MOV, WebM, MKV, AVI or GIF';
export const SOUND_NAMES = 'MP3, WAV, M4A, OGG, Opus, FLAC, AAC or AMR sound';
