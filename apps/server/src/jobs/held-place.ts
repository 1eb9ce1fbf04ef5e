import type { PlacesOfKind } from './shared-places.ts';

/** A place of this machine that its holder may leave to others while it only waits for something. */
export class HeldPlace {
  readonly #places: PlacesOfKind;
  #leave: (() => void) | null = null;

  constructor(places: PlacesOfKind) {
    this.#places = places;
  }

  /** Resolves when it is held. False: `signal` has aborted before that. */
  async take(signal: AbortSignal): Promise<boolean> {
    this.#leave ??= await this.#places.take(signal);
    return this.#leave !== null;
  }

  leave(): void {
    this.#leave?.();
    this.#leave = null;
  }
}
