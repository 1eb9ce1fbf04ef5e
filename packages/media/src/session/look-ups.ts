import type { Clock } from '../core/clock.ts';
import type { LookUp, Passage } from '../core/passages.ts';
import type { SessionEvent } from './session-events.ts';

/** An answer waits no longer for what is known of its words: then it is given without. */
const LOOK_UP_MS = 100;
const NOTHING: readonly Passage[] = [];

/** Questions of the voice for what is known, which whoever listens to the session answers by `looked-up`. */
export class LookUps {
  readonly #clock: Clock;
  readonly #ask: (event: Extract<SessionEvent, { type: 'look-up' }>) => void;
  /** What settles a question that is open, by its id. */
  readonly #open = new Map<string, (passages: readonly Passage[]) => void>();
  #count = 0;

  constructor(clock: Clock, ask: (event: Extract<SessionEvent, { type: 'look-up' }>) => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  readonly find: LookUp = (text) => {
    if (text.trim() === '') return Promise.resolve(NOTHING);
    this.#count += 1;
    const lookUpId = `look-up_${this.#count}`;
    return new Promise((resolve) => {
      const settle = (passages: readonly Passage[]): void => {
        this.#open.delete(lookUpId);
        cancel();
        resolve(passages);
      };
      const cancel = this.#clock.schedule(LOOK_UP_MS, () => settle(NOTHING));
      this.#open.set(lookUpId, settle);
      this.#ask({ type: 'look-up', lookUpId, text });
    });
  };

  /** One that comes too late is of no use any more. */
  settle(lookUpId: string, passages: readonly Passage[]): void {
    this.#open.get(lookUpId)?.(passages);
  }

  end(): void {
    for (const settle of [...this.#open.values()]) settle(NOTHING);
  }
}
