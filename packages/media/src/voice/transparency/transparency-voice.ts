import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { VoiceEvent, VoiceInput, VoiceProvider, VoiceSession } from '../../core/voice-port.ts';
import { TRANSPARENCY_CAPABILITIES } from './transparency-capabilities.ts';

/** Without a commit the reply ends when no sound came for this long. */
const DEFAULT_GAP_MS = 600;

export type TransparencyVoiceOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time without sound after which a reply ends of itself. */
  readonly gapMs?: number;
};

/**
 * The sound that comes in is the reply: the avatar says it as it is, without recognition, thought or synthesis. A reply
 * begins with the first sound, and ends by `user-turn-stopped` (the client's commit) or after a gap. Sound may come
 * far faster than real time. Requests for a reply of the voice's own are ended at once, without sound.
 */
export function createTransparencyVoice(options: TransparencyVoiceOptions): VoiceProvider {
  const sessions = new Set<TransparencySession>();
  return {
    id: 'transparency',
    capabilities: TRANSPARENCY_CAPABILITIES,
    async open(_config, listener, signal) {
      signal.throwIfAborted();
      const session = new TransparencySession(options, listener, () => sessions.delete(session));
      sessions.add(session);
      signal.addEventListener('abort', () => void session.close(), { once: true });
      return session;
    },
    async close() {
      await Promise.all([...sessions].map((session) => session.close()));
    },
  };
}

class TransparencySession implements VoiceSession {
  readonly #options: TransparencyVoiceOptions;
  readonly #listener: (event: VoiceEvent) => void;
  readonly #onClosed: () => void;
  #turnId: string | null = null;
  #cancelGap: (() => void) | null = null;
  #closed = false;

  constructor(options: TransparencyVoiceOptions, listener: (event: VoiceEvent) => void, onClosed: () => void) {
    this.#options = options;
    this.#listener = listener;
    this.#onClosed = onClosed;
  }

  send(input: VoiceInput): void {
    if (this.#closed) return;
    switch (input.type) {
      case 'audio':
        this.#speak(input.pcm);
        break;
      case 'user-turn-stopped':
        this.#endTurn();
        break;
      case 'cancel':
        if (input.turnId === this.#turnId) this.#endTurn();
        break;
      case 'respond':
      case 'say':
        this.#options.logger.debug({ input: input.type }, 'A transparent voice has no reply of its own.');
        this.#listener({ type: 'turn-done', turnId: input.turnId });
        break;
      default:
        break;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelGap?.();
    this.#cancelGap = null;
    this.#turnId = null;
    this.#onClosed();
  }

  #speak(pcm: Int16Array): void {
    if (pcm.length === 0) return;
    // A client that streams digital silence between its sentences does not keep the avatar talking.
    const isSound = pcm.some((sample) => sample !== 0);
    if (!isSound && this.#turnId === null) return;
    if (this.#turnId === null) {
      this.#turnId = `turn_${randomUUID()}`;
      this.#listener({ type: 'turn-started', turnId: this.#turnId });
    }
    if (isSound) this.#awaitGap();
    // The listener may have closed or cancelled on the turn's start.
    if (this.#turnId !== null) this.#listener({ type: 'audio', turnId: this.#turnId, pcm });
  }

  #awaitGap(): void {
    this.#cancelGap?.();
    const gapMs = this.#options.gapMs ?? DEFAULT_GAP_MS;
    this.#cancelGap = this.#options.clock.schedule(gapMs, () => this.#endTurn());
  }

  #endTurn(): void {
    this.#cancelGap?.();
    this.#cancelGap = null;
    const turnId = this.#turnId;
    if (turnId === null || this.#closed) return;
    this.#turnId = null;
    this.#listener({ type: 'turn-done', turnId });
  }
}
