import { expect, it } from 'vitest';
import { networkQuality } from './network-quality.ts';
import { type CallStatistics, StatisticsReader } from './statistics.ts';

const nothing = new StatisticsReader().read(new Map());

function reading(values: Partial<CallStatistics>): CallStatistics {
  return { ...nothing, packetsReceived: 1_000, ...values };
}

it.each([
  ['good', {}],
  ['good', { roundTripTimeMs: 199, videoJitterBufferMs: 100 }],
  ['fair', { roundTripTimeMs: 300 }],
  ['poor', { roundTripTimeMs: 600 }],
  ['good', { packetsLost: 10 }],
  ['fair', { packetsLost: 50 }],
  ['poor', { packetsLost: 200 }],
  ['fair', { audioJitterBufferMs: 400 }],
  ['fair', { videoJitterBufferMs: 900 }],
] as const)('is %s with %o', (quality, values) => {
  expect(networkQuality(nothing, reading(values))).toBe(quality);
});

it('counts what was lost between the readings, and judges nothing where nothing came or all began anew', () => {
  const before = reading({ packetsLost: 500 });
  expect(networkQuality(before, reading({ packetsReceived: 2_000, packetsLost: 500 }))).toBe('good');
  expect(networkQuality(before, before)).toBeNull();
  expect(networkQuality(before, reading({ packetsReceived: 20 }))).toBeNull();
  // Everything of these seconds was lost.
  expect(networkQuality(before, { ...before, packetsLost: 600 })).toBe('poor');
});
