import { beforeAll, describe, expect, test } from 'vitest';
import {
  ARTICULATION_CHANNELS,
  type Articulation,
  type ArticulationChannel,
  MOUTH_AT_REST,
} from '../core/articulation.ts';
import { type ArticulationNetwork, loadArticulationNetwork } from './articulation-network.ts';
import { ArticulationTrack } from './articulation-track.ts';
import { speakWithFlite, type TimedSpeech } from './flite-speech.fixture.ts';
import { concatenate, createNoise, pinkNoise, scaled, silence } from './test-signals.ts';

const TEXT = 'My mother brought a big blue boat from the shop, and Peter found five warm apples above the map.';
const MORE_TEXTS = [
  'Please remember to bring both umbrellas, because it may rain before supper.',
  'The number of people on the platform became a problem by half past eleven.',
];
/** Never heard in training. */
const HELD_OUT_VOICE = 'rms';

let network: ArticulationNetwork;
let speech: TimedSpeech;

beforeAll(async () => {
  network = await loadArticulationNetwork();
  speech = await speakWithFlite(TEXT, HELD_OUT_VOICE);
}, 60_000);

function listen(pcm: Int16Array, chunkSamples = pcm.length): number[][] {
  const frames: number[][] = [];
  const stream = network.openStream((frame) => frames.push([...frame]));
  for (let start = 0; start < pcm.length; start += chunkSamples) stream.push(pcm.subarray(start, start + chunkSamples));
  stream.finish();
  return frames;
}

function channelOf(frames: readonly (readonly number[])[], name: ArticulationChannel): number[] {
  return frames.map((frame) => frame[ARTICULATION_CHANNELS.indexOf(name)] ?? 0);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (const [index, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[index] ?? 0) - meanB];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return product / Math.sqrt(squareA * squareB);
}

/** Pictures at 25 a second. */
function pictures(track: ArticulationTrack, durationMs: number): Articulation[] {
  return Array.from({ length: Math.floor(durationMs / 40) }, (_, index) => {
    const out = { ...MOUTH_AT_REST };
    track.sampleAt(index * 40 + 20, out);
    return out;
  });
}

