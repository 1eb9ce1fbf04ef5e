import { expect, it } from 'vitest';
import { msToWireSamples } from '../core/audio-format.ts';
import { SoundRate } from './sound-rate.ts';

/** The last rate of pieces that come so often, from a clock that has run for a while. */
function lastRate(rate: SoundRate, { fromMs = 12_345, pieces = 600, everyMs = 20, pieceMs = 20 } = {}): number {
  let last = 0;
  for (let piece = 0; piece < pieces; piece += 1) last = rate.note(msToWireSamples(pieceMs), fromMs + piece * everyMs);
  return last;
}

it('is how many times as fast as time passes sound has come, over the last two seconds', () => {
  expect(lastRate(new SoundRate())).toBeCloseTo(1, 1);
  expect(lastRate(new SoundRate(), { everyMs: 10 })).toBeCloseTo(2, 1);
  expect(lastRate(new SoundRate(), { everyMs: 4 })).toBeCloseTo(5, 0);
  expect(lastRate(new SoundRate(), { pieces: 1, pieceMs: 500 })).toBe(0.25);
});

it('forgets what came before, after a pause of any length, and at once where it is told to', () => {
  for (const pauseMs of [2000, 2049, 3333, 86_400_000]) {
    const rate = new SoundRate();
    lastRate(rate, { fromMs: 0, pieces: 100, everyMs: 1 });
    expect(rate.note(msToWireSamples(20), 99 + pauseMs)).toBe(0.01);
  }
  const rate = new SoundRate();
  lastRate(rate, { fromMs: 0 });
  rate.clear();
  expect(rate.note(msToWireSamples(20), 8000)).toBe(0.01);
});
