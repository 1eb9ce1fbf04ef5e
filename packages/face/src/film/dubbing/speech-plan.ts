import type { FilmSegment } from '@visavis/protocol';
import { FilmOptionError } from '../option-error.ts';

/** A time of the film at which something is said. */
export type SaidAt = {
  /** Of the speech. */
  readonly positionMs: number;
  /** Since the stretch began, and until it ends; endless at the beginning of the film, and where there are no stretches. */
  readonly sinceMs: number;
  readonly leftMs: number;
};

type PlannedSegment = FilmSegment & { /** So much of the speech is said before it. */ readonly saidMs: number };

const WHOLE_FILM: readonly FilmSegment[] = [{ startMs: 0, endMs: Number.POSITIVE_INFINITY }];

/** When a film's speech is said: all the time, or within stretches of the clip, one part of the speech after the other. */
export class SpeechPlan {
  readonly #segments: readonly PlannedSegment[];

  /** `segments` in order, without overlaps; the whole film when left out. */
  constructor(segments: readonly FilmSegment[] = WHOLE_FILM) {
    let saidMs = 0;
    this.#segments = segments.map(({ startMs, endMs }) => {
      const segment = { startMs, endMs, saidMs };
      saidMs += endMs - startMs;
      return segment;
    });
  }

  /** Null where nothing is said. */
  at(filmMs: number): SaidAt | null {
    const segment = this.#segments.find(({ startMs, endMs }) => filmMs >= startMs && filmMs < endMs);
    if (segment === undefined) return null;
    const { startMs, endMs, saidMs } = segment;
    const sinceMs = filmMs - startMs;
    return {
      positionMs: saidMs + sinceMs,
      sinceMs: startMs > 0 ? sinceMs : Number.POSITIVE_INFINITY,
      leftMs: endMs - filmMs,
    };
  }

  /** The next time from `filmMs` on at which speech begins or ends. */
  nextEdgeMs(filmMs: number): number {
    for (const { startMs, endMs } of this.#segments) {
      if (startMs > filmMs) return startMs;
      if (endMs > filmMs) return endMs;
    }
    return Number.POSITIVE_INFINITY;
  }
}

/** From 0 at the ends of a stretch to 1 within `fadeMs`; all of it is below 1 where it is shorter than two of these. */
export function fadeOf({ sinceMs, leftMs }: Pick<SaidAt, 'sinceMs' | 'leftMs'>, fadeMs: number): number {
  return Math.max(0, Math.min(1, sinceMs / fadeMs, leftMs / fadeMs));
}

/** Throws `FilmOptionError` where one of them ends after the clip, by more than a picture. */
export function requireWithin(segments: readonly FilmSegment[], clipMs: number, pictureMs: number): void {
  const endMs = Math.max(...segments.map((segment) => segment.endMs));
  if (endMs <= clipMs + pictureMs) return;
  const [end, length] = [endMs, clipMs].map((ms) => Math.round(ms / 10) / 100) as [number, number];
  throw new FilmOptionError('segment-beyond', { end, length });
}
