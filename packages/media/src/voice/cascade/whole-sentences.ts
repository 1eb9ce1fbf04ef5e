/** Ends a sentence when blank or nothing follows; what stands before it may still be an abbreviation or a number of a list. */
const SENTENCE_END = /(?<![.!?…])[.!?…]+["'”’»)\]*_]*(?=\s)|[。！？｡]["'”’」』）]*|\n/gu;
const NO_END =
  /(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Sr|Jr|vs|No|Nr|ca|bzw|Mio|Mrd|e\.g|i\.e|etc|z|d|u|p)|\b\p{Lu}|(?:^|\s)\d{1,3})\.$/u;
const LONGEST_ABBREVIATION_CHARACTERS = 8;
/** A sign of these says as much as a few letters. */
const SIGNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
const LETTERS_OF_SIGN = 3;
/** A sentence of which so much has come begins to be spoken at its first comma, so that the first sound comes soon. */
const LONG_BEGINNING_CHARACTERS = 60;
const SHORTEST_BEGINNING_CHARACTERS = 12;
/** So much without an end is no sentence; it is cut after a word. */
const LONGEST_SENTENCE_CHARACTERS = 600;
const PAUSE_IN_SENTENCE = /[,;:](?=\s)|\s[–—](?=\s)|[，；、：]/gu;

/**
 * How much of a text that is still being written can be spoken: all sentences that are whole, 0 if there is none. Of the first
 * sentence of a reply, when it is a long one, what comes before its last pause so far will do.
 */
export function speakableLength(text: string, isFirst: boolean): number {
  const ends = [...text.matchAll(SENTENCE_END)].map((match) => match.index + match[0].length);
  const end = ends.findLast(
    (place) => !NO_END.test(text.slice(Math.max(0, place - LONGEST_ABBREVIATION_CHARACTERS), place)),
  );
  if (end !== undefined && text.slice(0, end).trim() !== '') return end;
  if (text.length > LONGEST_SENTENCE_CHARACTERS) return text.lastIndexOf(' ') + 1 || text.length;
  if (!isFirst || lettersOf(text) < LONG_BEGINNING_CHARACTERS) return 0;
  const pauses = [...text.matchAll(PAUSE_IN_SENTENCE)].map((match) => match.index + match[0].length);
  return pauses.findLast((place) => lettersOf(text.slice(0, place)) >= SHORTEST_BEGINNING_CHARACTERS) ?? 0;
}

/** How long a text is, as if it were written in letters. */
function lettersOf(text: string): number {
  return text.length + (LETTERS_OF_SIGN - 1) * (text.match(SIGNS)?.length ?? 0);
}
