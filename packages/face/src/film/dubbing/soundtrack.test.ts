import { expect, it } from 'vitest';
import { Soundtrack } from './soundtrack.ts';
import { SpeechPlan } from './speech-plan.ts';
import type { SoundChannels } from './speech-sound.ts';

const RATE_HZ = 48_000;

/** Endless sound of one value, or of a tone, in each channel. */
function source(...valuesAt: readonly ((index: number) => number)[]) {
  let taken = 0;
  return {
    channels: valuesAt.length as SoundChannels,
    take(count: number): Int16Array {
      const from = taken;
      taken += count;
      return Int16Array.from(
        Array.from({ length: count }, (_, i) => valuesAt.map((valueAt) => valueAt(from + i))).flat(),
      );
    },
    close() {},
    get taken() {
      return taken;
    },
  };
}

/** Taken as films take it: a picture's sound at a time. */
function heard(track: Soundtrack, seconds: number): Int16Array {
  const pcm = new Int16Array(seconds * RATE_HZ);
  for (let at = 0; at < pcm.length; at += 1600) pcm.set(track.take(Math.min(1600, pcm.length - at)), at);
  return pcm;
}

const tone = (amplitude: number, hz: number) => (i: number) => amplitude * Math.sin((2 * Math.PI * hz * i) / RATE_HZ);

it('the speech alone is the speech, sample by sample', () => {
  const speech = source((i) => i % 30_000);
  const track = new Soundtrack({ speech, plan: new SpeechPlan(), clip: null, originalVolume: 0 });
  expect([...heard(track, 0.1)]).toEqual(Array.from({ length: 4800 }, (_, i) => i));
});

it('a mixture that is not too loud is the sum of both, without delay', () => {
  const [speech, clip] = [source((i) => 100 + (i % 7)), source(() => 2000)];
  const track = new Soundtrack({ speech, plan: new SpeechPlan(), clip, originalVolume: 0.5 });
  expect([...heard(track, 0.2)]).toEqual(Array.from({ length: 9600 }, (_, i) => 1100 + (i % 7)));
});

it('of speech as much is used as is said, and sound goes over within ten milliseconds at the ends of a segment', () => {
  const [speech, clip] = [source((i) => (i < 4800 ? 500 : 900)), source(() => 2000)];
  const plan = new SpeechPlan([
    { startMs: 200, endMs: 300 },
    { startMs: 400, endMs: 500 },
  ]);
  const pcm = heard(new Soundtrack({ speech, plan, clip, originalVolume: 0 }), 0.7);
  const at = (ms: number): number => pcm[ms * 48] ?? 0;
  expect([at(10), at(199), at(250), at(301), at(399), at(450), at(501), at(690)]).toEqual([
    2000, 2000, 500, 2000, 2000, 900, 2000, 2000,
  ]);
  expect(speech.taken).toBe(9600);
  const steps = pcm.slice(1).map((value, i) => Math.abs(value - (pcm[i] ?? 0)));
  expect(Math.max(...steps)).toBeLessThan(10);
});

it('two loud sounds together are made quieter instead of being cut off', () => {
  const [speech, clip] = [source(tone(30_000, 440)), source(tone(30_000, 437))];
  const pcm = heard(new Soundtrack({ speech, plan: new SpeechPlan(), clip, originalVolume: 1 }), 2);
  const loudest = pcm.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(loudest).toBeGreaterThan(0.8 * 32_767);
  expect(loudest).toBeLessThan(0.86 * 32_767);
  // Tops that are cut off are flat: many samples in a row with the same value.
  let [longest, run] = [0, 0];
  for (const [i, value] of pcm.entries()) {
    run = value === pcm[i - 1] && Math.abs(value) > 20_000 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  expect(longest).toBeLessThan(4);
});

it('of two channels each stays where it is, the speech is in both, and both grow quieter together', () => {
  const [speech, clip] = [
    source(() => 500),
    source(
      () => 2000,
      (i) => (i < 4800 ? -1000 : 32_000),
    ),
  ];
  const track = new Soundtrack({ speech, plan: new SpeechPlan(), clip, originalVolume: 1 });
  const pcm = Int16Array.from(Array.from({ length: 60 }, () => [...track.take(160)]).flat());
  const at = (sample: number): number[] => [...pcm.subarray(2 * sample, 2 * sample + 2)];
  expect([at(0), at(4000)]).toEqual([
    [2500, -500],
    [2500, -500],
  ]);
  const [left = 0, right = 0] = at(9000);
  expect(right).toBeLessThan(0.86 * 32_768);
  expect(left / 2500).toBeCloseTo(right / 32_500, 3);
});
