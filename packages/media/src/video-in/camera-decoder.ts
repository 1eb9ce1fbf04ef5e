import sharp from 'sharp';
import type { Clock } from '../core/clock.ts';
import { JobThread } from '../core/job-thread.ts';
import type { Logger } from '../core/logger.ts';
import type { SmallPicture } from './small-picture.ts';
import type { KeyFrame } from './video-packet.ts';

/** Frames that wait for the thread; each call has at most one in here. */
const MAX_WAITING_FRAMES = 64;
/** Frames are small, and their decoding ends; a machine that is overrun has taken more than three seconds for one. */
const FRAME_LIMIT_MS = 10_000;
const START_LIMIT_MS = 30_000;
const JPEG_QUALITY = 75;

/** Makes pictures of what cameras send, in a thread of its own that begins with the first of them. */
export class CameraDecoder {
  readonly #options: { readonly logger: Logger; readonly clock: Clock };
  #thread: JobThread<KeyFrame, SmallPicture> | null = null;
  #isClosed = false;

  constructor(options: { readonly logger: Logger; readonly clock: Clock }) {
    this.#options = options;
  }

  /** A JPEG. Rejects with a sentence when it cannot be made. */
  async picture(frame: KeyFrame): Promise<Buffer> {
    if (this.#isClosed) throw new Error('The camera worker is closed.');
    this.#thread ??= new JobThread({
      ...this.#options,
      url: new URL('./camera-worker.ts', import.meta.url),
      name: 'camera worker',
      maxWaiting: MAX_WAITING_FRAMES,
      jobLimitMs: FRAME_LIMIT_MS,
      startLimitMs: START_LIMIT_MS,
    });
    const { width, height, data } = await this.#thread.run(frame);
    return sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: JPEG_QUALITY })
      .toBuffer();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.close();
  }
}
