import type { CountUsage } from './thinker.ts';

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
  /** Once its words are known: the language that they are in (BCP 47); null or left out: it does not tell. */
  readonly language?: string | null;
  /** Ends the turn without its words. */
  discard(): void;
};

/** The ears of a cascade: sound becomes words. */
export type Recogniser = {
  listen(listening: Listening): HeardTurn;
};

/** What is wanted of ears that begin to listen to a turn. */
export type Listening = {
  /** BCP 47 tag of the language that is expected, for ears that know several. */
  readonly language: string;
  /** Is told the words so far in each pause that lasts until they are known. */
  readonly onWords: (words: string) => void;
  /** Is told what a service has counted. */
  readonly count: CountUsage;
};
