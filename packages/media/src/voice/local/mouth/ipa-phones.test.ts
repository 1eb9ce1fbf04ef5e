import { expect, it } from 'vitest';
import { arpabetOfIpa } from './ipa-phones.ts';

it.each([
  ['ˈoʊ', 'ow'],
  ['aː', 'aa'],
  ['tʃ', 'ch'],
  ['t͡ɕ', 'ch'],
  ['ɕ', 'sh'],
  ['ŋ', 'ng'],
  ['ɑ̃', 'aa'],
  ['y', 'uw'],
  ['ç', 'hh'],
  ['i1', 'iy'],
  ['ʔ', 'pau'],
  ['', 'pau'],
  ['ʘ', 'ax'],
])('%s looks like %s', (ipa, arpabet) => {
  expect(arpabetOfIpa(ipa)).toBe(arpabet);
});
