import { type PlacedWord, wordsUntil } from '@visavis/protocol';
import { heardAt, type ReplySound, textOf, wordsOf } from './reply-sound.ts';
import type { ReplyEnd, Transcript } from './transcript.ts';

/**
 * A word of a reply: where it begins in the reply's `text` (`from`), and when it sounds, in milliseconds from the beginning of the reply's
 * sound. `estimated`: the voice did not tell when; it is reckoned from the lengths of words and sound.
 */
export type SpokenWord = PlacedWord;

/** What is being said, as it is heard: told as each word begins, and once when the reply is over. */
export type CaptionChange = {
  readonly replyId: string;
  /** Of its caption in the snapshot. */
  readonly captionId: string;
  /** `playing`, then one of the others as the last that is told of a reply. */
  readonly state: 'playing' | 'ended' | 'interrupted';
  /** As far as it is known; of a reply that was interrupted what was heard of it. */
  readonly text: string;
  /** Of `text`. More may come, and times may be told better, while the reply is `playing`. */
  readonly words: readonly SpokenWord[];
  /** The word that is being said, or was said last. */
  readonly wordIndex: number;
  readonly playedMs: number;
};

/** What there is to tell between two states of what was said. */
export function captionChanges(before: Transcript, after: Transcript, nowMs: number): CaptionChange[] {
  if (before === after) return [];
  const changes: CaptionChange[] = [];
  for (const [captionId, sound] of before.sounds) {
    if (!after.sounds.has(captionId) && sound.mark !== null) {
      changes.push(endOf(captionId, sound, after, nowMs));
    }
  }
  for (const [captionId, sound] of after.sounds) {
    const { from } = wordSaidIn(after, captionId) ?? {};
    if (from === undefined || from === wordSaidIn(before, captionId)?.from) continue;
    const words = wordsOf(sound);
    const wordIndex = words.findLastIndex((word) => word.from <= from);
    const { playedMs } = heardAt(sound, nowMs);
    const { replyId } = sound;
    changes.push({ replyId, captionId, state: 'playing', text: textOf(sound), words, wordIndex, playedMs });
  }
  return changes;
}

function wordSaidIn({ captions }: Transcript, captionId: string): { readonly from: number } | undefined {
  return captions.findLast(({ id }) => id === captionId)?.wordSaid;
}

function endOf(captionId: string, sound: ReplySound, after: Transcript, nowMs: number): CaptionChange {
  const { replyId } = sound;
  const end: ReplyEnd | null = after.lastEnd?.captionId === captionId ? after.lastEnd : null;
  const isWhole = end !== null && !end.interrupted;
  const heard = heardAt(sound, nowMs);
  const playedMs = end?.playedMs ?? heard.playedMs;
  const text = isWhole ? textOf(sound) : (end?.heardText ?? heard.text);
  const words = isWhole ? wordsOf(sound) : wordsUntil(wordsIn(text, sound), playedMs);
  const state = isWhole ? 'ended' : 'interrupted';
  return { replyId, captionId, state, text, words, wordIndex: words.length - 1, playedMs };
}

/** The server tells what was heard without blanks around it. */
function wordsIn(heardText: string, sound: ReplySound): SpokenWord[] {
  const whole = textOf(sound);
  const blanks = heardText.startsWith(whole.slice(0, 1)) ? 0 : whole.length - whole.trimStart().length;
  return wordsOf(sound)
    .filter(({ from, text }) => from + text.length <= blanks + heardText.length)
    .map((word) => ({ ...word, from: word.from - blanks }));
}
