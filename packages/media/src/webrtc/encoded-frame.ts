export type VideoCodec = 'vp8' | 'h264';

/** One coded picture: a VP8 frame (RFC 6386), or an H.264 access unit in Annex B form with its parameter sets repeated at key frames. */
export type EncodedVideoFrame = { readonly data: Uint8Array; readonly isKeyFrame: boolean };
