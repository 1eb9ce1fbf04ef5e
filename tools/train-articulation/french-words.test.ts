import { beforeEach, expect, test } from 'vitest';
import { frenchEntries, type PhoneDictionary } from './french-words.ts';

let entries: Map<string, string>;
let dictionary: PhoneDictionary;

beforeEach(() => {
  entries = new Map([
    ['nous', 'nn ou'],
    ['nous(2)', 'nn ou zz'],
    ['avons', 'aa vv on'],
    ['tenter', 'tt an tt ei'],
    ["l'", 'll'],
    ['heure', 'oe rr'],
    ["aujourd'hui", 'au jj ou rr dd uy ii'],
    ['un', 'un'],
    ['un(2)', 'un nn'],
    ['un(3)', 'uu nn'],
    ['vin', 'vv in'],
    ['six', 'ss ii'],
    ['six(2)', 'ss ii ss'],
    ['six(3)', 'ss ii zz'],
  ]);
  dictionary = {
    lookup_word: (word) => entries.get(word) ?? null,
    add_words: (...words) => {
      for (const [word, phones] of words) entries.set(word, phones);
    },
  };
});

/** The pronunciations of each entry. */
function phonesOf(words: string): string[][] {
  return frenchEntries(words.split(' '), dictionary).map((entry) =>
    ['', '(2)', '(3)'].flatMap((suffix) => entries.get(entry + suffix) ?? []),
  );
}

test('liaisons are spoken before vowels only', () => {
  expect(phonesOf('nous avons')).toEqual([['nn ou', 'nn ou zz'], ['aa vv on']]);
  expect(phonesOf('nous tenter')).toEqual([['nn ou'], ['tt an tt ei']]);
  expect(phonesOf('avons nous')).toEqual([['aa vv on'], ['nn ou']]);
});

test('other endings of a word stay: six alone hisses', () => {
  expect(phonesOf('six')).toEqual([['ss ii', 'ss ii ss']]);
});

test('what the dictionary has wrongly is left out: un is not une', () => {
  expect(phonesOf('un vin')[0]).toEqual(['un']);
  expect(phonesOf('un heure')[0]).toEqual(['un', 'un nn']);
});

test('forms in -ez sound as the infinitive, elided words are taken apart, whole ones are not', () => {
  expect(phonesOf("tentez l'heure aujourd'hui")).toEqual([
    ['tt an tt ei'],
    ['ll'],
    ['oe rr'],
    ['au jj ou rr dd uy ii'],
  ]);
});

test('unknown words are named', () => {
  expect(() => phonesOf("nous l'xyz abc")).toThrow('not in the dictionary: xyz abc');
});
