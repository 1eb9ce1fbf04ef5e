/// <reference path="./vader-sentiment.d.ts" />
import vader from 'vader-sentiment';

/** A score nearer to 0 than this is neutral (Hutto and Gilbert, VADER, 2014). */
const NEUTRAL_SCORE = 0.05;
/** Mood of the mildest sentence that is not neutral; the strongest has 1. */
const MILDEST_MOOD = 0.45;
/** Speaking time of one character, where the voice does not say when its words begin. */
const CHARACTER_MS = 62;
/** A sentence without an end is cut here. */
const MAX_SENTENCE_LENGTH = 300;
const MAX_SENTENCES = 400;
/** The end of a sentence, with the quotes and brackets that close there and the space behind them. */
const SENTENCE_END = /(?<![.!?…])[.!?…]+["'”’)\]]*\s|\n/;

/** Mood of one sentence of English from -1 (sad, angry) to 1 (happy); 0 = neutral. */
function moodOf(sentence: string): number {
  if (sentence.trim() === '') return 0;
  const score = vader.SentimentIntensityAnalyzer.polarity_scores(sentence).compound;
  if (Math.abs(score) < NEUTRAL_SCORE) return 0;
  return Math.sign(score) * (MILDEST_MOOD + (1 - MILDEST_MOOD) * Math.abs(score));
}

/** Whether there is a lexicon for the language of this BCP 47 tag. */
export function hasLexicon(language: string): boolean {
  return /^en([-_]|$)/i.test(language);
}

type Sentence = { readonly startMs: number; text: string; mood: number | null };

/** The moods of one reply along its sound, from text that comes in pieces. */
export class SentenceMoods {
  readonly #sentences: Sentence[] = [];

  /** Text beyond a few hundred sentences is not judged. */
  add(text: string, audioStartMs: number | null): void {
    let rest = text;
    let startMs = audioStartMs;
    while (rest !== '' && this.#sentences.length <= MAX_SENTENCES) {
      const open = this.#openSentence(startMs);
      const end = findEnd(open.text, rest);
      open.text += rest.slice(0, end);
      open.mood = null;
      if (startMs !== null) startMs += end * CHARACTER_MS;
      rest = rest.slice(end);
    }
  }

  /** 0 where nothing was said yet. */
  at(positionMs: number): number {
    const sentence = this.#sentences.findLast(({ startMs }) => startMs <= positionMs);
    if (sentence === undefined) return 0;
    sentence.mood ??= moodOf(sentence.text);
    return sentence.mood;
  }

  /** The last sentence if it may go on, else a new one. */
  #openSentence(startMs: number | null): Sentence {
    const last = this.#sentences.at(-1);
    if (last !== undefined && !isWhole(last.text)) return last;
    const estimateMs = last === undefined ? 0 : last.startMs + last.text.length * CHARACTER_MS;
    const sentence: Sentence = { startMs: Math.max(startMs ?? estimateMs, last?.startMs ?? 0), text: '', mood: null };
    this.#sentences.push(sentence);
    return sentence;
  }
}

/** A sentence is known to be whole when a space follows its end; the space belongs to it. */
function isWhole(text: string): boolean {
  return text.length >= MAX_SENTENCE_LENGTH || SENTENCE_END.test(text);
}

/** How many characters of `rest` still belong to the sentence that begins with `before`. */
function findEnd(before: string, rest: string): number {
  // No sentence is longer than this, so that nothing beyond it can be its end.
  const joined = before + rest.slice(0, MAX_SENTENCE_LENGTH);
  const found = SENTENCE_END.exec(joined);
  const end = found === null ? joined.length : found.index + found[0].length;
  return Math.max(1, Math.min(end, MAX_SENTENCE_LENGTH, joined.length) - before.length);
}
