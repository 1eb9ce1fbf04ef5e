import { describe, expect, test } from 'vitest';
import { ARTICULATION_CHANNELS, type Articulation, MOUTH_AT_REST, type PhoneTiming } from '../core/articulation.ts';
import type { ArticulationNetwork } from './articulation-network.ts';
import { ArticulationTrack } from './articulation-track.ts';
import { SpectralEstimator } from './spectral-estimator.ts';
import { buzzingSyllables, concatenate, pinkNoise, silence } from './test-signals.ts';

function sample(track: ArticulationTrack, positionMs: number): Articulation {
  const out = { ...MOUTH_AT_REST };
  track.sampleAt(positionMs, out);
  return out;
}

function expectRest(shape: Articulation): void {
  for (const name of ARTICULATION_CHANNELS) expect(shape[name]).toBe(0);
}

const AMA: readonly PhoneTiming[] = [
  { symbol: 'aa', startMs: 0, endMs: 200 },
  { symbol: 'm', startMs: 200, endMs: 260 },
  { symbol: 'aa', startMs: 260, endMs: 460 },
  { symbol: 'pau', startMs: 460, endMs: 700 },
];

describe('articulation track', () => {
  test('is at rest before there is anything', () => {
    const track = new ArticulationTrack({ network: null });
    expectRest(sample(track, 0));
    expectRest(sample(track, 5000));
  });

  test('a 60 ms closure is complete in at least one of any run of 25 pictures a second', () => {
    const track = new ArticulationTrack({ network: null });
    track.appendPhones(AMA);
    for (let phaseMs = 0; phaseMs < 40; phaseMs += 4) {
      let strongest = 0;
      for (let positionMs = phaseMs; positionMs < 460; positionMs += 40) {
        strongest = Math.max(strongest, sample(track, positionMs).closure);
      }
      expect(strongest).toBe(1);
    }
  });

  test('phones win over the sound whichever comes first', () => {
    const pcm = buzzingSyllables(700);
    const phonesFirst = new ArticulationTrack({ network: null });
    phonesFirst.appendPhones(AMA);
    phonesFirst.appendAudio(pcm);
    phonesFirst.finish();
    const soundFirst = new ArticulationTrack({ network: null });
    soundFirst.appendAudio(pcm);
    soundFirst.finish();
    expect(sample(soundFirst, 230).closure).toBeLessThan(1);
    soundFirst.appendPhones(AMA);
    for (let positionMs = 0; positionMs < 700; positionMs += 13) {
      expect(sample(soundFirst, positionMs)).toEqual(sample(phonesFirst, positionMs));
    }
  });

  test('the sound decides where there are no phones', () => {
    const track = new ArticulationTrack({ network: null });
    track.appendPhones(AMA);
    track.appendAudio(concatenate(silence(700), buzzingSyllables(900)));
    track.finish();
    expectRest(sample(track, 640));
    const jaws = Array.from({ length: 60 }, (_, index) => sample(track, 800 + index * 10).jaw);
    expect(Math.max(...jaws)).toBeGreaterThan(0.2);
  });

  test('relaxes within 120 ms after the last sound, without a step back up', () => {
    const track = new ArticulationTrack({ network: null });
    track.appendPhones([{ symbol: 'aa', startMs: 0, endMs: 300 }]);
    let previous = sample(track, 260).jaw;
    expect(previous).toBeGreaterThan(0.8);
    for (let positionMs = 265; positionMs <= 420; positionMs += 5) {
      const { jaw } = sample(track, positionMs);
      expect(jaw).toBeLessThanOrEqual(previous + 1e-9);
      previous = jaw;
    }
    expect(previous).toBeLessThan(0.01);
    expectRest(sample(track, 500));
  });

  test('any chunking of the sound gives the same track', () => {
    const pcm = concatenate(buzzingSyllables(1300), silence(200), pinkNoise(200, -30));
    const whole = new ArticulationTrack({ network: null });
    whole.appendAudio(pcm);
    whole.finish();
    for (const chunkSamples of [1, 240, 1111]) {
      const chunked = new ArticulationTrack({ network: null });
      for (let start = 0; start < pcm.length; start += chunkSamples) {
        chunked.appendAudio(pcm.subarray(start, start + chunkSamples));
      }
      chunked.finish();
      for (let positionMs = 0; positionMs < 1800; positionMs += 37) {
        expect(sample(chunked, positionMs)).toEqual(sample(whole, positionMs));
      }
    }
  });

  test('sound after finish is ignored and finishing twice is harmless', () => {
    const track = new ArticulationTrack({ network: null });
    track.finish();
    track.finish();
    track.appendAudio(buzzingSyllables(500));
    expectRest(sample(track, 250));
  });

  test('without a network silence and quiet noise leave the mouth closed', () => {
    const track = new ArticulationTrack({ network: null });
    track.appendAudio(concatenate(silence(500), pinkNoise(2000, -50)));
    track.finish();
    for (let positionMs = 0; positionMs < 2500; positionMs += 20) {
      expect(sample(track, positionMs).jaw).toBeLessThanOrEqual(0.05);
    }
  });
});

describe('listening', () => {
  /** Counts the sound that the network is given. */
  function countingNetwork(): { network: ArticulationNetwork; heardSamples: () => number; streams: () => number } {
    let heard = 0;
    let opened = 0;
    const network: ArticulationNetwork = {
      lookAheadMs: 0,
      openStream(onFrame) {
        opened += 1;
        const estimator = new SpectralEstimator(onFrame);
        return {
          push(pcm) {
            heard += pcm.length;
            estimator.push(pcm);
          },
          finish: () => estimator.finish(),
        };
      },
    };
    return { network, heardSamples: () => heard, streams: () => opened };
  }

  test('a long reply pushed at once is listened to bit by bit', () => {
    const { network, heardSamples } = countingNetwork();
    const track = new ArticulationTrack({ network });
    track.appendAudio(buzzingSyllables(10_000));
    track.finish();
    expect(heardSamples()).toBe(0);
    sample(track, 0);
    expect(heardSamples() / 24).toBeLessThanOrEqual(400);
    sample(track, 1000);
    expect(heardSamples() / 24).toBeLessThanOrEqual(1400);
    sample(track, 20_000);
    expect(heardSamples() / 24).toBe(10_000);
  });

  test('sound whose phones are known is not listened to', () => {
    const { network, heardSamples, streams } = countingNetwork();
    const track = new ArticulationTrack({ network });
    track.appendPhones(AMA);
    track.appendAudio(buzzingSyllables(700));
    track.finish();
    sample(track, 400);
    expect(heardSamples()).toBe(0);
    expect(streams()).toBe(0);
  });

  test('phones in pieces with short gaps give the same track as all phones at once', () => {
    const whole = new ArticulationTrack({ network: null });
    whole.appendPhones(AMA);
    const pieces = new ArticulationTrack({ network: null });
    for (const phone of AMA) pieces.appendPhones([phone]);
    for (let positionMs = 0; positionMs < 900; positionMs += 7) {
      expect(sample(pieces, positionMs)).toEqual(sample(whole, positionMs));
    }
  });
});
