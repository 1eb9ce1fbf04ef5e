import { describe, expect, it } from 'vitest';
import { Resampler } from './resampler.ts';

const RATE_PAIRS = [
  [24_000, 16_000],
  [24_000, 48_000],
  [16_000, 24_000],
  [48_000, 24_000],
] as const;

function tone(rateHz: number, frequencyHz: number, durationMs: number, amplitude = 12_000): Int16Array {
  const count = Math.round((rateHz * durationMs) / 1000);
  return Int16Array.from({ length: count }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * frequencyHz * n) / rateHz)),
  );
}

function concat(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function convert(fromHz: number, toHz: number, input: Int16Array, chunkSizes: readonly number[] = [input.length]) {
  const resampler = new Resampler(fromHz, toHz);
  const parts: Int16Array[] = [];
  for (let at = 0, k = 0; at < input.length; k++) {
    const size = chunkSizes[k % chunkSizes.length]!;
    parts.push(resampler.process(input.subarray(at, at + size)));
    at += size;
  }
  parts.push(resampler.flush());
  return concat(parts);
}

/** Power of the difference to `expected` against the power of `expected`, away from the ends, in dB. */
function errorDb(actual: Int16Array, expected: Int16Array): number {
  let error = 0;
  let power = 0;
  for (let n = 200; n < expected.length - 200; n++) {
    error += (actual[n]! - expected[n]!) ** 2;
    power += expected[n]! ** 2;
  }
  return 10 * Math.log10(error / power);
}

function levelDb(pcm: Int16Array): number {
  const inner = pcm.subarray(200, -200);
  const power = inner.reduce((sum, sample) => sum + sample * sample, 0) / inner.length;
  return 10 * Math.log10(power + 1e-9);
}

describe.each(RATE_PAIRS)('Resampler from %i to %i Hz', (fromHz, toHz) => {
  it.each([100, 997, 3_000, 6_500])('carries a tone of %i Hz over in place and at its level', (frequencyHz) => {
    const output = convert(fromHz, toHz, tone(fromHz, frequencyHz, 500));
    expect(output.length).toBe(toHz / 2);
    expect(errorDb(output, tone(toHz, frequencyHz, 500))).toBeLessThan(-65);
  });

  it('gives the same samples for any chunking', () => {
    let seed = 7;
    const noise = new Int16Array(5_000).map(() => {
      seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
      return (seed >>> 16) - 32_768;
    });
    const whole = convert(fromHz, toHz, noise);
    expect(convert(fromHz, toHz, noise, [1])).toEqual(whole);
    expect(convert(fromHz, toHz, noise, [3, 480, 1, 0, 17, 1536])).toEqual(whole);
  });

  it('keeps a constant constant, silence silent, and saturates instead of wrapping', () => {
    const level = convert(fromHz, toHz, new Int16Array(2_000).fill(9_000)).subarray(200, -200);
    expect(new Set(level)).toEqual(new Set([9_000]));
    expect(convert(fromHz, toHz, new Int16Array(999)).every((sample) => sample === 0)).toBe(true);
    const square = Int16Array.from({ length: 2_000 }, (_, n) => (n % 40 < 20 ? 32_767 : -32_768));
    const output = convert(fromHz, toHz, square);
    const middle = Math.round((10 * toHz) / fromHz);
    expect(output[middle]!).toBeGreaterThan(30_000);
  });

  it('starts anew after flush and after reset', () => {
    const input = tone(fromHz, 700, 40);
    const resampler = new Resampler(fromHz, toHz);
    const first = concat([resampler.process(input), resampler.flush()]);
    const second = concat([resampler.process(input), resampler.flush()]);
    resampler.process(input);
    resampler.reset();
    const third = concat([resampler.process(input), resampler.flush()]);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });
});

describe('Resampler', () => {
  it('keeps what would fold back out of the lower rate', () => {
    const input = tone(24_000, 9_000, 500);
    expect(levelDb(convert(24_000, 16_000, input)) - levelDb(input)).toBeLessThan(-60);
    const high = tone(48_000, 14_000, 500);
    expect(levelDb(convert(48_000, 24_000, high)) - levelDb(high)).toBeLessThan(-60);
  });

  it('waits for no more than two milliseconds of sound that follows', () => {
    const output = new Resampler(24_000, 48_000).process(tone(24_000, 440, 20));
    expect(output.length).toBeGreaterThan(960 - 96);
  });

  it('refuses rates that are not positive integers', () => {
    expect(() => new Resampler(0, 16_000)).toThrow(RangeError);
    expect(() => new Resampler(24_000, 16_000.5)).toThrow(RangeError);
  });
});

it('is sharp enough to judge speech by, at a third of the work', () => {
  const convertToJudge = (frequencyHz: number): Int16Array =>
    new Resampler(24_000, 16_000, 'judge').process(tone(24_000, frequencyHz, 500));
  for (const frequencyHz of [100, 1_000, 4_000]) {
    const output = convertToJudge(frequencyHz);
    expect(errorDb(output, tone(16_000, frequencyHz, 500).subarray(0, output.length))).toBeLessThan(-45);
  }
  // What would fold back into the voice is gone.
  for (const frequencyHz of [8_500, 10_000, 11_500]) {
    expect(levelDb(convertToJudge(frequencyHz))).toBeLessThan(levelDb(tone(24_000, frequencyHz, 500)) - 55);
  }
});
