import type { Alignment } from './wire-messages.ts';

/** A word that may go on in the next piece of sound. */
export type OpenWord = { readonly text: string; readonly startMs: number };
type TimedWord = { readonly text: string; readonly audioStartMs: number };

/** The words of a piece of sound that begins at `pieceStartMs` of its reply: times of characters count from the piece's own start. */
export function timedWords(
  open: OpenWord | null,
  { chars, char_start_times_ms: startsMs }: Alignment,
  pieceStartMs: number,
): { readonly words: readonly TimedWord[]; readonly open: OpenWord | null } {
  const words: TimedWord[] = [];
  let word = open;
  for (const [index, character] of chars.entries()) {
    if (!/^\s+$/.test(character)) {
      word ??= { text: '', startMs: pieceStartMs + (startsMs[index] ?? 0) };
      word = { ...word, text: word.text + character };
    } else if (word !== null) {
      words.push({ text: `${word.text} `, audioStartMs: word.startMs });
      word = null;
    }
  }
  return { words, open: word };
}
