import { expect, it } from 'vitest';
import { StatisticsReader } from './statistics.ts';

function reports(video: Record<string, unknown>): Map<string, Record<string, unknown>> {
  return new Map([
    ['t', { id: 't', type: 'transport', selectedCandidatePairId: 'p' }],
    ['p', { id: 'p', type: 'candidate-pair', currentRoundTripTime: 0.012 }],
    ['c', { id: 'c', type: 'codec', mimeType: 'video/VP8' }],
    ['v', { id: 'v', type: 'inbound-rtp', kind: 'video', codecId: 'c', framesPerSecond: 25, packetsLost: 1, ...video }],
    ['a', { id: 'a', type: 'inbound-rtp', kind: 'audio', bytesReceived: 1000, packetsLost: 2 }],
  ]);
}

it('reads one flat set of measures', () => {
  const reader = new StatisticsReader();
  reader.read(reports({ timestamp: 1000, bytesReceived: 4000, jitterBufferDelay: 1, jitterBufferEmittedCount: 10 }));
  const statistics = reader.read(
    reports({ timestamp: 2000, bytesReceived: 54_000, jitterBufferDelay: 1.5, jitterBufferEmittedCount: 35 }),
  );
  expect(statistics).toMatchObject({
    roundTripTimeMs: 12,
    framesPerSecond: 25,
    packetsLost: 3,
    bytesReceived: 55_000,
    receivedKbps: 400,
    videoJitterBufferMs: 20,
    audioJitterBufferMs: null,
    videoCodec: 'VP8',
  });
});

it('says null where the browser is silent', () => {
  expect(new StatisticsReader().read(new Map())).toMatchObject({
    roundTripTimeMs: null,
    receivedKbps: null,
    framesDecoded: 0,
  });
});
