import { languageOf, primaryLanguage } from '../../languages.ts';
import { readMarkup } from '../../text/read-markup.ts';
import type { ShownText } from '../../text/shown-text.ts';
import { joinSpoken, type Piece, speakPieces } from '../../text/speak-pieces.ts';
import { type WrittenSpan, writtenSpans } from '../../text/spoken-spans.ts';

/** A stretch of speech between two pauses: what the listener reads, what the engine is given, how long to pause after. */
export type Clause = {
  /** As it was written, without Markdown and tags. */
  readonly text: string;
  /** What stands between the clause before and this one. */
  readonly gap: '' | ' ' | '\n';
  readonly spoken: string;
  /** The text in stretches that take their own share of the speech. */
  readonly spans: readonly WrittenSpan[];
  /** Primary subtag of the language that it is spoken in. */
  readonly language: string;
  readonly pauseMs: number;
};

type Range = { readonly start: number; readonly end: number };

const ABBREVIATION =
  /(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Sr|Jr|vs|No|Nr|ca|bzw|Mio|Mrd|e\.g|i\.e|etc|z|d|u|p)|\b[A-Z]|^\d{1,3}|\b(?:am|im|der|die|das|den|dem|des|zum|vom|bis)\s\d{1,2})\.$/;
/** No abbreviation is longer than this. */
const ABBREVIATION_CHARACTERS = 8;
/** A later clause longer than this is cut at its punctuation. */
const LONG_CLAUSE_CHARACTERS = 90;
/** The first clause is kept about this short, so that the first sound comes soon. */
const FIRST_CLAUSE_CHARACTERS = 45;
const SHORTEST_CLAUSE_CHARACTERS = 8;
/** Nothing longer than this goes to an engine at once. */
const MAX_CLAUSE_CHARACTERS = 160;

const PAUSE_AFTER_SENTENCE_MS = 330;
const PAUSE_AFTER_SEMICOLON_MS = 230;
const PAUSE_AFTER_COMMA_MS = 150;
const PAUSE_WITHIN_PHRASE_MS = 30;
export const PAUSE_AT_END_MS = 120;

/** Where none of these is, there is one sentence. */
const SENTENCE_END = /[.!?…‽。！？｡]|\p{Sentence_Terminal}/u;

const sentenceSegmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * Cuts a reply into clauses. The texts of all clauses, with the gaps before them, are what was written without Markdown and
 * tags; signs, amounts, dates and the like are words in what the engine is given. `language`: BCP 47 tag of the reply.
 */
export function splitIntoClauses(written: string, language = 'en'): Clause[] {
  const shown = readMarkup(written);
  const stops = new Map<number, number>();
  for (const { at, pauseMs } of shown.stops) stops.set(at, Math.max(pauseMs, stops.get(at) ?? 0));
  const spoken = withoutSilentOnes(shown, cutText(shown), language);
  return spoken.map(({ start, end, pieces, ...stretch }, index) => {
    const text = shown.text.slice(start, end);
    const isLast = index === spoken.length - 1;
    return {
      text,
      gap: gapBefore(shown.text, start),
      spoken: joinSpoken(pieces),
      spans: writtenSpans(pieces),
      language: stretch.language,
      pauseMs: isLast ? PAUSE_AT_END_MS : Math.max(pauseAfter(text), stops.get(end) ?? 0),
    };
  });
}

type Stretch = { readonly start: number; end: number; readonly pieces: Piece[]; language: string; isSpoken: boolean };

function readStretch(shown: ShownText, { start, end }: Range, tag: string): Stretch {
  const text = shown.text.slice(start, end);
  const language = languageOf(text, tag);
  const { otherwise: all } = shown;
  const otherwise = all
    .slice(firstFrom(all, start), firstFrom(all, end))
    .filter((stretch) => stretch.end <= end)
    .map((stretch) => ({ ...stretch, start: stretch.start - start, end: stretch.end - start }));
  const locale = primaryLanguage(tag) === language ? tag : language;
  const pieces = speakPieces(text, { language, locale, otherwise });
  return { start, end, language, pieces, isSpoken: pieces.some(({ spoken }) => /[\p{L}\p{N}]/u.test(spoken)) };
}

function gapBefore(text: string, start: number): Clause['gap'] {
  const before = text[start - 1] ?? '';
  if (before === '\n') return '\n';
  return /\s/.test(before) ? ' ' : '';
}

