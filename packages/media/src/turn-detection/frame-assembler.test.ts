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
    expect(frame.power).toBeCloseTo(part.reduce((sum, value) => sum + (value / 32_768) ** 2, 0) / FRAME_24K, 12);
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
