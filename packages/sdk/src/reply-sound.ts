import { type PlacedWord, type SpokenPiece, type TimedWord, timeWords } from '@visavis/protocol';

/** The sound of one reply against its words, as the server tells both. */
export type ReplySound = {
  readonly replyId: string;
  readonly pieces: readonly SpokenPiece[];
  /** When the words sound, once the server knows all of it; empty: not yet. */
  readonly told: readonly TimedWord[];
  /** At `atMs` of the page's clock the sound was at `playedMs`, and went on or waited there; null: it has not begun. */
  readonly mark: { readonly playedMs: number; readonly isPlaying: boolean; readonly atMs: number } | null;
};

export function noSound(replyId: string): ReplySound {
  return { replyId, pieces: [], told: [], mark: null };
}

/** From the server's word that sound was sent until it is heard: the way, and what a browser keeps ready. */
const arrivalMs = 120;

/** What is heard of a reply at some moment. */
export type Heard = {
  /** The words so far, the one that has just begun among them. */
  readonly text: string;
  /** The last of the reply's words that has begun; -1: none. */
  readonly wordIndex: number;
  readonly playedMs: number;
};

const nothingHeard: Heard = { text: '', wordIndex: -1, playedMs: 0 };

/** What is heard up to this time of the page's clock. */
export function heardAt(sound: ReplySound, nowMs: number): Heard {
  const { mark } = sound;
  if (mark === null) return nothingHeard;
  const sinceMs = mark.isPlaying ? Math.max(0, nowMs - mark.atMs - arrivalMs) : 0;
  const playedMs = mark.playedMs + sinceMs;
  // A place that is heard a moment later: until then nothing new is.
  if (playedMs <= 0) return nothingHeard;
  const words = wordsOf(sound);
  const wordIndex = words.findLastIndex(({ startMs }) => startMs < playedMs);
  const text = textOf(sound);
  const upTo = wordIndex < 0 ? 0 : (words[wordIndex + 1]?.from ?? text.length);
  return { text: text.slice(0, upTo).trimEnd(), wordIndex, playedMs };
}

/** All words of the reply that are known so far; `from`: where each begins in `textOf`. The same list as long as nothing is told. */
export function wordsOf(sound: ReplySound): readonly PlacedWord[] {
  const known = placed.get(sound.pieces);
  if (known?.told === sound.told) return known.words;
  const words = sound.told.length > 0 ? placeWords(sound.told, textOf(sound)) : timeWords(sound.pieces, null);
  placed.set(sound.pieces, { told: sound.told, words });
  return words;
}

/** They are asked for many times a second, and change only when the server tells something. */
const placed = new WeakMap<
  readonly SpokenPiece[],
  { readonly told: readonly TimedWord[]; readonly words: readonly PlacedWord[] }
>();

export function textOf({ pieces }: ReplySound): string {
  return pieces.map(({ text }) => text).join('');
}

/** Where the words that the server tells stand in the text; one that does not stand there is left out. */
function placeWords(told: readonly TimedWord[], text: string): PlacedWord[] {
  const words: PlacedWord[] = [];
  let at = 0;
  for (const word of told) {
    const from = text.indexOf(word.text, at);
    if (from < 0) continue;
    words.push({ ...word, from });
    at = from + word.text.length;
  }
  return words;
}
