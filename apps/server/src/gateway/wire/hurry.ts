import type { SessionEvent } from '@visavis/media/session-events';

/** After the last that was said, on either side, a talk counts as going on for so long. */
const CALM_AFTER_MS = 3000;

/** Tells when a call waits for nothing: nobody speaks, nothing is being answered. */
export class Hurry {
  #lastSignMs: number;
  #isUserSpeaking = false;
  readonly #replies = new Set<string>();

  constructor(nowMs: number) {
    this.#lastSignMs = nowMs;
  }

  /** Whatever the client says but sound, and whatever it is told. */
  sign(nowMs: number): void {
    this.#lastSignMs = nowMs;
  }

  event(event: SessionEvent, nowMs: number): void {
    this.sign(nowMs);
    switch (event.type) {
      case 'user-speech-started':
        this.#isUserSpeaking = true;
        return;
      case 'user-speech-stopped':
        this.#isUserSpeaking = false;
        return;
      case 'reply-started':
        this.#replies.add(event.turnId);
        return;
      case 'reply-done':
        this.#replies.delete(event.turnId);
        return;
      default:
    }
  }

  isOver(nowMs: number): boolean {
    return !this.#isUserSpeaking && this.#replies.size === 0 && nowMs - this.#lastSignMs > CALM_AFTER_MS;
  }
}
