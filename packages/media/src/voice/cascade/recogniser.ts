/** A turn of the user that is being listened to. */
export type HeardTurn = {
  /** PCM16 mono at 24 kHz, and the silence that the turn ends with so far. */
  feed(pcm: Int16Array, silenceMs: number): void;
  /** Ends the turn; resolves with its words, empty when there were none. */
  finish(): Promise<string>;
  /** Once its words are known: the short phrase that its sound is rather than these; empty where it is none. */
  readonly shortPhrase: string;
  /** Once its words are known: some could not be made out, because the recogniser failed. */
  readonly isLost: boolean;
  /** Ends the turn without its words. */
  discard(): void;
};

/** The ears of a cascade: sound becomes words. */
export type Recogniser = {
  /**
   * Begins to listen to a turn in a language (BCP 47), where the ears know several. `onWords` is told the words so far in each pause
   * that lasts until they are known.
   */
  listen(onWords: (words: string) => void, language?: string): HeardTurn;
};
