import type { Hearing } from './ears.ts';

/**
 * Silence after which the words so far are made out, without waiting for the longer silence that ends the turn: then they
 * are known when it ends. Pauses within a phrase are mostly shorter.
 */
const PHRASE_END_MS = 256;
/** Sound kept of a pause: a word begins before it counts as speech. */
const KEPT_CHUNKS = 8;

/** A turn of the user, listened to phrase by phrase. */
export class PhrasedHearing {
  readonly #listen: () => Hearing;
  readonly #onWords: (words: string) => void;
  readonly #phrases: Hearing[] = [];
  readonly #words: Promise<string>[] = [];
  readonly #pause: Int16Array[] = [];
  #current: Hearing | null;
  #isOver = false;

  /** `onWords` is told the words so far in each pause that lasts until they are known. */
  constructor(listen: () => Hearing, onWords: (words: string) => void = () => {}) {
    this.#listen = listen;
    this.#onWords = onWords;
    this.#current = this.#begin();
  }

  /** PCM16 mono at 24 kHz, and the silence that the turn ends with so far. */
  feed(pcm: Int16Array, silenceMs: number): void {
    if (this.#current !== null) {
      this.#current.feed(pcm);
      if (silenceMs >= PHRASE_END_MS) {
        this.#end(this.#current);
        void this.#tellWords();
      }
      return;
    }
    this.#pause.push(pcm);
    if (this.#pause.length > KEPT_CHUNKS) this.#pause.shift();
    if (silenceMs > 0) return;
    this.#current = this.#begin();
    for (const kept of this.#pause.splice(0)) this.#current.feed(kept);
  }

  /** Ends the turn; resolves with its words, empty when there were none. */
  async finish(): Promise<string> {
    this.#isOver = true;
    if (this.#current !== null) this.#end(this.#current);
    return joinPhrases(await Promise.all(this.#words));
  }

  /** Once the words are known: the short phrase that the turn is rather than these; empty where it is none. */
  get shortPhrase(): string {
    return (this.#phrases.length === 1 && this.#phrases[0]?.shortPhrase) || '';
  }

  /** Once the words are known: some of them could not be made out, because the recogniser failed. */
  get isLost(): boolean {
    return this.#phrases.some((phrase) => phrase.isLost === true);
  }

  /** Ends the turn without its words. */
  discard(): void {
    this.#isOver = true;
    for (const phrase of this.#phrases) phrase.discard();
  }

  async #tellWords(): Promise<void> {
    const words = joinPhrases(await Promise.all(this.#words));
    if (this.#current === null && !this.#isOver) this.#onWords(words);
  }

  #begin(): Hearing {
    const phrase = this.#listen();
    this.#phrases.push(phrase);
    return phrase;
  }

  #end(phrase: Hearing): void {
    this.#words.push(phrase.finish());
    this.#current = null;
  }
}

/** Each phrase begins with a capital; in one text only the first does, and "I". */
export function joinPhrases(phrases: readonly string[]): string {
  return phrases
    .filter((phrase) => phrase !== '')
    .map((phrase, index) => (index === 0 || /^I\b/.test(phrase) ? phrase : phrase[0]?.toLowerCase() + phrase.slice(1)))
    .join(' ');
}
