/** A piece of a reply's text, and where in the reply's sound it begins; null: the voice did not say. */
type SoundSpan = { readonly text: string; readonly startMs: number | null };

/** The sound of one reply against its words, as the server tells both. */
export type ReplySound = {
  readonly spans: readonly SoundSpan[];
  /** At `atMs` of the page's clock the sound was at `playedMs`, and went on or waited there; null: it has not begun. */
  readonly mark: { readonly playedMs: number; readonly isPlaying: boolean; readonly atMs: number } | null;
};

export const noSound: ReplySound = { spans: [], mark: null };

/** From the server's word that sound was sent until it is heard: the way, and what a browser keeps ready. */
const arrivalMs = 120;
/** How long a character is spoken, where nothing tells when the next words begin: a letter, or a syllable and more. */
const letterMs = 65;
const syllableMs = 200;
const syllables = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
/** Finds words also where the writing has no blanks between them; browsers that have none find blanks. */
const words = typeof Intl.Segmenter === 'undefined' ? null : new Intl.Segmenter('en', { granularity: 'word' });

/** The words that are heard up to this time of the page's clock, the one that has just begun among them. */
export function heardText({ spans, mark }: ReplySound, nowMs: number): string {
  if (mark === null) return '';
  const sinceMs = mark.isPlaying ? Math.max(0, nowMs - mark.atMs - arrivalMs) : 0;
  const playedMs = mark.playedMs + sinceMs;
  // A place that is heard a moment later: until then nothing new is.
  if (playedMs <= 0) return '';
  let heard = '';
  let endMs = 0;
  for (const [index, { text, startMs }] of spans.entries()) {
    const beginMs = startMs ?? endMs;
    if (beginMs >= playedMs) break;
    endMs = spans[index + 1]?.startMs ?? beginMs + guessedMs(text);
    heard += playedMs >= endMs ? text : begunWords(text, (playedMs - beginMs) / (endMs - beginMs));
  }
  return heard;
}

function guessedMs(text: string): number {
  return text.length * letterMs + (text.match(syllables)?.length ?? 0) * (syllableMs - letterMs);
}

function begunWords(text: string, share: number): string {
  const reached = Math.max(Math.floor(text.length * share), text.search(/\S/));
  const word = words?.segment(text).containing(reached);
  if (word !== undefined) return text.slice(0, word.index) + word.segment.trimEnd();
  const wordEnd = text.indexOf(' ', reached);
  return wordEnd < 0 ? text : text.slice(0, wordEnd);
}
