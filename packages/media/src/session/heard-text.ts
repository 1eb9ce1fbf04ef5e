/** A piece of a reply's text and where in the reply's sound it begins (null: the voice did not say). */
export type SpokenSpan = { readonly text: string; readonly audioStartMs: number | null };

/**
 * The part of a reply that a listener got when it stopped after `playedMs` of `audioMs`. Timed spans count once they have
 * begun; a span that was cut is kept up to the word that was reached, by its share of the span's length. Untimed text is
 * cut by the share of the whole sound.
 */
export function heardText(spans: readonly SpokenSpan[], playedMs: number, audioMs: number): string {
  if (playedMs <= 0) return '';
  if (playedMs >= audioMs) return joinSpans(spans);
  if (spans.some((span) => span.audioStartMs === null)) return cutAtWord(joinSpans(spans), playedMs / audioMs);
  let heard = '';
  for (const [index, span] of spans.entries()) {
    const startMs = span.audioStartMs ?? 0;
    if (startMs >= playedMs) break;
    const endMs = spans[index + 1]?.audioStartMs ?? audioMs;
    heard += endMs <= playedMs ? span.text : cutAtWord(span.text, (playedMs - startMs) / (endMs - startMs));
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
