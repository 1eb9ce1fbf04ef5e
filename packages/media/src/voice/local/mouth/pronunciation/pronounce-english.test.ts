import { dictionary } from 'cmu-pronouncing-dictionary';
import { expect, it } from 'vitest';
import { numberWords } from './number-words.ts';
import { phonesOfSymbols } from './phone-symbols.ts';
import { type Accent, pronounceEnglish } from './pronounce-english.ts';

function pronounce(text: string, accent: Accent = 'american'): string {
  return pronounceEnglish(text, accent, {
    dictionary: (word) => (Object.hasOwn(dictionary, word) ? (dictionary[word] ?? null) : null),
    guess: (word) => (word === 'visavis' ? ['pau', 'v', 'ih', 's', 'ax', 'v', 'ih', 's', 'pau'] : ['pau']),
  });
}

it.each([
  ['Hello, and welcome to Visavis!', 'həlˈO, ænd wˈɛlkəm tə vˈɪsəvɪs!'],
  ['The little bottle of water; the apple (really) — wait…', 'ðə lˈɪTᵊl bˈɑTᵊl ʌv wˈɔTəɹ; ði ˈæpᵊl (ɹˈɪli)— wˈAt…'],
  ["That's John’s boxes, isn't it?", 'ðæts ʤˈɑnz bˈɑksᵻz, ˈɪzənt ɪt?'],
  ['A dog. A P I, TCP, café', 'ɐ dˈɔɡ. ˈA pˈi I, tˈisˈipˈi, kəfˈA'],
  ['It has 42 rooms.', 'ɪt hæz fˈɔɹTi tˈu ɹˈumz.'],
  ['🙂 …', '…'],
])('pronounces %s', (text, symbols) => {
  expect(pronounce(text)).toBe(symbols);
});

it('leaves out R where the British do, and has their vowels', () => {
  expect(pronounce('More water, Robert, very far away: go, stop!', 'british')).toBe(
    'mˈɔː wˈɔːtə, ɹˈɒbət, vˈɛɹi fˈɑː əwˈA: ɡˈQ, stˈɒp!',
  );
});

it.each([
  ['0', 'zero'],
  ['42', 'forty two'],
  ['1999', 'nineteen ninety nine'],
  ['1905', 'nineteen oh five'],
  ['2005', 'two thousand five'],
  ['2026', 'twenty twenty six'],
  ['1,250', 'one thousand two hundred fifty'],
  ['1250000', 'one million two hundred fifty thousand'],
  ['3.05', 'three point zero five'],
  ['007', 'zero zero seven'],
])('says %s as %s', (written, words) => {
  expect(numberWords(written)).toBe(words);
});

it('gives each sound its time, marks of stress and joins between words lent to their sounds', () => {
  const symbols = [...'hˈO, bi'];
  const phones = phonesOfSymbols(symbols, [300, 50, 25, 100, 200, 25, 75, 125, 50]);
  expect(phones.map(({ symbol, startMs, endMs }) => [symbol, startMs, endMs])).toEqual([
    ['pau', 0, 300],
    ['hh', 300, 350],
    ['ow', 350, 475],
    ['pau', 475, 675],
    ['pau', 675, 700],
    ['b', 700, 775],
    ['iy', 775, 900],
    ['pau', 900, 950],
  ]);
  const joined = phonesOfSymbols([...'o b'], [0, 100, 50, 75, 0]);
  expect(joined.map(({ symbol, endMs }) => [symbol, endMs])).toEqual([
    ['ow', 150],
    ['b', 225],
  ]);
});
