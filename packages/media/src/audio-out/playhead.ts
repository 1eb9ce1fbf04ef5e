/** How far back pictures may still ask what was playing. */
const KEPT_MS = 10_000;

/** A stretch of media time in which a turn sounded without a break. */
type Segment = {
  readonly turnId: string;
  readonly mediaStartMs: number;
  readonly positionMs: number;
  durationMs: number;
};

export type PlayheadPosition = { readonly turnId: string; readonly positionMs: number };

/** Remembers which part of which turn sounded at which media time. */
export class Playhead {
  #segments: Segment[] = [];

  /** `durationMs` of the turn, from `positionMs` of its sound on, are sent at `mediaTimeMs`. Calls come in order of media time. */
  record(turnId: string, mediaTimeMs: number, positionMs: number, durationMs: number): void {
    const last = this.#segments.at(-1);
    if (last !== undefined && continues(last, turnId, mediaTimeMs, positionMs)) last.durationMs += durationMs;
    else this.#segments.push({ turnId, mediaStartMs: mediaTimeMs, positionMs, durationMs });
    const oldestMs = mediaTimeMs - KEPT_MS;
    while (this.#segments.length > 1 && segmentEndMs(this.#segments[0] as Segment) < oldestMs) this.#segments.shift();
  }

  at(mediaTimeMs: number): PlayheadPosition | null {
    for (let k = this.#segments.length - 1; k >= 0; k--) {
      const segment = this.#segments[k] as Segment;
      if (mediaTimeMs < segment.mediaStartMs) continue;
      if (mediaTimeMs >= segmentEndMs(segment)) return null;
      return { turnId: segment.turnId, positionMs: segment.positionMs + mediaTimeMs - segment.mediaStartMs };
    }
    return null;
  }
}

function segmentEndMs(segment: Segment): number {
  return segment.mediaStartMs + segment.durationMs;
}

/** Times are multiples of a sample's 1/48 ms; less than half of that apart is the same time. */
function continues(last: Segment, turnId: string, mediaTimeMs: number, positionMs: number): boolean {
  return (
    last.turnId === turnId &&
    Math.abs(segmentEndMs(last) - mediaTimeMs) < 0.01 &&
    Math.abs(last.positionMs + last.durationMs - positionMs) < 0.01
  );
}