/** The first of the stretches, which lie one behind the other, that begins at this place or later. */
function firstFrom(stretches: ShownText['otherwise'], start: number): number {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A stretch in which nothing is spoken belongs to the one before it, else to the one behind it. */
function withoutSilentOnes(shown: ShownText, ranges: readonly Range[], language: string): Stretch[] {
  const kept: Stretch[] = [];
  for (const range of ranges) {
    const stretch = readStretch(shown, range, language);
    const last = kept.at(-1);
    if (last === undefined || (last.isSpoken && stretch.isSpoken)) {
      kept.push(stretch);
      continue;
    }
    const gap = shown.text.slice(last.end, stretch.start);
    last.pieces.push({ written: gap, spoken: ' ' }, ...stretch.pieces);
    last.end = stretch.end;
    if (stretch.isSpoken) last.language = stretch.language;
    last.isSpoken ||= stretch.isSpoken;
  }
  return kept;
}

/** All of a text in stretches to be spoken, in order, without the blanks between them. */
function cutText(shown: ShownText): Range[] {
  const { text } = shown;
  /** Places inside of what is spoken otherwise: nothing is cut there. */
  const closed = new Uint8Array(text.length + 1);
  for (const { start, end } of shown.otherwise) closed.fill(1, start + 1, end);
  const ends = [...shown.stops.map(({ at }) => at), text.length];
  const ranges: Range[] = [];
  let start = 0;
  for (const end of ends) {
    if (end <= start || closed[end] === 1) continue;
    for (const sentence of sentencesOf(text, { start, end }, closed)) {
      const limit = ranges.length === 0 ? FIRST_CLAUSE_CHARACTERS : LONG_CLAUSE_CHARACTERS;
      ranges.push(...cutSentence(text, sentence, limit, closed));
    }
    start = end;
  }
  return ranges;
}

function sentencesOf(text: string, range: Range, closed: Uint8Array): Range[] {
  const sentences: Range[] = [];
  let { start } = range;
  const whole = trimmed(text, range);
  if (!SENTENCE_END.test(text.slice(start, range.end))) return whole.end > whole.start ? [whole] : [];
  for (const { segment, index } of sentenceSegmenter.segment(text.slice(range.start, range.end))) {
    const end = range.start + index + segment.length;
    const isAbbreviated = ABBREVIATION.test(text.slice(start, end).trimEnd().slice(-ABBREVIATION_CHARACTERS));
    // A mark right before a letter belongs to a name or an address, as in `.NET` and `/a?b`.
    const isInName = /[.?!]/.test(text[end - 1] ?? '');
    if ((isAbbreviated || isInName || closed[end] === 1) && end < range.end) continue;
    sentences.push(trimmed(text, { start, end }));
    start = end;
  }
  return sentences.filter((sentence) => sentence.end > sentence.start);
}

function trimmed(text: string, { start, end }: Range): Range {
  const whole = text.slice(start, end);
  const from = start + whole.length - whole.trimStart().length;
  return { start: from, end: Math.max(from, from + whole.trim().length) };
}

function cutSentence(text: string, sentence: Range, limit: number, closed: Uint8Array): Range[] {
  const pieces: Range[] = [];
  let { start } = sentence;
  for (;;) {
    const length = sentence.end - start;
    const longest = pieces.length === 0 ? limit : LONG_CLAUSE_CHARACTERS;
    // Of a long sentence only what may be cut next is looked at.
    const near = text.slice(start, Math.min(sentence.end, start + 2 * MAX_CLAUSE_CHARACTERS));
    const cut = length > longest ? cutPoint(near, longest, (place) => closed[start + place] !== 1) : null;
    if (cut === null) break;
    pieces.push(trimmed(text, { start, end: start + cut }));
    start = trimmed(text, { start: start + cut, end: sentence.end }).start;
  }
  pieces.push({ start, end: sentence.end });
  return pieces.filter((piece) => piece.end > piece.start);
}

/** Where to cut: punctuation first, then before a joining word, at last any space. Null keeps the sentence whole. */
function cutPoint(text: string, limit: number, isOpen: (place: number) => boolean): number | null {
  // Nothing beyond the longest clause is ever a place to cut, with the character behind it that shows a stop.
  const near = text.slice(0, MAX_CLAUSE_CHARACTERS + 1);
  const stops = [...near.matchAll(/[,;:](?=\s)|(?<!\d)\s[-–—]\s|\s[-–—]\s(?!\d)|[，；、：]/g)].map(
    (match) => match.index + match[0].length,
  );
  const usable = stops.filter(
    (stop) => stop >= SHORTEST_CLAUSE_CHARACTERS && text.length - stop >= SHORTEST_CLAUSE_CHARACTERS && isOpen(stop),
  );
  const stop = usable.findLast((place) => place <= limit) ?? usable[0];
  if (stop !== undefined && stop <= MAX_CLAUSE_CHARACTERS) return stop;
  if (text.length <= MAX_CLAUSE_CHARACTERS / 2) return null;
  const joins = [...near.matchAll(/\s(?=(?:and|but|because|which|so|or|while|when|where|if|that)\s)/gi)].map(
    (match) => match.index,
  );
  const join = joins.findLast(
    (place) => place >= 20 && place <= LONG_CLAUSE_CHARACTERS && text.length - place >= 12 && isOpen(place),
  );
  if (join !== undefined) return join;
  if (text.length <= MAX_CLAUSE_CHARACTERS) return null;
  const space = text.lastIndexOf(' ', LONG_CLAUSE_CHARACTERS);
  if (space > SHORTEST_CLAUSE_CHARACTERS && isOpen(space)) return space;
  // No character is cut in two.
  return /[\uDC00-\uDFFF]/.test(text[LONG_CLAUSE_CHARACTERS] ?? '')
    ? LONG_CLAUSE_CHARACTERS - 1
    : LONG_CLAUSE_CHARACTERS;
}

/** Pause after a stretch of speech that goes on. */
export function pauseAfter(piece: string): number {
  if (/[.!?。！？…]["'”’)\]]*$/.test(piece)) return PAUSE_AFTER_SENTENCE_MS;
  if (/[;:；：–—-]$/.test(piece)) return PAUSE_AFTER_SEMICOLON_MS;
  if (/[,，、]$/.test(piece)) return PAUSE_AFTER_COMMA_MS;
  return PAUSE_WITHIN_PHRASE_MS;
}

/** The engine for English knows ASCII only: letters lose their accents, anything else becomes a space. */
export function asciiText(text: string): string {
  return text
    .replace(/ß/g, 'ss')
    .replace(/[æÆ]/g, 'ae')
    .replace(/[øØ]/g, 'o')
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/["*<>{}|\\^`~_]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
