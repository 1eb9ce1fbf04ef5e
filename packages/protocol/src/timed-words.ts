/** A piece of a reply's text, and where in the reply's sound it begins; null: the voice did not say. */
export type SpokenPiece = { readonly text: string; readonly startMs: number | null };

/** A word of a reply and its place in the reply's sound. */
export type TimedWord = {
  /** Without blanks and marks around it. */
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Where it begins is reckoned from the lengths of words and sound: its voice told it for several words at once, or not at all. */
  readonly estimated: boolean;
};

/** `from`: where the word begins in the text of all pieces. */
export type PlacedWord = TimedWord & { readonly from: number };

/** How long a character is spoken, where nothing tells when the next words begin: a letter, or a syllable and more. */
const LETTER_MS = 65;
const SYLLABLE_MS = 200;
const SYLLABLES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
/** Finds words also where the writing has no blanks between them; browsers that have none find blanks. */
const SEGMENTER = typeof Intl.Segmenter === 'undefined' ? null : new Intl.Segmenter('en', { granularity: 'word' });

/**
 * When each word sounds. Where the voice tells one time for several words, they share the sound up to the next told time by their
 * length; what follows the last told time shares the sound up to `soundMs`, the length of it all, or is given a usual pace (null).
 */
export function timeWords(pieces: readonly SpokenPiece[], soundMs: number | null): PlacedWord[] {
  const stretches = spokenStretches(pieces);
  const words: PlacedWord[] = [];
  let from = 0;
  for (const [index, { text, startMs }] of stretches.entries()) {
    const beginMs = startMs ?? 0;
    const endMs = stretches[index + 1]?.startMs ?? soundMs ?? beginMs + usualMs(text);
    for (const word of wordsOfStretch({ text, startMs }, from, Math.max(beginMs, endMs))) words.push(word);
    from += text.length;
  }
  return words;
}

/** The first so many milliseconds of the sound, word by word: what had begun by then, ended where the sound did. */
export function wordsUntil<Word extends TimedWord>(words: readonly Word[], playedMs: number): Word[] {
  return words
    .filter(({ startMs }) => startMs < playedMs)
    .map((word) => (word.endMs > playedMs ? { ...word, endMs: playedMs } : word));
}

/** Pieces from one told time to the next, later one: text without a time of its own goes on from the last that has one. */
export function spokenStretches(pieces: readonly SpokenPiece[]): SpokenPiece[] {
  const stretches: { readonly startMs: number | null; readonly texts: string[] }[] = [];
  for (const { text, startMs } of pieces) {
    const last = stretches.at(-1);
    const isLater = startMs !== null && (last === undefined || last.startMs === null || startMs > last.startMs);
    if (last === undefined || isLater) stretches.push({ startMs, texts: [text] });
    else last.texts.push(text);
  }
  return stretches.map(({ startMs, texts }) => ({ startMs, text: texts.join('') }));
}

function wordsOfStretch({ text, startMs }: SpokenPiece, from: number, endMs: number): PlacedWord[] {
  const segments = segmentsOf(text).map((segment) => ({ ...segment, lengthMs: usualMs(segment.text) }));
  const wholeMs = segments.reduce((sum, { lengthMs }) => sum + lengthMs, 0);
  const beginMs = startMs ?? 0;
  const placeOf = (passedMs: number): number => Math.round(beginMs + ((endMs - beginMs) * passedMs) / wholeMs);
  const words: PlacedWord[] = [];
  let passedMs = 0;
  for (const segment of segments) {
    // What stands before the first word sounds with it.
    const isFirst = words.length === 0;
    const wordStartMs = isFirst ? beginMs : placeOf(passedMs);
    const at = passedMs;
    passedMs += segment.lengthMs;
    if (!segment.isWord) continue;
    words.push({
      text: segment.text,
      from: from + segment.from,
      startMs: Math.round(wordStartMs),
      endMs: placeOf(at + segment.lengthMs),
      estimated: !isFirst || startMs === null,
    });
  }
  return words;
}

type Segment = { readonly text: string; readonly from: number; readonly isWord: boolean };

function segmentsOf(text: string): Segment[] {
  if (SEGMENTER === null) {
    return [...text.matchAll(/\s+|\S+/g)].map((match) => ({
      text: match[0],
      from: match.index,
      isWord: match[0].trim() !== '',
    }));
  }
  return [...SEGMENTER.segment(text)].map(({ segment, index, isWordLike }) => ({
    text: segment,
    from: index,
    isWord: isWordLike === true,
  }));
}

function usualMs(text: string): number {
  return text.length * LETTER_MS + (text.match(SYLLABLES)?.length ?? 0) * (SYLLABLE_MS - LETTER_MS);
}
