import { expect, it } from 'vitest';
import { localVoices } from './local-voices.ts';

it.each([
  ['marin', 'Clara', 'female', 'en-US'],
  ['cedar', 'Henry', 'male', 'en-US'],
  ['fable', 'Jamie', 'male', 'en-GB'],
  ['Onyx ', 'Walter', 'male', 'en-US'],
  ['English female 2', 'Grace', 'female', 'en-US'],
  ['nobody knows', 'Clara', 'female', 'en-US'],
  ['', 'Clara', 'female', 'en-US'],
])('the voice “%s” is that of %s', (voice, name, gender, language) => {
  expect(localVoices.speakerOf(voice)).toMatchObject({ name, gender, language });
});

it('each voice is described under the name that asks for it', () => {
  expect(localVoices.voices).toHaveLength(13);
  for (const described of localVoices.voices) expect(localVoices.speakerOf(described.voice)).toBe(described);
});
