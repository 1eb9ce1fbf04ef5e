import { expect, it } from 'vitest';
import { seenFromOtherSide } from './reflection.ts';

it.each([
  ['my new job', 'your new job'],
  ['I am tired of my boss', 'you are tired of your boss'],
  ['you help me', 'I help you'],
  ['talking to you', 'talking to me'],
  ["what I'm doing", 'what you are doing'],
])('"%s" comes back as "%s"', (said, reflected) => {
  expect(seenFromOtherSide(said)).toBe(reflected);
});
