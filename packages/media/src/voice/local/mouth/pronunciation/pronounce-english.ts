import { asciiText } from '../clauses.ts';
import { numberWords } from './number-words.ts';
import { symbolsOfPhones } from './phone-symbols.ts';

/** Where pronunciations come from; phones are ARPAbet, vowels with a digit of stress behind them where it is known. */
export type Pronunciations = {
  /** `HH AH0 L OW1`; null: not in it. */
  readonly dictionary: (word: string) => string | null;
  /** Of words that are in no dictionary. */
  readonly guess: (word: string) => readonly string[];
};

export type Accent = 'american' | 'british';

/** Words that carry no stress in a sentence. */
const UNSTRESSED = new Set(
  `a an the and or but nor of to in on at by for from with as than into is am are was were be been do does did have has had
  can could will would shall should may might must it its he she him her his they them their we us our you your me my i
  that's it's i'm you're we're they're i'll you'll we'll i've you've we've there's if`.split(/\s+/),
);
/** As they sound when nothing is said of them. */
const WEAK: Readonly<Record<string, string>> = { a: 'ɐ', an: 'ən', the: 'ðə', to: 'tə', and: 'ænd', i: 'I' };
const BEFORE_VOWEL: Readonly<Record<string, string>> = { the: 'ði', to: 'tʊ' };
const PAUSES = /[;:,.!?—…()]/;
const TOKENS = /\d+(?:,\d{3})*(?:\.\d+)?|[a-z]+(?:'[a-z]+)*'?|[;:,.!?—…()]/giu;
const VOWEL_SYMBOLS = /^[ˈˌ]?[ɑæɐʌəɔɛɜɪiʊuAIOWYQɒ]/u;
/** The word that sounds like the letter. */
const SPELLED_A = 'ay';
const LETTERS: Readonly<Record<string, string>> = { a: 'EY1', w: 'D AH1 B AH0 L Y UW0' };
const LONGEST_ABBREVIATION = 5;

type Word = { readonly symbols: string; readonly word: string };

/** English text in the symbols that a Kokoro model speaks; punctuation stays where the model knows it. */
export function pronounceEnglish(text: string, accent: Accent, pronunciations: Pronunciations): string {
  const tokens = plainTokens(text);
  const words = tokens.map((token, index): Word | string => {
    if (PAUSES.test(token)) return token;
    const isSpelled =
      token === 'A' && [tokens[index - 1], tokens[index + 1]].some((other) => /^[B-Z]$/.test(other ?? ''));
    const symbols = wordSymbols(isSpelled ? SPELLED_A : token, accent, pronunciations);
    return { word: isSpelled ? '' : token.toLowerCase(), symbols };
  });
  // In pieces: a text that grows word by word and is looked at in between is copied each time.
  const spoken: string[] = [];
  for (const [index, token] of words.entries()) {
    const next = words[index + 1];
    if (typeof token === 'string') {
      // An opening mark belongs to what follows, all others to what was said.
      spoken.push(token === '(' ? ` ${token}` : token);
      continue;
    }
    const strong = typeof next === 'object' && VOWEL_SYMBOLS.test(next.symbols) ? BEFORE_VOWEL[token.word] : undefined;
    const symbols = strong ?? token.symbols;
    spoken.push(spoken.length === 0 || spoken.at(-1) === ' (' ? symbols : ` ${symbols}`);
  }
  return spoken.join('');
}

function plainTokens(text: string): string[] {
  const marked = text.replaceAll(/[‘’]/g, "'").replaceAll(/\s[–—-]+\s|[–—]/g, '—');
  const ascii = marked.split(/([—…])/).map((part) => (/^[—…]$/.test(part) ? part : asciiText(part)));
  return [...ascii.join(' ').matchAll(TOKENS)].flatMap(([token]) =>
    /^\d/.test(token) ? numberWords(token).split(' ') : [token],
  );
}

function wordSymbols(token: string, accent: Accent, pronunciations: Pronunciations): string {
  const word = token.toLowerCase().replace(/'$/, '');
  const weak = WEAK[word];
  if (weak !== undefined) return weak;
  const phones = phonesOf(token, word, pronunciations);
  const symbols = symbolsOfPhones(phones, accent);
  return UNSTRESSED.has(word) ? symbols.replaceAll(/[ˈˌ]/g, '') : symbols;
}

function phonesOf(token: string, word: string, { dictionary, guess }: Pronunciations): readonly string[] {
  const known = dictionary(word);
  if (known !== null) return known.split(' ');
  const [, stem, ending] = /^(.+?)'?(s)$/.exec(word) ?? [];
  const stemPhones = stem === undefined || ending === undefined ? null : dictionary(stem);
  if (stemPhones !== null) return [...stemPhones.split(' '), pluralPhone(stemPhones)].join(' ').split(' ');
  const isAbbreviation = /^[A-Z]+$/.test(token) && token.length <= LONGEST_ABBREVIATION && !/[AEIOUY]/.test(token);
  if (isAbbreviation || word.length === 1) {
    return [...word].flatMap((letter) => (LETTERS[letter] ?? dictionary(letter) ?? '').split(' '));
  }
  return stressed(guess(word));
}

function pluralPhone(phones: string): string {
  if (/(?:S|Z|SH|ZH|CH|JH)$/.test(phones)) return 'IH0 Z';
  return /(?:P|T|K|F|TH)$/.test(phones) ? 'S' : 'Z';
}

/** Guessed phones come without stress: the first full vowel gets it. */
function stressed(phones: readonly string[]): string[] {
  const plain = phones.filter((phone) => phone !== 'pau').map((phone) => phone.toUpperCase());
  const vowels = plain.flatMap((phone, index) => (/^[AEIOU]/.test(phone) ? [index] : []));
  const first = vowels.find((index) => plain[index] !== 'AX') ?? vowels[0];
  return plain.map((phone, index) => (/^[AEIOU]/.test(phone) ? `${phone}${index === first ? 1 : 0}` : phone));
}
