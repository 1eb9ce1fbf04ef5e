import { expect, it } from 'vitest';
import { voiceLabel } from './voice-words.ts';

const texts = { genders: { female: 'female', male: 'male', neutral: 'neutral' }, manyLanguages: 'many languages' };
const clara = { voice: 'marin', name: 'Clara', gender: 'female', language: 'en-US' } as const;

it('a voice is called by the name of the one that speaks, with gender and language', () => {
  expect(voiceLabel(clara, 'marin', texts, 'en')).toBe('Clara · female · English (United States)');
  expect(voiceLabel({ ...clara, name: 'Marin', language: null }, 'marin', texts, 'en')).toBe(
    'Marin · female · many languages',
  );
});

it('a voice that nobody describes is called what the avatar calls it', () => {
  expect(voiceLabel(null, 'somebody', texts, 'en')).toBe('somebody');
});
