import { expect, test } from 'vitest';
import { chargedMsOf } from './film-length.ts';

test.each([24, 25, 30, 30_000 / 1001, 50, 60])(
  'a second of %s pictures is charged as one, and one picture more as two',
  (rate) => {
    const stepMs = 1000 / rate;
    const whole = Math.floor(rate);
    for (let seconds = 1; seconds <= 1800; seconds += 1) {
      const lengthMs = rate === whole ? seconds * whole * stepMs : seconds * 1000;
      expect(chargedMsOf(lengthMs)).toBe(seconds * 1000);
      expect(chargedMsOf(lengthMs + stepMs)).toBe((seconds + 1) * 1000);
    }
  },
);

test('a length that floats above its whole milliseconds is that of its pictures', () => {
  expect([1000.0000000000001, 999.9999999999999, 1, 1000.6].map(chargedMsOf)).toEqual([1000, 1000, 1000, 2000]);
});
