import { expect, test } from 'vitest';
import { type TimedPhone, withHeardPauses } from './alignment-pauses.ts';

const RATE_HZ = 16_000;

const WITH_VOWEL: readonly TimedPhone[] = [
  [0, 0.3, 'oh'],
  [0.3, 0.8, 'aa'],
  [0.8, 1, 's'],
];

/** A tone with silence in the given spans, in seconds. */
function toneWithSilence(durationS: number, silences: readonly (readonly [number, number])[]): Float32Array {
  return Float32Array.from({ length: durationS * RATE_HZ }, (_, index) => {
    const timeS = index / RATE_HZ;
    const silent = silences.some(([start, end]) => timeS >= start && timeS < end);
    return silent ? 0 : 0.3 * Math.sin(2 * Math.PI * 200 * timeS);
  });
}

function heard(phones: readonly TimedPhone[], silences: readonly (readonly [number, number])[]): string {
  return withHeardPauses(phones, toneWithSilence(1, silences), RATE_HZ)
    .map(([start, end, symbol]) => `${symbol} ${start.toFixed(2)}-${end.toFixed(2)}`)
    .join(', ');
}

test('a vowel that begins in silence begins after a pause', () => {
  expect(heard(WITH_VOWEL, [[0.3, 0.45]])).toBe('oh 0.00-0.30, pau 0.30-0.45, aa 0.45-0.80, s 0.80-1.00');
});

test('what an aligner put on the wrong side of a pause goes to the neighbour there', () => {
  expect(heard(WITH_VOWEL, [[0.35, 0.5]])).toBe('oh 0.00-0.35, pau 0.35-0.50, aa 0.50-0.80, s 0.80-1.00');
  expect(heard(WITH_VOWEL, [[0.6, 0.75]])).toBe('oh 0.00-0.30, aa 0.30-0.60, pau 0.60-0.75, s 0.75-1.00');
});

test('the silence of a stop is its closure; only what exceeds that is a pause before it', () => {
  const phones: TimedPhone[] = [
    [0, 0.3, 'oh'],
    [0.3, 0.6, 't'],
    [0.6, 1, 'aa'],
  ];
  expect(heard(phones, [[0.3, 0.4]])).toBe('oh 0.00-0.30, t 0.30-0.60, aa 0.60-1.00');
  expect(heard(phones, [[0.3, 0.55]])).toBe('oh 0.00-0.30, pau 0.30-0.43, t 0.43-0.60, aa 0.60-1.00');
});

test('speech without silence keeps its phones', () => {
  const phones: TimedPhone[] = [
    [0, 0.5, 'oh'],
    [0.5, 0.53, 'pau'],
    [0.53, 1, 'aa'],
  ];
  expect(heard(phones, [])).toBe('oh 0.00-0.50, pau 0.50-0.53, aa 0.53-1.00');
});
