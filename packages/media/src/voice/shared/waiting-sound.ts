import { wireSamplesToMs } from '../../core/audio-format.ts';
import type { Logger } from '../../core/logger.ts';

/** The user's latest sound, kept while there is no connection. */
const MAX_WAITING_SOUND_MS = 3000;
/** Sound is dropped while the network is this far behind: more than five seconds. */
export const MAX_WAITING_BYTES = 400_000;

/** The user's sound that waits for a connection, and how much of it was dropped. */
export class WaitingSound {
  #parts: Int16Array[] = [];
  #lengthMs = 0;
  #droppedMs = 0;

  /** The latest is kept; what is older is dropped. */
  keep(pcm: Int16Array): void {
    this.#parts.push(pcm.slice());
    this.#lengthMs += wireSamplesToMs(pcm.length);
    while (this.#lengthMs > MAX_WAITING_SOUND_MS) {
      const oldest = this.#parts.shift() ?? new Int16Array();
      this.#lengthMs -= wireSamplesToMs(oldest.length);
      this.drop(oldest);
    }
  }

  drop(pcm: Int16Array): void {
    this.#droppedMs += wireSamplesToMs(pcm.length);
  }

  /** Gives what waits, once. */
  take(): readonly Int16Array[] {
    this.#lengthMs = 0;
    return this.#parts.splice(0);
  }

  /** Nothing more is sent. Idempotent. */
  end(logger: Logger): void {
    this.take();
    if (this.#droppedMs > 0) {
      const droppedMs = Math.round(this.#droppedMs);
      logger.warn({ droppedMs }, "Some of the user's sound did not reach the voice service.");
    }
    this.#droppedMs = 0;
  }
}
