import { describe, expect, test } from 'vitest';
import { LogMelAnalyser, MEL_BAND_COUNT } from './log-mel.ts';
import { buzzingSyllables, createNoise } from './test-signals.ts';

function analyse(pcm: Int16Array, chunkSamples: number): number[][] {
  const frames: number[][] = [];
  const analyser = new LogMelAnalyser((bandPower) => frames.push([...bandPower]));
  for (let start = 0; start < pcm.length; start += chunkSamples)
    analyser.push(pcm.subarray(start, start + chunkSamples));
  analyser.finish();
  return frames;
}

describe('mel power', () => {
  test('there is one frame for every 10 ms begun, whatever the chunks', () => {
    const pcm = buzzingSyllables(505);
    const whole = analyse(pcm, pcm.length);
    expect(whole).toHaveLength(51);
    expect(analyse(pcm, 1)).toEqual(whole);
    expect(analyse(pcm, 777)).toEqual(whole);
    expect(analyse(new Int16Array(0), 1)).toEqual([]);
  });

  test('white noise reads its variance in every band', () => {
    const next = createNoise(7);
    const frames = analyse(
      Int16Array.from({ length: 24_000 * 4 }, () => Math.round(next() * 8000)),
      4096,
    ).slice(5, -5);
    const variance = (8000 / 32_768) ** 2 / 3;
    for (let band = 0; band < MEL_BAND_COUNT; band++) {
      const mean = frames.reduce((sum, frame) => sum + (frame[band] ?? 0), 0) / frames.length;
      expect(mean / variance).toBeGreaterThan(0.85);
      expect(mean / variance).toBeLessThan(1.15);
    }
  });

  test('a click shows in the frame it belongs to', () => {
    const pcm = new Int16Array(2400);
    pcm[5 * 240 + 120] = 30_000;
    const energies = analyse(pcm, 240).map((frame) => frame.reduce((sum, power) => sum + power, 0));
    expect(energies.indexOf(Math.max(...energies))).toBe(5);
  });
});
