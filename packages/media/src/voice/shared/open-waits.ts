import type { Clock } from '../../core/clock.ts';
import type { WireStep } from './wire-steps.ts';

/** Something that the service owes us: when it has not come `limitMs` after the wait began, `expire` is its outcome. */
export type Wait<State, Sent> = {
  /** Names the wait: one with another key is another one, with a time of its own. */
  readonly key: string;
  readonly limitMs: number;
  /** It runs out in the best of talks. */
  readonly isRoutine?: true;
  readonly expire: (state: State) => WireStep<State, Sent>;
};

/** The waits of one talk, which begin and end as its state says. */
export class OpenWaits<State, Sent> {
  readonly #clock: Clock;
  readonly #ranOut: (wait: Wait<State, Sent>) => void;
  /** Ends them, by their keys. */
  readonly #cancels = new Map<string, () => void>();

  constructor(clock: Clock, ranOut: (wait: Wait<State, Sent>) => void) {
    this.#clock = clock;
    this.#ranOut = ranOut;
  }

  /** Those that are there go on, new ones begin, and all others end. */
  watch(waits: readonly Wait<State, Sent>[]): void {
    const wanted = new Map(waits.map((wait) => [wait.key, wait]));
    for (const [key, cancel] of this.#cancels) {
      if (wanted.has(key)) continue;
      cancel();
      this.#cancels.delete(key);
    }
    for (const wait of wanted.values()) if (!this.#cancels.has(wait.key)) this.#begin(wait);
  }

  #begin(wait: Wait<State, Sent>): void {
    const cancel = this.#clock.schedule(wait.limitMs, () => {
      this.#cancels.delete(wait.key);
      this.#ranOut(wait);
    });
    this.#cancels.set(wait.key, cancel);
  }
}
