import { takeTags } from '../../core/face-tags.ts';
import type { SpeakingConfig, TalkSpeaker } from './speaker.ts';
import type { Thinking } from './thinker.ts';
import { ThoughtReader } from './thought-reader.ts';

/** Thinks for as long as the signal that it is given does not abort. */
export type BeginThinking = (signal: AbortSignal) => Thinking;

/** An answer under way, and what ends it. */
export type Answer = { readonly thinking: Thinking; readonly reader: ThoughtReader };

type Foreseen = Answer & { readonly said: string; readonly aborter: AbortController };

/** The answer to what the user has said so far, begun in a pause: should the turn end there, it is on its way. */
export class ForeseenAnswer {
  readonly #speaker: TalkSpeaker;
  #foreseen: Foreseen | null = null;

  constructor(speaker: TalkSpeaker) {
    this.#speaker = speaker;
  }

  /** Begins it, in place of the one before. */
  foresee(said: readonly string[], begin: BeginThinking, configFor: (words: string) => SpeakingConfig): void {
    const key = said.join('\n');
    if (this.#foreseen?.said === key) return;
    this.forget();
    const aborter = new AbortController();
    const thinking = begin(aborter.signal);
    const foreseen = { said: key, aborter, thinking, reader: new ThoughtReader(thinking.thoughts) };
    this.#foreseen = foreseen;
    void this.#prepare(foreseen, configFor);
  }

  /** The answer to exactly this, if it was foreseen; it ends with `signal` from now on. Null: it was not. */
  take(said: readonly string[], signal: AbortSignal): Answer | null {
    const foreseen = this.#foreseen;
    if (foreseen === null || foreseen.said !== said.join('\n')) return null;
    this.#foreseen = null;
    signal.addEventListener('abort', () => foreseen.aborter.abort(), { once: true });
    if (signal.aborted) foreseen.aborter.abort();
    return foreseen;
  }

  forget(): void {
    this.#foreseen?.aborter.abort();
    this.#foreseen = null;
    this.#speaker.forget();
  }

  async #prepare(foreseen: Foreseen, configFor: (words: string) => SpeakingConfig): Promise<void> {
    // When it fails, whoever takes it is told; when nobody does, that does not matter.
    const first = await foreseen.reader.peek().catch(() => null);
    if (first?.kind !== 'speak' || foreseen.aborter.signal.aborted) return;
    const { words } = takeTags(first.text);
    if (words.trim() !== '') this.#speaker.prepare(words, configFor(words));
  }
}
