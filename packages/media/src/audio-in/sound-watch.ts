import type { Clock } from '../core/clock.ts';

/** How long after the silence that ends a turn an open turn is still waited for. */
const GRACE_MS = 1000;

/**
 * Watches the flow of the user's sound while a turn of his is open. Whoever detects turns hears pauses in sound, and none
 * where no sound comes at all: a muted or unplugged microphone, a socket that stalls.
 */
export class SoundWatch {
  readonly #clock: Clock;
  readonly #onStalled: (times: number) => void;
  #waitMs: number;
  #lastSoundAtMs: number;
  #isTurnOpen = false;
  /** How often it was told since sound came last. */
  #times = 0;
  #cancel: (() => void) | null = null;

  /** `onStalled` is told how often the turn has been found without sound: it is asked again until the turn ends. */
  constructor(clock: Clock, silenceDurationMs: number, onStalled: (times: number) => void) {
    this.#clock = clock;
    this.#onStalled = onStalled;
    this.#waitMs = silenceDurationMs + GRACE_MS;
    this.#lastSoundAtMs = clock.nowMs();
  }

  setSilenceDuration(silenceDurationMs: number): void {
    this.#waitMs = silenceDurationMs + GRACE_MS;
  }

  noteSound(): void {
    this.#lastSoundAtMs = this.#clock.nowMs();
    this.#times = 0;
  }

  setTurnOpen(isTurnOpen: boolean): void {
    if (isTurnOpen === this.#isTurnOpen) return;
    this.#isTurnOpen = isTurnOpen;
    this.#times = 0;
    this.#cancel?.();
    this.#cancel = null;
    if (isTurnOpen) this.#schedule();
  }

  close(): void {
    this.setTurnOpen(false);
  }

  /** One timer for the whole turn, which looks again where sound has come meanwhile. */
  #schedule(): void {
    const dueMs = this.#lastSoundAtMs + this.#waitMs * (this.#times + 1);
    this.#cancel = this.#clock.schedule(dueMs - this.#clock.nowMs(), () => this.#look());
  }

  #look(): void {
    this.#cancel = null;
    const silentMs = this.#clock.nowMs() - this.#lastSoundAtMs;
    const isDue = silentMs >= this.#waitMs * (this.#times + 1);
    if (isDue) this.#times += 1;
    this.#schedule();
    if (isDue) this.#onStalled(this.#times);
  }
}
