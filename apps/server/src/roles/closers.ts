import type { Logger } from '../ports.ts';

/** What was opened, closed in the opposite order; one that fails does not keep the others open. */
export class Closers {
  readonly #logger: Logger;
  readonly #entries: { name: string; close: () => Promise<unknown> }[] = [];
  #closing: Promise<void> | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(name: string, close: () => Promise<unknown>): void {
    this.#entries.push({ name, close });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (const { name, close } of this.#entries.reverse()) {
      try {
        await close();
      } catch (error) {
        this.#logger.error({ part: name, error: String(error) }, 'A part of the server did not close cleanly');
      }
    }
  }
}
