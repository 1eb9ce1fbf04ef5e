import { setTimeout as sleep, setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { FRAME_INTERVAL_MS } from '../core/audio-format.ts';
import { createPicture, type Picture } from '../core/picture.ts';
import type { EncodedVideoFrame, VideoCodec } from './encoded-frame.ts';
import { VideoEncoder } from './video-encoder.ts';

/** Pictures of the listening avatar, coded once and forwarded to every call. A key frame every `jointEvery`, from 0 on. */
export type EncodedLoop = {
  readonly codec: VideoCodec;
  readonly frameCount: number;
  readonly jointEvery: number;
  /** What it takes to send, by the pictures coded so far. */
  readonly bitrateKbps: number;
  /** Undefined while this stretch is not coded yet. Asking has it coded, and the next one in time. */
  frameAt(index: number): EncodedVideoFrame | undefined;
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
  /** Waits until nothing else that is heavy goes on, for every stretch but the first; left out: nothing else does. */
  readonly inTurn?: <Value>(work: () => Promise<Value>) => Promise<Value>;
};

/** Between two pictures of a stretch that is coded ahead: calls go on meanwhile, and a stretch of two seconds is there in one. */
const PACE_MS = 8;
/** After a stretch that could not be coded, so many questions are answered before it is tried again. */
const REST_AFTER_FAILURE = 50;

/**
 * A loop that is coded stretch by stretch, from joint to joint, as calls come to it: a long life costs no more at the start than
 * a short one, and each stretch is coded once for all. Resolves with the first stretch; rejects when that cannot be coded.
 */
export async function openIdleLoop(options: IdleLoopOptions): Promise<EncodedLoop> {
  const { frameCount, jointEvery } = options;
  if (jointEvery < 1 || frameCount < jointEvery || frameCount % jointEvery !== 0) {
    throw new RangeError(`A loop is whole joints long; got ${frameCount} frames with a joint every ${jointEvery}.`);
  }
  const loop = new GrowingLoop(options);
  await loop.code(0, yieldToEventLoop);
  return loop;
}

class GrowingLoop implements EncodedLoop {
  readonly codec: VideoCodec;
  readonly frameCount: number;
  readonly jointEvery: number;
  readonly #options: IdleLoopOptions;
  readonly #stretches = new Map<number, readonly EncodedVideoFrame[]>();
  #isCoding = false;
  #restsFor = 0;
  #codedBytes = 0;

  constructor(options: IdleLoopOptions) {
    this.#options = options;
    this.codec = options.codec;
    this.frameCount = options.frameCount;
    this.jointEvery = options.jointEvery;
  }

  get bitrateKbps(): number {
    const coded = this.#stretches.size * this.jointEvery;
    return coded === 0 ? 0 : (this.#codedBytes * 8) / (coded * FRAME_INTERVAL_MS);
  }

  frameAt(index: number): EncodedVideoFrame | undefined {
    const stretch = Math.floor(index / this.jointEvery);
    const next = (stretch + 1) % (this.frameCount / this.jointEvery);
    if (this.#restsFor > 0) this.#restsFor -= 1;
    else this.#ask(this.#stretches.has(stretch) ? next : stretch);
    return this.#stretches.get(stretch)?.[index % this.jointEvery];
  }

  #ask(stretch: number): void {
    if (this.#isCoding || this.#stretches.has(stretch)) return;
    // Whoever waits for it shows a live picture meanwhile, and an encoder that fails is told there.
    this.#isCoding = true;
    const code = () => this.code(stretch, () => sleep(PACE_MS));
    void (this.#options.inTurn?.(code) ?? code())
      .catch(() => {
        this.#restsFor = REST_AFTER_FAILURE;
      })
      .finally(() => {
        this.#isCoding = false;
      });
  }

  /** Codes a stretch picture by picture, giving other calls of the process their turn in between. */
  async code(stretch: number, rest: () => Promise<unknown>): Promise<void> {
    const { codec, widthPx, heightPx, bitrateKbps, jointEvery } = this.#options;
    const encoder = await VideoEncoder.open({ codec, widthPx, heightPx, bitrateKbps });
    try {
      const picture = createPicture(widthPx, heightPx);
      const frames: EncodedVideoFrame[] = [];
      for (let i = 0; i < jointEvery; i += 1) {
        const index = stretch * jointEvery + i;
        this.#options.renderFrame(index, picture);
        const frame = encoder.encode(picture, i * FRAME_INTERVAL_MS, i === 0);
        if (frame === null) throw new Error(`The encoder left out frame ${index} of an idle loop.`);
        frames.push(frame);
        await rest();
      }
      this.#stretches.set(stretch, frames);
      this.#codedBytes += frames.reduce((total, frame) => total + frame.data.byteLength, 0);
    } finally {
      encoder.close();
    }
  }
}