describe('the articulation network', () => {
  test('streams: any chunking gives the frames of the whole', () => {
    const pcm = speech.pcm24k.subarray(0, 24_000 * 2 + 77);
    const whole = listen(pcm);
    expect(whole).toHaveLength(Math.ceil(pcm.length / 240));
    for (const chunkSamples of [97, 240, 4801]) expect(listen(pcm, chunkSamples)).toEqual(whole);
  });

  test('streams of one network do not disturb each other', () => {
    const pcm = speech.pcm24k.subarray(0, 24_000);
    const alone = listen(pcm);
    const frames: number[][] = [];
    const first = network.openStream((frame) => frames.push([...frame]));
    const second = network.openStream(() => {});
    for (let start = 0; start < pcm.length; start += 2400) {
      first.push(pcm.subarray(start, start + 2400));
      second.push(pinkNoise(100, -20, start + 1));
    }
    first.finish();
    expect(frames).toEqual(alone);
  });

  test('follows the phones of a voice that it never heard', () => {
    const byPhones = new ArticulationTrack({ network: null });
    byPhones.appendPhones(speech.phones);
    const bySound = new ArticulationTrack({ network });
    bySound.appendAudio(speech.pcm24k);
    bySound.finish();
    const durationMs = speech.pcm24k.length / 24;
    const expected = pictures(byPhones, durationMs);
    const actual = pictures(bySound, durationMs);
    const r = (name: ArticulationChannel): number =>
      correlation(
        actual.map((shape) => shape[name]),
        expected.map((shape) => shape[name]),
      );
    // Measured 0.92, 0.81, 0.85, 0.77, 0.90, 0.80 and 0.97 in the order of the channels.
    const floors = { jaw: 0.85, wide: 0.72, round: 0.75, closure: 0.67, labiodental: 0.75, tongue: 0.7, sibilant: 0.9 };
    for (const name of ARTICULATION_CHANNELS) expect(r(name), name).toBeGreaterThan(floors[name]);
  });

  test('pictures taken while the sound is still arriving equal those taken afterwards', () => {
    const pcm = speech.pcm24k.subarray(0, 24_000 * 3);
    const afterwards = new ArticulationTrack({ network });
    afterwards.appendAudio(pcm);
    const expected = pictures(afterwards, 2700);
    const live = new ArticulationTrack({ network });
    let appended = 0;
    for (const [index, shape] of expected.entries()) {
      const positionMs = index * 40 + 20;
      const wanted = Math.ceil((positionMs + 220) * 24);
      live.appendAudio(pcm.subarray(appended, wanted));
      appended = wanted;
      const out = { ...MOUTH_AT_REST };
      live.sampleAt(positionMs, out);
      expect(out).toEqual(shape);
    }
  });

  test('closes the lips at p, b and m', async () => {
    const closed: boolean[] = [];
    for (const text of [TEXT, ...MORE_TEXTS]) {
      const { pcm24k, phones } = await speakWithFlite(text, HELD_OUT_VOICE);
      const closure = channelOf(listen(pcm24k), 'closure');
      for (const { symbol, startMs, endMs } of phones) {
        if (!['p', 'b', 'm'].includes(symbol)) continue;
        const near = closure.slice(Math.floor(startMs / 10) - 2, Math.ceil(endMs / 10) + 2);
        closed.push(near.some((value) => value > 0.8));
      }
    }
    expect(closed.length).toBeGreaterThan(30);
    // Measured 36 of 39.
    expect(closed.filter(Boolean).length / closed.length).toBeGreaterThanOrEqual(0.85);
  }, 30_000);

  test.each([-12, 12])('a gain of %i dB barely matters', (gainDb) => {
    const quietEnough = scaled(speech.pcm24k, -12);
    const reference = listen(quietEnough);
    const changed = listen(scaled(quietEnough, gainDb));
    for (const name of ['jaw', 'wide', 'closure', 'sibilant'] as const) {
      expect(correlation(channelOf(changed, name), channelOf(reference, name))).toBeGreaterThan(0.95);
    }
    const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(meanOf(channelOf(changed, 'jaw')) - meanOf(channelOf(reference, 'jaw')))).toBeLessThan(0.03);
  });

  test('digital silence is complete rest, at once and after speech', () => {
    const afterSpeech = listen(concatenate(speech.pcm24k.subarray(0, 24_000), silence(1000)));
    for (const frames of [listen(silence(1000)), afterSpeech.slice(-70)]) {
      for (const frame of frames) for (const value of frame) expect(value).toBeLessThan(0.001);
    }
  });

  test('a breath between words leaves the mouth closed', () => {
    const words = scaled(speech.pcm24k.subarray(0, 48_000), -6);
    const breath = Int16Array.from({ length: 12_000 }, whiteNoise(-43));
    const before = concatenate(words, silence(200));
    const jaw = channelOf(listen(concatenate(before, breath, silence(300), words)), 'jaw');
    const start = before.length / 240;
    expect(Math.max(...jaw.slice(0, start - 20))).toBeGreaterThan(0.5);
    expect(Math.max(...jaw.slice(start, start + 50))).toBeLessThanOrEqual(0.05);
  });

  test.each([
    ['pink noise at -50 dBFS', pinkNoise(3000, -50)],
    ['pink noise at -60 dBFS', pinkNoise(3000, -60, 5)],
    ['white noise at -50 dBFS', Int16Array.from({ length: 72_000 }, whiteNoise(-50))],
  ])('%s leaves the mouth closed', (_, noise) => {
    for (const frames of [listen(noise), listen(concatenate(speech.pcm24k.subarray(0, 36_000), noise)).slice(-250)]) {
      expect(Math.max(...channelOf(frames, 'jaw'))).toBeLessThanOrEqual(0.05);
    }
  });
});

function whiteNoise(levelDbfs: number): () => number {
  const next = createNoise(9);
  const scale = 32_768 * 10 ** (levelDbfs / 20) * Math.sqrt(3);
  return () => Math.round(next() * scale);
}
