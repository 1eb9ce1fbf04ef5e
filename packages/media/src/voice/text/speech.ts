import { matchAt } from './tags.ts';
import { GERMAN } from './words/de.ts';
import { ENGLISH } from './words/en.ts';
import { SPANISH } from './words/es.ts';
import { FRENCH } from './words/fr.ts';
import { ITALIAN } from './words/it.ts';
import { DUTCH } from './words/nl.ts';
import { OTHER } from './words/other.ts';
import { PORTUGUESE } from './words/pt.ts';
import type { Counted, SpokenWords } from './words/spoken-words.ts';

const WORDS: Readonly<Record<string, SpokenWords>> = {
  en: ENGLISH,
  de: GERMAN,
  fr: FRENCH,
  es: SPANISH,
  it: ITALIAN,
  pt: PORTUGUESE,
  nl: DUTCH,
};

/** A stretch of a text from where it was looked for up to `end`, and how it is said. */
export type Found = { readonly end: number; readonly spoken: string };

/** A stretch of text, the language it is spoken in, and what is known of the whole. */
export type Speech = {
  readonly text: string;
  /** Primary subtag, and the tag with its region where one is known. */
  readonly language: string;
  readonly locale: string;
  readonly words: SpokenWords;
  /** There is an equation in it: a hyphen between numbers is a minus, a slash a division. */
  readonly isEquation: boolean;
  /** The mark before decimals that is written, and the one that the engine of the language knows. */
  readonly decimalMark: string;
  readonly engineMark: string;
};

export function speechOf(text: string, language: string, locale: string, isEquation: boolean): Speech {
  return {
    text,
    language,
    locale,
    words: Object.hasOwn(WORDS, language) ? (WORDS[language] as SpokenWords) : OTHER,
    isEquation: isEquation || /[=≈≠≤≥×÷√]|\d ?[*+] ?\d/.test(text),
    decimalMark: decimalMark(locale),
    engineMark: decimalMark(language),
  };
}

export function find(expression: RegExp, speech: Speech, at: number): RegExpExecArray | null {
  return matchAt(expression, speech.text, at);
}

const marks = new Map<string, string>();

function decimalMark(locale: string): string {
  let mark = marks.get(locale);
  if (mark === undefined) {
    mark =
      numberFormat(locale, {})
        .formatToParts(1.5)
        .find(({ type }) => type === 'decimal')?.value ?? '.';
    marks.set(locale, mark);
  }
  return mark;
}

/** The name for a number of things; French has the singular up to below two. */
export function countedName([one, many]: Counted, value: number, language: string): string {
  const isOne = language === 'fr' || language === 'pt' ? Math.abs(value) < 2 : Math.abs(value) === 1;
  return isOne ? one : many;
}

const formats = new Map<string, Intl.NumberFormat>();
/** Formats are costly to make; there are few that a text can ask for. */
const MAX_FORMATS = 500;

export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    if (formats.size >= MAX_FORMATS) formats.clear();
    format = new Intl.NumberFormat(usable(locale), options);
    formats.set(key, format);
  }
  return format;
}

/** A tag that the platform does not read as one becomes English. */
export function usable(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
