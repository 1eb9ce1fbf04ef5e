import { expect, test } from 'vitest';
import { Resampler } from '../core/resampler.ts';
import { FrameAssembler } from './frame-assembler.ts';

const FRAME_24K = 768;
const FRAME_16K = 512;

/** Chirps and noise by a generator of its own, so that every run hears the same. */
function sound(samples: number): Int16Array {
  let seed = 1;
  return Int16Array.from({ length: samples }, (_, k) => {
    seed = (seed * 16_807) % 2_147_483_647;
    return Math.round(6000 * Math.sin((k * k) / 9000) + (seed % 2000) - 1000);
  });
}

test('frames are what the whole sound is at 16 kHz, however it is cut into pieces', () => {
  const pcm = sound(FRAME_24K * 20);
  const whole = new Resampler(24_000, 16_000, 'judge').process(pcm);
  const assembler = new FrameAssembler();
  const frames = [];
  for (let at = 0, piece = 1; at < pcm.length; at += piece, piece = (piece * 7) % 1291) {
    frames.push(...assembler.push(pcm.slice(at, at + piece), 0));
  }
  expect(frames).toHaveLength(19);
  for (const [index, frame] of frames.entries()) {
    const part = pcm.subarray(index * FRAME_24K, (index + 1) * FRAME_24K);
    expect(frame.startSample).toBe(index * FRAME_24K);
    expect(frame.pcm24k).toEqual(part.slice());
    const expected = whole.subarray(index * FRAME_16K, (index + 1) * FRAME_16K);
    expect(frame.samples16k).toEqual(Float32Array.from(expected, (value) => value / 32_768));
  }
});

test('after a reset frames begin with what comes next, and places go on counting', () => {
  const assembler = new FrameAssembler();
  assembler.push(sound(1000).fill(9000), Number.NEGATIVE_INFINITY);
  assembler.reset();
  const [frame] = assembler.push(new Int16Array(1000), -3);
  expect([frame?.startSample, frame?.power, frame?.echoDb]).toEqual([1000, 0, -3]);
  expect(frame?.samples16k.every((sample) => sample === 0)).toBe(true);
});

test('its power is that of a voice in it, and not that of a whine above it', () => {
  const powerOf = (frequencyHz: number): number => {
    const tone = Int16Array.from(
      { length: 2000 },
      (_, k) => 20_000 * Math.sin((2 * Math.PI * frequencyHz * k) / 24_000),
    );
    const [, frame] = new FrameAssembler().push(tone, 0);
    return 10 * Math.log10(frame?.power ?? 0);
  };
  const fullDb = 10 * Math.log10((20_000 / 32_768) ** 2 / 2);
  expect(powerOf(200)).toBeCloseTo(fullDb, 1);
  expect(powerOf(3000)).toBeGreaterThan(fullDb - 1);
  expect(powerOf(10_000)).toBeLessThan(fullDb - 11);
});
