import type { MouthRequest } from './mouth/mouth-messages.ts';
import type { SpokenClause } from './mouth/spoken-clause.ts';
import type { Speaker } from './speak-text.ts';

/** A clause that was begun before anybody asked for it. */
type Prepared = {
  readonly key: string;
  readonly aborter: AbortController;
  readonly clause: Promise<SpokenClause>;
};

/** A speaker that can have one clause ready; whoever asks for another one gets that as ever. */
export class ReadySpeaker implements Speaker {
  readonly #speaker: Speaker;
  #prepared: Prepared | null = null;

  constructor(speaker: Speaker) {
    this.#speaker = speaker;
  }

  get speaksOtherLanguages(): boolean {
    return this.#speaker.speaksOtherLanguages;
  }

  /** Begins with this clause, in place of the one prepared before. */
  prepare(request: MouthRequest): void {
    const key = JSON.stringify(request);
    if (this.#prepared?.key === key) return;
    this.forget();
    const aborter = new AbortController();
    const clause = (this.#speaker.foresee ?? this.#speaker.speak).call(this.#speaker, request, aborter.signal);
    // Who takes it tries again; when nobody does, a failure does not matter.
    clause.catch(() => {});
    this.#prepared = { key, aborter, clause };
  }

  speak(request: MouthRequest, signal: AbortSignal): Promise<SpokenClause> {
    const prepared = this.#prepared;
    if (prepared === null) return this.#speaker.speak(request, signal);
    this.#prepared = null;
    // What went wrong ahead of time may go well now that it is wanted.
    if (prepared.key === JSON.stringify(request)) {
      return prepared.clause.catch(() => this.#speaker.speak(request, signal));
    }
    prepared.aborter.abort();
    return this.#speaker.speak(request, signal);
  }

  /** Gives up what was prepared. */
  forget(): void {
    this.#prepared?.aborter.abort();
    this.#prepared = null;
  }
}
