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

/** Of the lists and samples of NavTalk: for calls, older and newer, and for films. */
const NAMED_BY_SAMPLES = [
  'alloy',
  'ash',
  'ballad',
  'cedar',
  'coral',
  'echo',
  'marin',
  'sage',
  'shimmer',
  'verse',
  'fable',
  'onyx',
  'nova',
];

it('every voice that a sample names leads to one of ours, and no two to the same [20.35]', () => {
  const found = NAMED_BY_SAMPLES.map((voice) => localVoices.speakerOf(voice));
  expect(found.map((described) => described?.voice)).toEqual(NAMED_BY_SAMPLES);
  expect(new Set(found.map((described) => described?.name)).size).toBe(NAMED_BY_SAMPLES.length);
});

it('each voice is described under the name that asks for it', () => {
  expect(localVoices.voices).toHaveLength(13);
  for (const described of localVoices.voices) expect(localVoices.speakerOf(described.voice)).toBe(described);
});
