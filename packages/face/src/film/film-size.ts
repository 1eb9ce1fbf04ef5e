import type { FilmSize } from '@visavis/media/codecs';
import { type FilmOutput, LIMITS } from '@visavis/protocol';
import { FilmOptionError } from './option-error.ts';

/** What level 5.2 of H.264, the highest of OpenH264, allows (ITU-T H.264, table A-1). */
const MAX_MACROBLOCKS = 36_864;
const MACROBLOCK_PX = 16;
const [LEAST_SIDE, MOST_SIDE] = LIMITS.ranges.filmSidePx;

/** The size of a film whose clip is shown at `shown`: in its proportions, as large as asked for. Throws `FilmOptionError`. */
export function sizeOfFilm(shown: FilmSize, { widthPx, heightPx }: FilmOutput): FilmSize {
  if (widthPx === undefined && heightPx === undefined) {
    return { widthPx: 2 * Math.floor(shown.widthPx / 2), heightPx: 2 * Math.floor(shown.heightPx / 2) };
  }
  const scale = Math.min((widthPx ?? Infinity) / shown.widthPx, (heightPx ?? Infinity) / shown.heightPx);
  const size = { widthPx: even(shown.widthPx * scale), heightPx: even(shown.heightPx * scale) };
  const sides = [size.widthPx, size.heightPx];
  if (Math.min(...sides) < LEAST_SIDE || Math.max(...sides) > MOST_SIDE || !fitsCodec(size)) {
    const [width, height] = sides as [number, number];
    throw new FilmOptionError('size-beyond', { width, height });
  }
  return size;
}

export function fitsCodec({ widthPx, heightPx }: FilmSize): boolean {
  return Math.ceil(widthPx / MACROBLOCK_PX) * Math.ceil(heightPx / MACROBLOCK_PX) <= MAX_MACROBLOCKS;
}

function even(length: number): number {
  return 2 * Math.round(length / 2);
}
