import { VOICES } from '@visavis/protocol';
import { expect, it } from 'vitest';
import { NEURAL_VOICES, neuralVoiceOf, neuralVoices } from './neural-voices.ts';

it('gives every name one of its voices', () => {
  expect(VOICES.map(neuralVoiceOf).every((voice) => NEURAL_VOICES.includes(voice))).toBe(true);
  expect(new Set(VOICES.map(neuralVoiceOf)).size).toBe(VOICES.length);
  expect(['bf_emma', ' AM_PUCK ', 'marin', 'en-US-male', '../../etc/passwd', ''].map(neuralVoiceOf)).toEqual([
    'bf_emma',
    'am_puck',
    'af_heart',
    'am_michael',
    'af_heart',
    'af_heart',
  ]);
});

it('describes them', () => {
  expect(neuralVoices.speakerOf('bm_george')).toEqual({
    voice: 'bm_george',
    name: 'George',
    gender: 'male',
    language: 'en-GB',
  });
  expect(neuralVoices.voices).toHaveLength(28);
});
