import { PictureEncoder } from '../codecs/picture-encoder.ts';
import type { Picture } from '../core/picture.ts';
import type { EncodedVideoFrame, VideoCodec } from './encoded-frame.ts';

export type VideoEncoderOptions = {
  readonly codec: VideoCodec;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bitrateKbps: number;
};

/** A real-time encoder on this thread, 25 pictures per second, constant bitrate, key frames on request only. */
export class VideoEncoder {
  readonly codec: VideoCodec;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly #encoder: PictureEncoder;

  private constructor(options: VideoEncoderOptions, encoder: PictureEncoder) {
    this.codec = options.codec;
    this.widthPx = options.widthPx;
    this.heightPx = options.heightPx;
    this.#encoder = encoder;
  }

  static async open(options: VideoEncoderOptions): Promise<VideoEncoder> {
    const { codec, widthPx, heightPx, bitrateKbps } = options;
    return new VideoEncoder(
      options,
      await PictureEncoder.open({ codec, widthPx, heightPx, rate: { kbps: bitrateKbps } }),
    );
  }

  /** Encodes at once. Null when the encoder made nothing of it, or is closed. `mediaTimeMs` orders the calls. */
  encode(picture: Picture, _mediaTimeMs: number, keyFrame: boolean): EncodedVideoFrame | null {
    return this.#encoder.encode(picture, keyFrame);
  }

  setBitrate(kbps: number): void {
    if (kbps > 0) this.#encoder.setBitrate(kbps);
  }

  close(): void {
    this.#encoder.close();
  }
}
