/** How long after a reply's end its echo may still begin: network, jitter buffer, room. */
export const ECHO_WORDS_MS = 1500;
/** A word or two may be said by anybody; from this many on, a transcript that says them again is an echo. */
const LEAST_WORDS = 3;
/** Share of a transcript's words that must stand in the reply, in its order. Recognisers mishear an echo. */
const REPEATED_SHARE = 0.7;
/** Words of a reply in which an echo is looked for; it is as long as a user's turn at most. */
const MAX_WORDS = 1000;

/** True when a transcript of the microphone says what the avatar was saying: its own voice, come back. */
export function repeatsOwnWords(transcript: string, said: string): boolean {
  const heard = wordsOf(transcript);
  if (heard.length < LEAST_WORDS) return false;
  return longestCommonSequence(heard, wordsOf(said)) >= REPEATED_SHARE * heard.length;
}

function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  // A language without spaces has its characters compared.
  const pieces = words.flatMap((word) =>
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(word) ? [...word] : [word],
  );
  return pieces.slice(-MAX_WORDS);
}

function longestCommonSequence(first: readonly string[], second: readonly string[]): number {
  let previous = new Uint16Array(second.length + 1);
  for (const word of first) {
    const row = new Uint16Array(second.length + 1);
    for (const [index, other] of second.entries()) {
      const along = Math.max(previous[index + 1] as number, row[index] as number);
      row[index + 1] = word === other ? (previous[index] as number) + 1 : along;
    }
    previous = row;
  }
  return previous[second.length] as number;
}
