import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { FRAME_INTERVAL_MS } from '../core/audio-format.ts';
import { createPicture, type Picture } from '../core/picture.ts';
import type { EncodedVideoFrame, VideoCodec } from './encoded-frame.ts';
import { VideoEncoder } from './video-encoder.ts';

/** Pictures of the listening avatar, coded once and forwarded to every call. A key frame every `jointEvery`, from 0 on. */
export type EncodedLoop = {
  readonly codec: VideoCodec;
  readonly frames: readonly EncodedVideoFrame[];
  readonly jointEvery: number;
};

export type IdleLoopOptions = {
  readonly codec: VideoCodec;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bitrateKbps: number;
  /** A multiple of `jointEvery`. */
  readonly frameCount: number;
  readonly jointEvery: number;
  renderFrame(index: number, out: Picture): void;
};

/** Encodes a loop picture by picture, giving other calls of the process their turn in between. */
export async function encodeIdleLoop(options: IdleLoopOptions): Promise<EncodedLoop> {
  const { codec, widthPx, heightPx, bitrateKbps, frameCount, jointEvery } = options;
  if (jointEvery < 1 || frameCount < jointEvery || frameCount % jointEvery !== 0) {
    throw new RangeError(`A loop is whole joints long; got ${frameCount} frames with a joint every ${jointEvery}.`);
  }
  const encoder = await VideoEncoder.open({ codec, widthPx, heightPx, bitrateKbps });
  try {
    const picture = createPicture(widthPx, heightPx);
    const frames: EncodedVideoFrame[] = [];
    for (let index = 0; index < frameCount; index += 1) {
      options.renderFrame(index, picture);
      const frame = encoder.encode(picture, index * FRAME_INTERVAL_MS, index % jointEvery === 0);
      if (frame === null) throw new Error(`The encoder left out frame ${index} of an idle loop.`);
      frames.push(frame);
      await yieldToEventLoop();
    }
    return { codec, frames, jointEvery };
  } finally {
    encoder.close();
  }
}
