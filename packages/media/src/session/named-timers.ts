import type { Clock } from '../core/clock.ts';

/** At most one timer of each name. */
export class NamedTimers<Name extends string> {
  readonly #clock: Clock;
  readonly #due: (name: Name) => void;
  readonly #cancels = new Map<Name, () => void>();

  constructor(clock: Clock, due: (name: Name) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** One of this name that is under way is forgotten. */
  set(name: Name, delayMs: number): void {
    this.clear(name);
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#cancels.delete(name);
      this.#due(name);
    });
    this.#cancels.set(name, cancel);
  }

  clear(name: Name): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  stop(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}
