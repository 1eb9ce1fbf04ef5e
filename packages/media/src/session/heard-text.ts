import { spokenStretches } from '@visavis/protocol';

/** A piece of a reply's text and where in the reply's sound it begins (null: the voice did not say). */
export type SpokenSpan = { readonly text: string; readonly audioStartMs: number | null };

/**
 * The part of a reply that a listener got when it stopped after `playedMs` of `audioMs`. What was told at some time counts once that
 * has come; what was cut is kept up to the word that was reached, by its share of the sound until the next told time, or until the end.
 */
export function heardText(spans: readonly SpokenSpan[], playedMs: number, audioMs: number): string {
  if (playedMs <= 0) return '';
  if (playedMs >= audioMs) return joinSpans(spans);
  const stretches = spokenStretches(spans.map(({ text, audioStartMs }) => ({ text, startMs: audioStartMs })));
  let heard = '';
  for (const [index, { text, startMs }] of stretches.entries()) {
    const beginMs = startMs ?? 0;
    if (beginMs >= playedMs) break;
    const endMs = stretches[index + 1]?.startMs ?? audioMs;
    heard += endMs <= playedMs ? text : cutAtWord(text, (playedMs - beginMs) / (endMs - beginMs));
  }
  return heard.trim();
}

export function joinSpans(spans: readonly SpokenSpan[]): string {
  return spans
    .map((span) => span.text)
    .join('')
    .trim();
}

/** Finds words in Chinese, Japanese and Thai too, which have no blanks between them. */
const words = new Intl.Segmenter('en', { granularity: 'word' });

function cutAtWord(text: string, share: number): string {
  const length = Math.round(text.length * Math.min(1, Math.max(0, share)));
  if (length >= text.length) return text;
  return text.slice(0, words.segment(text).containing(length)?.index).trimEnd();
}
