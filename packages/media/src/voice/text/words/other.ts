import type { SpokenWords } from './spoken-words.ts';

/** A language without words of its own here: signs are left to the engine, units and currencies to the platform. */
export const OTHER: SpokenWords = {
  signs: {},
  rangeTo: '–',
  ratioTo: ':',
  number: '#',
  hashtag: '#',
  sharp: '#',
  dot: '.',
  version: 'v',
  powers: ['²', '³', '^'],
  over: '/',
  rootOf: '√',
  fractions: { one: '1', and: '', parts: {} },
  currencies: {},
  hundredths: { and: '', name: null },
  scales: {},
  ofCurrency: (currency) => currency,
  time: (hours, minutes) => `${hours}:${String(minutes).padStart(2, '0')}`,
  afterTime: [],
  units: {},
  abbreviations: {},
  ordinals: { masculine: [], feminine: [] },
  numbered: [],
  ruler: (number) => `${number}`,
};
