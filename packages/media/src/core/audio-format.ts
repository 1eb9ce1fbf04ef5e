/** Sample rate of PCM on every wire and at the voice port: 16-bit little-endian, mono. */
export const WIRE_SAMPLE_RATE_HZ = 24_000;
/** Sample rate of the speech detector, the articulation network and the local recogniser. */
export const ANALYSIS_SAMPLE_RATE_HZ = 16_000;
/** Sample rate of Opus in WebRTC (RFC 7587). */
export const OPUS_SAMPLE_RATE_HZ = 48_000;
/** Length of one Opus packet. */
export const AUDIO_FRAME_MS = 20;
/** Picture rate of a call. */
export const FRAMES_PER_SECOND = 25;
export const FRAME_INTERVAL_MS = 1000 / FRAMES_PER_SECOND;

export function wireSamplesToMs(sampleCount: number): number {
  return (sampleCount * 1000) / WIRE_SAMPLE_RATE_HZ;
}

export function msToWireSamples(durationMs: number): number {
  return Math.round((durationMs * WIRE_SAMPLE_RATE_HZ) / 1000);
}
