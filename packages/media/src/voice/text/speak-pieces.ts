import { addressAt } from './addresses.ts';
import { amountAt, fractionAt, moneyAt } from './amounts.ts';
import { dateAt, phoneAt, timeAt, versionAt } from './dates.ts';
import { plainFormula } from './formulas.ts';
import { spellingOf } from './names.ts';
import { romanAt } from './roman-numerals.ts';
import type { SpokenOtherwise } from './shown-text.ts';
import { signAt } from './signs.ts';
import { type Found, find, type Speech, speechOf } from './speech.ts';

/** A stretch of what was written, and what the engine is given for it. All stretches together are the whole text. */
export type Piece = { readonly written: string; readonly spoken: string };

const PLAIN = /[^\S\r\n]+|[,;:!?"'()]+|\s/y;
const WORD = /\p{L}(?:[\p{L}\p{M}\p{Nd}]|['’](?=\p{L}))*/uy;
const SHARP = /[A-G]#(?![\p{L}\p{N}#])/uy;
const PLUSES = /(\p{L}{1,9})\+\+(?![+\p{L}\p{N}])/uy;
const PRODUCT = /[ ]?[x×][ ]?(?=\d)/y;
const QUOTES: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‛': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '…': '...',
};
/** No abbreviation is longer. */
const ABBREVIATION_CHARACTERS = 9;

/** What the engine is given for a clause, stretch by stretch. `language`: primary subtag; `locale`: with its region. */
export function speakPieces(
  text: string,
  options: { language: string; locale: string; otherwise?: readonly SpokenOtherwise[]; isEquation?: boolean },
): Piece[] {
  const speech = speechOf(text, options.language, options.locale, options.isEquation ?? false);
  const pieces: Piece[] = [];
  const otherwise = [...(options.otherwise ?? [])].toReversed();
  let at = 0;
  let wordBefore = '';
  while (at < text.length) {
    const next = otherwise.at(-1);
    const found =
      next?.start === at ? sayOtherwise(speech, otherwise.pop() as SpokenOtherwise) : pieceAt(speech, at, wordBefore);
    // Nothing is recognised across the beginning of what is said otherwise.
    const end = next !== undefined && next.start > at ? Math.min(found.end, next.start) : found.end;
    const written = text.slice(at, end);
    pieces.push({ written, spoken: end < found.end ? written : found.spoken });
    if (/[\p{L}\p{N}]/u.test(written)) wordBefore = written;
    else if (/[^\s]/.test(written)) wordBefore = '';
    at = end;
  }
  return pieces;
}

/** The pieces as one line for the engine. */
export function joinSpoken(pieces: readonly Piece[]): string {
  const joined = pieces.map(({ spoken }) => spoken).join('');
  return joined
    .replace(/\s+/g, ' ')
    .replace(/ (?=[,.;:!?)])/g, '')
    .trim()
    .normalize('NFC');
}

function sayOtherwise(speech: Speech, { start, end, as }: SpokenOtherwise): Found {
  const text = speech.text.slice(start, end);
  switch (as.kind) {
    case 'silent':
      return { end, spoken: ' ' };
    case 'alias':
      return { end, spoken: ` ${as.words} ` };
    case 'spell':
      return { end, spoken: ` ${[...text.replace(/\s+/g, '')].join(' ')} ` };
    case 'formula': {
      const { language, locale } = speech;
      return {
        end,
        spoken: ` ${joinSpoken(speakPieces(plainFormula(text), { language, locale, isEquation: true }))} `,
      };
    }
  }
}

function pieceAt(speech: Speech, at: number, wordBefore: string): Found {
  const { text } = speech;
  const plain = find(PLAIN, speech, at);
  if (plain !== null && !(plain[0] === '(' && /\d/.test(text[at + 1] ?? '')))
    return { end: at + plain[0].length, spoken: plain[0] };
  const before = text[at - 1] ?? ' ';
  const isInWord = /[\p{L}\p{Nd}]/u.test(before);
  const found =
    (isInWord ? null : wordLikeAt(speech, at, wordBefore)) ??
    productAt(speech, at) ??
    (isInWord && /\p{L}/u.test(before) ? null : fractionOnly(speech, at));
  // A plain number stays joined to what is written to it: `1990s`, `(2013)`.
  if (found !== null && found.spoken === text.slice(at, found.end)) return found;
  if (found !== null) return { end: found.end, spoken: ` ${found.spoken} ` };
  const word = find(WORD, speech, at);
  if (word !== null && !/[µμ]/.test(word[0]) && !/^\p{Script=Greek}(?!\p{Script=Greek})/u.test(word[0]))
    return { end: at + word[0].length, spoken: word[0].replaceAll('’', "'") };
  return dotAt(speech, at) ?? signAt(speech, at) ?? asWritten(text, at);
}

/** What begins where no word goes on. */
function wordLikeAt(speech: Speech, at: number, wordBefore: string): Found | null {
  const { text } = speech;
  const first = text[at] ?? '';
  if (/\d/.test(first)) {
    return (
      dateAt(speech, at) ??
      phoneAt(speech, at) ??
      versionAt(speech, at) ??
      timeAt(speech, at) ??
      addressAt(speech, at) ??
      amountAt(speech, at)
    );
  }
  if (first === '+' || first === '(') return phoneAt(speech, at);
  if (!/\p{L}/u.test(first)) return moneyAt(speech, at);
  const word = find(WORD, speech, at)?.[0] ?? '';
  const after = text[at + word.length] ?? ' ';
  // Most words end at a blank or a mark, and are nothing but words.
  const isJoined = !/[\s,;:!?'"()]/.test(after);
  return (
    (isJoined ? joinedAt(speech, at) : null) ??
    (CAPITAL.test(first) ? (moneyAt(speech, at) ?? romanAt(speech, at, wordBefore)) : null) ??
    (first === 'v' || first === 'V' ? versionAt(speech, at) : null) ??
    (/^(?:https?|www)$/i.test(word) ? addressAt(speech, at) : null) ??
    nameAt(speech, at, word)
  );
}

const CAPITAL = /[A-Z]/;

/** What a word may be that goes on without a blank. */
function joinedAt(speech: Speech, at: number): Found | null {
  return abbreviationAt(speech, at) ?? versionAt(speech, at) ?? addressAt(speech, at) ?? programAt(speech, at);
}

function fractionOnly(speech: Speech, at: number): Found | null {
  return /[½-¾⅐-⅞]/.test(speech.text[at] ?? '') ? fractionAt(speech, at) : null;
}

/** `C#`, `C++`. */
function programAt(speech: Speech, at: number): Found | null {
  const { words } = speech;
  const sharp = find(SHARP, speech, at);
  if (sharp !== null) return { end: at + sharp[0].length, spoken: `${sharp[0][0]} ${words.sharp}` };
  const pluses = find(PLUSES, speech, at);
  const plus = words.signs['+'];
  if (pluses === null || plus === undefined) return null;
  return { end: at + pluses[0].length, spoken: `${pluses[1]} ${plus} ${plus}` };
}

function abbreviationAt({ text, words }: Speech, at: number): Found | null {
  for (let length = ABBREVIATION_CHARACTERS; length > 1; length -= 1) {
    const written = text.slice(at, at + length).replaceAll('\u00a0', ' ');
    if (written.length < length || !Object.hasOwn(words.abbreviations, written)) continue;
    if (/\p{L}$/u.test(written) && /\p{L}/u.test(text[at + length] ?? '')) continue;
    return { end: at + length, spoken: words.abbreviations[written] as string };
  }
  return null;
}

function nameAt({ language }: Speech, at: number, word: string): Found | null {
  const spelling = language === 'en' ? spellingOf(word) : null;
  return spelling === null ? null : { end: at + word.length, spoken: spelling };
}

/** `3 x 4`, `1920x1080`. */
function productAt(speech: Speech, at: number): Found | null {
  const before = speech.text[at - 1] === ' ' ? speech.text[at - 2] : speech.text[at - 1];
  const found = /\d/.test(before ?? '') ? find(PRODUCT, speech, at) : null;
  const times = speech.words.signs['×'];
  return found === null || times === undefined ? null : { end: at + found[0].length, spoken: times };
}

/** A dot before letters that belongs to a name: `.NET`. */
function dotAt({ text, words }: Speech, at: number): Found | null {
  if (text[at] !== '.' || !/[\s(]/.test(text[at - 1] ?? ' ') || !/\p{L}/u.test(text[at + 1] ?? ' ')) return null;
  return { end: at + 1, spoken: ` ${words.dot} ` };
}

function asWritten(text: string, at: number): Found {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return { end: at + character.length, spoken: QUOTES[character] ?? character };
}
