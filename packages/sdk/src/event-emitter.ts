/** Listeners per event name. A listener that throws does not keep the others from being called. */
export class EventEmitter<Events extends Record<string, unknown>> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();

  /** Returns the function that removes the listener again. */
  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  protected emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as (payload: Events[Name]) => void)(payload);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** For payloads that are not worth making when nobody listens. */
  protected emitWhenHeard<Name extends keyof Events>(name: Name, makePayload: () => Events[Name]): void {
    if ((this.#listeners.get(name)?.size ?? 0) > 0) this.emit(name, makePayload());
  }

  protected removeAllListeners(): void {
    this.#listeners.clear();
  }
}
