import { expect, test } from 'vitest';
import { IMPATIENT, PATIENT, Pace } from './pace.ts';

function after(seconds: number, bytesPerSecond: (second: number) => number): { pace: Pace; waitedMs: number } {
  const pace = new Pace();
  let bytes = 0;
  for (let step = 1; step <= seconds * 100; step += 1) {
    bytes += bytesPerSecond(step / 100) / 100;
    pace.note(step * 10, bytes);
  }
  return { pace, waitedMs: seconds * 1000 };
}

test('a trickle is too slow as soon as a window is full, however it is cut', () => {
  for (const seconds of [10, 29, 31, 300]) {
    const { pace, waitedMs } = after(seconds, () => 1_000);
    expect(pace.keepsTo(PATIENT, waitedMs)).toBe(seconds < 30 ? 'yes' : 'slow');
    expect(pace.keepsTo(IMPATIENT, waitedMs)).toBe('slow');
  }
});

test('a slow but steady sender is fast enough unless others wait, and pauses are borne', () => {
  const steady = after(120, () => 10_000);
  expect([PATIENT, IMPATIENT].map((rule) => steady.pace.keepsTo(rule, steady.waitedMs))).toEqual(['yes', 'slow']);
  const paused = after(120, (second) => (second > 95 ? 0 : 100_000));
  expect(paused.pace.keepsTo(PATIENT, paused.waitedMs)).toBe('yes');
  expect(paused.pace.keepsTo(PATIENT, paused.waitedMs + 10_000)).toBe('silent');
});

test('a burst at the beginning buys no time later on', () => {
  const { pace, waitedMs } = after(60, (second) => (second < 2 ? 10_000_000 : 100));
  expect(pace.keepsTo(PATIENT, waitedMs)).toBe('slow');
});
