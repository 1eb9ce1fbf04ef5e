export type CameraCodec = 'vp8' | 'h264';

/** A packet of RTP with a part of a coded picture. */
export type VideoPacket = {
  readonly payloadType: number;
  /** The last one of its picture. */
  readonly isMarked: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** Holds until the packet after it comes. */
  readonly payload: Buffer;
};

/** A picture that is decoded without any other: a VP8 frame, or an H.264 access unit in Annex B form with its parameter sets. */
export type KeyFrame = { readonly codec: CameraCodec; readonly bytes: Buffer };
