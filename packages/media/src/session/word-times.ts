import { type TimedWord, timeWords } from '@visavis/protocol';
import type { ReplyTurn, SessionEffect } from './session-state.ts';

/** Clients read messages of this many words in one breath, however long the reply is. */
const WORDS_AT_ONCE = 500;

/** When the words of a reply sound whose sound is all made. */
export function tellWords({ id: turnId, spans, audioMs }: ReplyTurn): SessionEffect[] {
  if (audioMs <= 0) return [];
  const pieces = spans.map(({ text, audioStartMs }) => ({ text, startMs: audioStartMs }));
  const words: TimedWord[] = timeWords(pieces, audioMs).map(({ from: _, ...word }) => word);
  const effects: SessionEffect[] = [];
  for (let at = 0; at < words.length; at += WORDS_AT_ONCE) {
    const event = { type: 'reply-words', turnId, words: words.slice(at, at + WORDS_AT_ONCE) } as const;
    effects.push({ type: 'emit', event });
  }
  return effects;
}
