import { expect, it } from 'vitest';
import { profileOf, VOICE_PROFILES } from './voice-profiles.ts';

it('has thirteen voices, no two alike', () => {
  const profiles = Object.values(VOICE_PROFILES);
  expect(profiles).toHaveLength(13);
  const sounds = profiles.map(({ name: _name, ...sound }) => JSON.stringify(sound));
  expect([new Set(sounds).size, new Set(profiles.map(({ name }) => name)).size]).toEqual([13, 13]);
});

it.each([
  ['Onyx ', VOICE_PROFILES.onyx],
  ['', VOICE_PROFILES.marin],
  ['constructor', VOICE_PROFILES.marin],
  ['English female 2', VOICE_PROFILES.coral],
  ['en-US-male', VOICE_PROFILES.cedar],
  ['Rachel', VOICE_PROFILES.coral],
])('finds a voice for "%s"', (name, profile) => {
  expect(profileOf(name)).toBe(profile);
});
