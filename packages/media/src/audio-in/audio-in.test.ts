import { describe, expect, it } from 'vitest';
import { ManualClock } from '../core/manual-clock.ts';
import { AudioIn } from './audio-in.ts';

function build(maxBurstMs = 5_000) {
  const clock = new ManualClock();
  const pieces: Int16Array[] = [];
  const audioIn = new AudioIn({ clock, maxBurstMs, onPcm: (pcm) => pieces.push(pcm) });
  return { clock, pieces, audioIn, all: () => pieces.flatMap((piece) => [...piece]) };
}

/** A ramp through all 16-bit values, so that any lost, swapped or doubled byte shows. */
function ramp(sampleCount: number, first = -12_000): { bytes: Uint8Array; samples: number[] } {
  const bytes = new Uint8Array(2 * sampleCount);
  const view = new DataView(bytes.buffer);
  const samples = Array.from({ length: sampleCount }, (_, n) => (((first + n + 32_768) & 0xffff) - 32_768) | 0);
  for (const [n, sample] of samples.entries()) view.setInt16(2 * n, sample, true);
  return { bytes, samples };
}

describe('AudioIn', () => {
  it('gives the same samples for one second cut into chunks of 1 to 7 bytes', () => {
    const { audioIn, all } = build();
    const { bytes, samples } = ramp(24_000);
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size % 7) + 1) {
      audioIn.push(bytes.subarray(at, at + size));
      audioIn.push(new Uint8Array(0));
    }
    expect(all()).toEqual(samples);
    expect(audioIn.counters).toEqual({
      receivedMs: expect.closeTo(1_000, 6),
      passedOnMs: expect.closeTo(1_000, 6),
      droppedMs: 0,
      clearedMs: 0,
    });
  });

  it('reads from buffers that begin at an odd address', () => {
    const { audioIn, all } = build();
    const { bytes, samples } = ramp(100);
    const shifted = new Uint8Array(201);
    shifted.set(bytes, 1);
    audioIn.push(shifted.subarray(1));
    expect(all()).toEqual(samples);
  });

  it('passes sound on inside push and never an empty piece', () => {
    const { audioIn, pieces } = build();
    audioIn.push(Uint8Array.of(1));
    expect(pieces).toEqual([]);
    audioIn.push(Uint8Array.of(2));
    expect(pieces).toEqual([Int16Array.of(0x0201)]);
    audioIn.push(Uint8Array.of(0xff, 0x7f));
    expect(pieces[1]).toEqual(Int16Array.of(32_767));
  });

  it('forgets half a sample on clear', () => {
    const { audioIn, all } = build();
    audioIn.push(Uint8Array.of(9));
    audioIn.clear();
    audioIn.push(Uint8Array.of(1, 0));
    expect(all()).toEqual([1]);
  });

  it('takes bursts up to its bound at once, and as much again when real time has caught up', () => {
    const { clock, audioIn } = build(30_000);
    const burst = ramp(24_000 * 30).bytes;
    audioIn.push(burst);
    expect(audioIn.counters.passedOnMs).toBe(30_000);
    clock.advance(30_000);
    audioIn.push(burst);
    expect(audioIn.counters.passedOnMs).toBe(60_000);
    expect(audioIn.counters.droppedMs).toBe(0);
  });

  it('lets a second of sound beyond the bound wait and drops the oldest of the rest', () => {
    const { clock, audioIn, all } = build(1_000);
    const { bytes, samples } = ramp(24_000 * 4);
    for (let at = 0; at < bytes.length; at += 4_801) audioIn.push(bytes.subarray(at, at + 4_801));
    expect(audioIn.counters.passedOnMs).toBe(1_000);
    expect(audioIn.counters.droppedMs).toBeCloseTo(2_000, 6);
    clock.advance(500);
    expect(audioIn.counters.passedOnMs).toBeGreaterThanOrEqual(1_460);
    expect(audioIn.counters.passedOnMs).toBeLessThanOrEqual(1_500);
    clock.advance(600);
    expect(audioIn.counters.passedOnMs).toBeCloseTo(2_000, 6);
    expect(all()).toEqual([...samples.slice(0, 24_000), ...samples.slice(72_000)]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never drops what comes in real time', () => {
    const { clock, audioIn } = build(500);
    const chunk = ramp(8_192).bytes;
    for (let k = 0; k < 200; k++) {
      audioIn.push(chunk);
      clock.advance(8_192 / 24);
    }
    expect(audioIn.counters.droppedMs).toBe(0);
    expect(audioIn.counters.passedOnMs).toBeCloseTo(audioIn.counters.receivedMs, 6);
  });

  it('clears what waits and is deaf once closed', () => {
    const { clock, audioIn, pieces } = build(100);
    audioIn.push(ramp(24_000).bytes);
    audioIn.clear();
    expect(audioIn.counters.clearedMs).toBe(900);
    clock.advance(2_000);
    expect(audioIn.counters.passedOnMs).toBe(100);
    audioIn.push(ramp(24_000).bytes);
    audioIn.close();
    audioIn.close();
    const before = pieces.length;
    audioIn.push(ramp(10).bytes);
    clock.advance(2_000);
    expect(pieces.length).toBe(before);
    expect(clock.pendingTimers).toBe(0);
  });

  it('survives a close or a clear from inside its own callback', () => {
    const clock = new ManualClock();
    const audioIn: AudioIn = new AudioIn({ clock, maxBurstMs: 100, onPcm: () => audioIn.close() });
    audioIn.push(ramp(24_000).bytes);
    clock.advance(1_000);
    expect(audioIn.counters.passedOnMs).toBe(100);
    expect(clock.pendingTimers).toBe(0);
  });
});
