import type { CallStatistics } from './statistics.ts';

export type NetworkQuality = 'good' | 'fair' | 'poor';

/**
 * What may be at most for a quality: the share of packets lost, the way there and back, and how long sound and pictures are held so that
 * they play evenly. What arrives unevenly may be late for want of computing time, at either end, so that alone makes nothing poor.
 */
const limits = [
  { quality: 'good', lostShare: 0.02, roundTripTimeMs: 200, jitterBufferMs: 300 },
  { quality: 'fair', lostShare: 0.08, roundTripTimeMs: 450, jitterBufferMs: Number.POSITIVE_INFINITY },
] as const;

/**
 * The network in a word, by what happened between two readings of one call, best some seconds apart. Null where nothing arrived
 * between them, or the connection was built anew.
 */
export function networkQuality(before: CallStatistics, now: CallStatistics): NetworkQuality | null {
  const received = now.packetsReceived - before.packetsReceived;
  // Losses are counted down again when a packet comes late.
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  if (received < 0 || received + lost <= 0) return null;
  const measured = {
    lostShare: lost / (received + lost),
    roundTripTimeMs: now.roundTripTimeMs ?? 0,
    jitterBufferMs: Math.max(now.videoJitterBufferMs ?? 0, now.audioJitterBufferMs ?? 0),
  };
  const met = limits.find(
    (limit) =>
      measured.lostShare <= limit.lostShare &&
      measured.roundTripTimeMs <= limit.roundTripTimeMs &&
      measured.jitterBufferMs <= limit.jitterBufferMs,
  );
  return met?.quality ?? 'poor';
}
