/** Names of all formats that an avatar can be made from, for people. */
export const PICTURE_NAMES = 'JPEG, PNG, WebP, BMP, HEIC or AVIF';
export const VIDEO_NAMES = 'MP4, MOV, WebM or MKV';
