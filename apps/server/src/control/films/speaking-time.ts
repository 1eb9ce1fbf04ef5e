/** Letters and spaces of a second of calm speech; signs of which each is a syllable take longer. */
const LETTERS_PER_SECOND = 15;
const SYLLABLE_SIGNS_PER_SECOND = 4.5;
/** Between sentences. */
const PAUSE_MS = 350;

/** About how long a text takes to be spoken: nobody has spoken it as yet. */
export function speakingMs(text: string): number {
  const signs = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0;
  const letters = text.replace(/\s+/g, ' ').trim().length - signs;
  const sentences = text.match(/[.!?。！？]/g)?.length ?? 0;
  return 1000 * (letters / LETTERS_PER_SECOND + signs / SYLLABLE_SIGNS_PER_SECOND) + PAUSE_MS * Math.max(1, sentences);
}
