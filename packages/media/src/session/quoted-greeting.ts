import { announcesGreeting, beginsAsGreeting, introducesGreeting, NEXT_INSTRUCTION } from './greeting-words.ts';

/** What closes each opening mark. */
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"”',
  '＂': '＂',
  '“': '”"“',
  '„': '“”',
  '«': '»',
  '»': '«',
  '‹': '›',
  '「': '」',
  '『': '』',
  '‘': '’',
  "'": "'",
  '‚': '‘’',
  '`': '`',
};
const APOSTROPHES = "'’";

/** A greeting stands near the words that announce it, and is no essay. */
const MAX_DISTANCE_CHARACTERS = 100;
const MAX_GREETING_CHARACTERS = 600;
/** What of the instructions is looked at. */
const MAX_PROMPT_CHARACTERS = 40_000;
/** Quotes, and colons before a greeting, that are looked at: each costs as much as hundreds of characters of plain text. */
const MAX_LOOKED_AT = 1000;
/** Ends a sentence: what was announced before it does not speak of what follows. */
const SENTENCE_ENDS = '.!?\n。！？';
/** Stand for something that only the voice can fill in; so does `(name)`. */
const BLANK_MARKS = /[{}[\]<>_]/;
const BLANK_WORD = /\b(?:name|xxx)\b/i;

/**
 * The greeting that instructions give word for word, as in `Please greet with "Hello, I am Ada."` or `Greeting: Hello, I am Ada.`;
 * null when they give none, or none among the quotes and colons that are looked at. Each of these reads on for at most the
 * length of a greeting; their number is bounded, so that the work is too.
 */
export function quotedGreeting(prompt: string): string | null {
  const text = prompt.slice(0, MAX_PROMPT_CHARACTERS);
  let position = 0;
  let lookedAt = 0;
  while (position < text.length && lookedAt < MAX_LOOKED_AT) {
    if (isColonBeforeGreeting(text, position)) {
      lookedAt += 1;
      const words = wordsAfterColon(text, position);
      if (words !== null) return words;
    }
    const isOpening = opensQuote(text, position);
    if (isOpening) lookedAt += 1;
    const end = isOpening ? findClosing(text, position) : -1;
    if (end < 0) {
      position += 1;
      continue;
    }
    const quoted = text.slice(position + 1, end).trim();
    if (quoted !== '' && !hasBlank(quoted) && announcesGreeting(before(text, position), after(text, end + 1)))
      return quoted;
    position = end + 1;
  }
  return null;
}

/** Straight marks close, and apostrophes stand within words. */
function opensQuote(text: string, at: number): boolean {
  const mark = text[at] ?? '';
  if (QUOTES[mark] === undefined) return false;
  return !(/["'`’»]/.test(mark) && /[a-z0-9]/i.test(text[at - 1] ?? ''));
}

function findClosing(text: string, opening: number): number {
  const closings = QUOTES[text[opening] ?? ''] ?? '';
  const last = Math.min(text.length, opening + 2 + MAX_GREETING_CHARACTERS);
  for (let at = opening + 1; at < last; at += 1) {
    const mark = text[at] ?? '';
    if (closings.includes(mark) && !(APOSTROPHES.includes(mark) && /\p{L}/u.test(text[at + 1] ?? ''))) return at;
  }
  return -1;
}

/** What of its sentence stands before this place; a line break after a colon does not end it. */
function before(text: string, at: number): string {
  let from = at;
  while (from > 0 && at - from < MAX_DISTANCE_CHARACTERS) {
    const mark = text[from - 1] ?? '';
    const isBreakAfterColon = mark === '\n' && endsWithColonOrBreak(text.slice(Math.max(0, from - 4), from - 1));
    if (SENTENCE_ENDS.includes(mark) && !isBreakAfterColon && !isInAbbreviation(text, from - 1)) break;
    from -= 1;
  }
  return text.slice(from, at).toLowerCase().trim();
}

function endsWithColonOrBreak(text: string): boolean {
  const said = text.trimEnd();
  return /[:：]$/.test(said) || text.includes('\n', said.length);
}

function isInAbbreviation(text: string, at: number): boolean {
  return text[at] === '.' && /\b(?:e\.g|i\.e|z\.b|p\.ex)$|\be$|\bi$/i.test(text.slice(Math.max(0, at - 4), at));
}

function after(text: string, at: number): string {
  return text.slice(at, at + 60).toLowerCase();
}

function hasBlank(words: string): boolean {
  const word = BLANK_WORD.exec(words);
  return BLANK_MARKS.test(words) || (word !== null && words.includes(')', word.index));
}

/** What follows a colon is looked at only where it begins as a greeting does, which costs little to see. */
function isColonBeforeGreeting(text: string, at: number): boolean {
  const mark = text[at];
  return (mark === ':' || mark === '：') && beginsAsGreeting(afterColon(text, at));
}

function afterColon(text: string, colon: number): string {
  return text.slice(colon + 1, colon + 1 + MAX_GREETING_CHARACTERS).trimStart();
}

function wordsAfterColon(text: string, colon: number): string | null {
  const rest = afterColon(text, colon);
  const line = rest.split('\n', 1)[0] ?? '';
  const next = NEXT_INSTRUCTION.exec(line);
  const words = (next === null ? line : line.slice(0, next.index + 1)).trim();
  return words !== '' && !hasBlank(words) && introducesGreeting(before(text, colon), words) ? words : null;
}
