import { expect, test } from 'vitest';
import { activeSpeechLevel, quietSteps } from './speech-level.ts';

const RATE_HZ = 24_000;

/** A tone of 300 Hz of the given level (decibels relative to full scale, square mean) for each second. */
function tones(levels: readonly number[]): Int16Array {
  return Int16Array.from({ length: levels.length * RATE_HZ }, (_, index) => {
    const amplitude = Math.SQRT2 * 10 ** ((levels[Math.floor(index / RATE_HZ)] ?? 0) / 20);
    return Math.round(32_767 * amplitude * Math.sin((2 * Math.PI * 300 * index) / RATE_HZ));
  });
}

test('pauses do not lower the level of speech: a tone reads its own level however long the silence is', () => {
  expect(activeSpeechLevel(tones([-20, -20]), RATE_HZ)).toBeCloseTo(-20, 0);
  // Each end of activity adds a hangover of 200 ms.
  expect(activeSpeechLevel(tones([-20, -20, -20, -90, -90, -90]), RATE_HZ)).toBeCloseTo(-20.4, 0);
});

test('quiet is what lies 15.9 dB under the speech', () => {
  const quiet = quietSteps(tones([-20, -20, -20, -32, -40]), RATE_HZ);
  const shareOf = (second: number): number =>
    quiet.slice(second * 100, (second + 1) * 100).filter(Boolean).length / 100;
  expect([0, 1, 2, 3, 4].map(shareOf)).toEqual([0, 0, 0, 0, 1]);
});
