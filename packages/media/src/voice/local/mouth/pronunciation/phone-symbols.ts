import type { PhoneTiming } from '../../../../core/articulation.ts';
import { arpabetOfIpa } from '../ipa-phones.ts';
import type { Accent } from './pronounce-english.ts';

/** The symbols of Kokoro models (IPA, with capitals for diphthongs) for ARPAbet phones. */
const SYMBOLS: Readonly<Record<string, string>> = {
  AA: 'ɑ',
  AE: 'æ',
  AH: 'ʌ',
  AO: 'ɔ',
  AW: 'W',
  AX: 'ə',
  AXR: 'əɹ',
  AY: 'I',
  EH: 'ɛ',
  ER: 'ɜɹ',
  EY: 'A',
  IH: 'ɪ',
  IX: 'ɪ',
  IY: 'i',
  OW: 'O',
  OY: 'Y',
  UH: 'ʊ',
  UW: 'u',
  B: 'b',
  CH: 'ʧ',
  D: 'd',
  DH: 'ð',
  EL: 'ᵊl',
  EM: 'ᵊm',
  EN: 'ᵊn',
  F: 'f',
  G: 'ɡ',
  HH: 'h',
  HV: 'h',
  JH: 'ʤ',
  K: 'k',
  L: 'l',
  M: 'm',
  N: 'n',
  NG: 'ŋ',
  P: 'p',
  R: 'ɹ',
  S: 's',
  SH: 'ʃ',
  T: 't',
  TH: 'θ',
  V: 'v',
  W: 'w',
  Y: 'j',
  Z: 'z',
  ZH: 'ʒ',
  DX: 'T',
};
const WEAK_VOWELS: Readonly<Record<string, string>> = { AH: 'ə', ER: 'əɹ' };
const STRESS: Readonly<Record<string, string>> = { '1': 'ˈ', '2': 'ˌ' };
const VOWEL = /^(?:A[AEHOWXY]|AXR|E[HRY]|I[HXY]|O[WY]|U[HW])/;

/** What follows the listener's ear in American speech: a flap between vowels, an L and N that are syllables of their own. */
const AMERICAN: readonly (readonly [RegExp, string])[] = [
  [/(?<=[ɑæʌəɔɛɜɪiʊuAIOWYɹ])t(?=[əɪi]|ɹə|ᵊ)/gu, 'T'],
  [/ə(?=l(?![ˈˌɑæʌəɔɛɜɪiʊuAIOWY]))/gu, 'ᵊ'],
  [/(?<=[tdT])ə(?=n)/gu, 'ᵊ'],
  [/(?<=[szʃʒʧʤ])ə(?=z$)/gu, 'ᵻ'],
];
/** No R but before vowels, and vowels of their own. */
const BRITISH: readonly (readonly [RegExp, string])[] = [
  [/ɑ(?!ɹ)/gu, 'ɒ'],
  [/O/g, 'Q'],
  [/([ɑɔɜ])ɹ(?![ˈˌɑɒæʌəɔɛɜɪiʊuAIQWY])/gu, '$1ː'],
  [/([əɪɛʊ])ɹ(?![ˈˌɑɒæʌəɔɛɜɪiʊuAIQWY])/gu, '$1ə'],
  [/əə/g, 'ə'],
  [/ɔ(?![ːɹ])/gu, 'ɔː'],
  [/(?<=[ˈˌ])([iu])/gu, '$1ː'],
];

/** ARPAbet phones of a word, vowels with a digit of stress, in the model's symbols: `HH AH0 L OW1` is `həlˈO`. */
export function symbolsOfPhones(phones: readonly string[], accent: Accent): string {
  const plain = phones.map((written) => {
    const [, phone = '', stress = ''] = /^([A-Z]+)([012]?)$/.exec(written) ?? [];
    const isWeak = stress === '0' && VOWEL.test(phone);
    return `${STRESS[stress] ?? ''}${(isWeak ? WEAK_VOWELS[phone] : undefined) ?? SYMBOLS[phone] ?? ''}`;
  });
  const rules = accent === 'american' ? AMERICAN : BRITISH;
  return rules.reduce((symbols, [pattern, replacement]) => symbols.replace(pattern, replacement), plain.join(''));
}

/** Symbols of the model that are no IPA, by the look of the mouth. */
const PHONE_OF_SYMBOL: Readonly<Record<string, string>> = {
  A: 'ey',
  I: 'ay',
  O: 'ow',
  Q: 'ow',
  W: 'aw',
  Y: 'oy',
  T: 'd',
  ʤ: 'jh',
  ʧ: 'ch',
  ᵊ: 'ax',
};
/** They lend their time to the sound that they stand at. */
const MARKS_BEFORE = new Set(['ˈ', 'ˌ']);
const MARKS_BEHIND = new Set(['ː', ' ']);
/** A shorter gap between words is no pause: the sound before it goes on. */
const LONGEST_JOIN_MS = 75;

/** Phones of a sound whose model told how long each of its symbols takes; the first and the last are silence around it. */
export function phonesOfSymbols(symbols: readonly string[], durationsMs: readonly number[]): PhoneTiming[] {
  const phones: PhoneTiming[] = [];
  const add = (symbol: string, startMs: number, endMs: number): void => {
    if (endMs > startMs) phones.push({ symbol, startMs, endMs });
  };
  let atMs = 0;
  let startMs = 0;
  for (const [index, symbol] of ['', ...symbols, ''].entries()) {
    const lengthMs = durationsMs[index] ?? 0;
    atMs += lengthMs;
    if (MARKS_BEFORE.has(symbol)) continue;
    const last = phones.at(-1);
    const isJoin = MARKS_BEHIND.has(symbol) && lengthMs <= LONGEST_JOIN_MS;
    if (isJoin && last !== undefined && last.symbol !== 'pau') phones[phones.length - 1] = { ...last, endMs: atMs };
    else add(/\p{L}|ᵊ/u.test(symbol) ? (PHONE_OF_SYMBOL[symbol] ?? arpabetOfIpa(symbol)) : 'pau', startMs, atMs);
    startMs = atMs;
  }
  return phones;
}
