/** Length of a film in whole milliseconds: 30 pictures of 1000 / 30 ms are a second, whatever their sum says behind its point. */
export function lengthMsOf(durationMs: number): number {
  return Math.round(durationMs);
}

/** So long is paid for: a second that has begun counts whole. */
export function chargedMsOf(durationMs: number): number {
  return Math.ceil(lengthMsOf(durationMs) / 1000) * 1000;
}
