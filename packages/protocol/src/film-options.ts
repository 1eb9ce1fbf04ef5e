import { LIMITS } from './limits.ts';

/** Of the file that a film becomes. `mp4`: H.264 and AAC, `webm`: VP8 and Opus. */
export const FILM_FORMATS = ['mp4', 'webm'] as const;
export type FilmFormat = (typeof FILM_FORMATS)[number];
export const FILM_TYPES: Readonly<Record<FilmFormat, string>> = { mp4: 'video/mp4', webm: 'video/webm' };

/** How much of each picture its file keeps: the less, the smaller it is. */
export const FILM_QUALITIES = ['low', 'medium', 'high'] as const;
export type FilmQuality = (typeof FILM_QUALITIES)[number];

/** A stretch of a clip, in milliseconds from its first picture. */
export type FilmSegment = { readonly startMs: number; readonly endMs: number };

/** What is left out stays as it is: the clip's size, `mp4`, `high`. */
export type FilmOutput = {
  /** Even. With `heightPx`: the most of both that keeps the picture's proportions. Alone: the other side follows. */
  readonly widthPx?: number | undefined;
  readonly heightPx?: number | undefined;
  readonly format?: FilmFormat | undefined;
  readonly quality?: FilmQuality | undefined;
};

/**
 * The face that lies at this place, in pixels of the clip's picture at this time (the first one when left out); `auto`: the one that
 * talks in the clip.
 */
export type FilmSpeaker = 'auto' | { readonly x: number; readonly y: number; readonly timeMs?: number | undefined };

/** A shorter stretch shows no word. */
export const SHORTEST_SEGMENT_MS = 100;

/** What is wrong with stretches of any clip: a sentence, or null. `name` is what their field is called. */
export function segmentsFault(segments: readonly FilmSegment[], name: string): string | null {
  const most = LIMITS.counts.filmSegments;
  if (segments.length === 0) return `${name} is empty: name a stretch of the clip, or leave it out.`;
  if (segments.length > most) return `${name} has more than ${most} stretches. Join some, or order two films.`;
  const inOrder = segmentsInOrder(segments);
  for (const [index, { startMs, endMs }] of inOrder.entries()) {
    const stretch = `${name}: the stretch from ${secondsOf(startMs)} to ${secondsOf(endMs)} s`;
    if (startMs < 0) return `${stretch} begins before the clip.`;
    if (endMs <= startMs) return `${stretch} ends before it begins.`;
    if (endMs - startMs < SHORTEST_SEGMENT_MS) return `${stretch} is shorter than a tenth of a second.`;
    const next = inOrder[index + 1];
    if (next !== undefined && next.startMs < endMs)
      return `${stretch} overlaps the one from ${secondsOf(next.startMs)} s.`;
  }
  return null;
}

export function segmentsInOrder(segments: readonly FilmSegment[]): FilmSegment[] {
  return segments.toSorted((a, b) => a.startMs - b.startMs);
}

/** As `1-3,5.5-8`, in seconds; null where it cannot be read. */
export function parseSegments(text: string): FilmSegment[] | null {
  const segments: FilmSegment[] = [];
  for (const part of text.split(',')) {
    const ends = part.split('-').map((end) => parseSeconds(end.trim()));
    const [startMs, endMs] = ends;
    if (ends.length !== 2 || typeof startMs !== 'number' || typeof endMs !== 'number') return null;
    segments.push({ startMs, endMs });
  }
  return segments;
}

/** Digits, and a point between some; in milliseconds. */
function parseSeconds(text: string): number | null {
  return /^\d{1,6}(?:\.\d{1,9})?$/.test(text) ? Math.round(Number(text) * 1000) : null;
}

function secondsOf(ms: number): string {
  return String(Math.round(ms) / 1000);
}
