import type { Clock } from '../core/clock.ts';
import { errorMessage } from '../core/error-message.ts';
import type { Logger } from '../core/logger.ts';
import type { CameraDecoder } from './camera-decoder.ts';
import { codedSize } from './coded-size.ts';
import { type KeyFrameCounters, KeyFrameWatch } from './key-frame-watch.ts';
import type { CameraCodec, KeyFrame, VideoPacket } from './video-packet.ts';

/** 1080 lines, upright or not; cameras of calls send no more. */
const MAX_SIDE_PX = 1_920;
const MAX_PIXELS = 1_920 * 1_088;
/** In a row; what sends so many frames that are none sends nothing else. */
const MAX_FAILURES = 5;

export type VideoInCounters = KeyFrameCounters & {
  readonly pictures: number;
  /** Too large, or no picture when decoded. */
  readonly refusedKeyFrames: number;
  /** The one before was still being decoded. */
  readonly skippedKeyFrames: number;
};

export type VideoInOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly decoder: Pick<CameraDecoder, 'picture'>;
  /** About once a second while the camera is on: a JPEG as a data URL. */
  onPicture(dataUrl: string): void;
};

/** What the user's camera shows, as single pictures. */
export class VideoIn {
  readonly #options: VideoInOptions;
  readonly #watch: KeyFrameWatch;
  #isDecoding = false;
  #isOver = false;
  #failuresInARow = 0;
  #pictures = 0;
  #refusedKeyFrames = 0;
  #skippedKeyFrames = 0;

  constructor(options: VideoInOptions) {
    this.#options = options;
    const { clock } = options;
    this.#watch = new KeyFrameWatch({ nowMs: () => clock.nowMs(), onKeyFrame: (frame) => void this.#take(frame) });
  }

  get counters(): VideoInCounters {
    return {
      ...this.#watch.counters,
      pictures: this.#pictures,
      refusedKeyFrames: this.#refusedKeyFrames,
      skippedKeyFrames: this.#skippedKeyFrames,
    };
  }

  /** What the two sides agreed on, by payload type; none: no camera is on. */
  agree(codecs: ReadonlyMap<number, CameraCodec>): void {
    if (!this.#isOver) this.#watch.agree(codecs);
  }

  /** True: its sender is to be asked for a key frame now. */
  push(packet: VideoPacket): boolean {
    return this.#watch.push(packet);
  }

  close(): void {
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#watch.agree(new Map());
  }

  async #take(frame: KeyFrame): Promise<void> {
    if (this.#isDecoding) {
      this.#skippedKeyFrames += 1;
      return;
    }
    this.#isDecoding = true;
    try {
      if (!isOfCamera(frame)) throw new Error('It is larger than a camera sends, or of no size.');
      const jpeg = await this.#options.decoder.picture(frame);
      this.#failuresInARow = 0;
      if (this.#isOver) return;
      this.#pictures += 1;
      this.#options.onPicture(`data:image/jpeg;base64,${jpeg.toString('base64')}`);
    } catch (error) {
      this.#refuse(errorMessage(error));
    } finally {
      this.#isDecoding = false;
    }
  }

  #refuse(reason: string): void {
    this.#refusedKeyFrames += 1;
    this.#failuresInARow += 1;
    if (this.#isOver || this.#failuresInARow < MAX_FAILURES) return;
    this.#options.logger.warn({ reason }, "A camera's pictures cannot be decoded; no more of them are looked at.");
    this.#end();
  }
}

function isOfCamera(frame: KeyFrame): boolean {
  const size = codedSize(frame);
  if (size === null || size.widthPx === 0 || size.heightPx === 0) return false;
  return Math.max(size.widthPx, size.heightPx) <= MAX_SIDE_PX && size.widthPx * size.heightPx <= MAX_PIXELS;
}
