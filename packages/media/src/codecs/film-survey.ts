import type { FilmPictures, FilmReader, FilmSize } from './film-reader.ts';

/** What a film holds by its own pictures, whatever its header says. */
export type FilmSurvey = FilmSize & {
  /** From the first picture shown to the end of the last. */
  readonly durationS: number;
  /** Of the usual step from a picture to the next one, which pauses do not change; 0 for fewer than two pictures. */
  readonly picturesPerSecond: number;
  /** The file ends long before its header says, pictures and sound alike. */
  readonly isCutOff: boolean;
};

/** Sizes that last for less are not looked for. */
const PROBE_EVERY_S = 0.5;
/** A file that holds less than this share of what its header promises is cut off. */
const WHOLE_SHARE = 0.8;

/**
 * Goes through a film's packets, and decodes key pictures alone, for what its pictures are. The size is that of the
 * largest: a call's recording often begins small. Ends early, with a length beyond `maxS`, where the film is longer.
 * The reader is of no use for `frames` afterwards.
 */
export function surveyFilm(reader: FilmReader, pictures: FilmPictures, maxS: number): FilmSurvey {
  const times: number[] = [];
  let [firstS, endS, readS, probedS] = [Infinity, 0, 0, -Infinity];
  let size: FilmSize = { widthPx: 0, heightPx: 0 };
  for (const { stream, atMs, durationMs, isShown, isKey } of reader.packets()) {
    const [atS, untilS] = [atMs / 1000, (atMs + durationMs) / 1000];
    readS = Math.max(readS, untilS);
    if (stream !== pictures.stream) continue;
    if (isKey && Math.abs(atS - probedS) >= PROBE_EVERY_S) {
      const shown = reader.shownSize();
      if (shown !== null) probedS = atS;
      if (shown !== null && areaOf(shown) > areaOf(size)) size = shown;
    }
    if (!isShown) continue;
    times.push(atS);
    firstS = Math.min(firstS, atS);
    endS = Math.max(endS, untilS);
    if (endS - firstS > maxS) break;
  }
  const inOrder = times.toSorted((a, b) => a - b);
  const stepS = usualStep(inOrder);
  const durationS = times.length === 0 ? 0 : Math.max(endS, (inOrder.at(-1) ?? 0) + stepS) - firstS;
  return {
    ...size,
    durationS,
    picturesPerSecond: stepS > 0 ? 1 / stepS : 0,
    isCutOff: durationS <= maxS && readS < WHOLE_SHARE * reader.durationS,
  };
}

function areaOf({ widthPx, heightPx }: FilmSize): number {
  return widthPx * heightPx;
}

/** The mean of those near the median: containers round times, and pauses are no steps. */
function usualStep(times: readonly number[]): number {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const moving = steps.filter((step) => step > 0).toSorted((a, b) => a - b);
  const median = moving[moving.length >> 1] ?? 0;
  const usual = moving.filter((step) => Math.abs(step - median) <= 0.5 * median);
  return usual.reduce((sum, step) => sum + step, 0) / Math.max(1, usual.length);
}
