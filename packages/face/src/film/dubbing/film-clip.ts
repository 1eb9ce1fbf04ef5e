import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FilmFrame, type FilmSize, surveyFilm } from '@visavis/media/codecs';
import type { Picture } from '@visavis/media/core';
import type { FilmOutput } from '@visavis/protocol';
import { decoding, openReader, requirePictures } from '../../clip/clip-reader.ts';
import { InputError } from '../../input-error.ts';
import { fitsCodec, sizeOfFilm } from '../film-size.ts';
import { type ColourMatrix, keepingMatrix, matrixOf, toBt601 } from './film-colours.ts';

/** Pictures per second as a fraction, so that 30000/1001 stays what it is over half an hour. */
export type PictureRate = { readonly ticksPerSecond: number; readonly ticksPerPicture: number };

/** A user's clip, as a player shows it: upright, with square pixels, even sides, and in the size of its film. */
export type FilmClip = {
  readonly path: string;
  /** The sides as a player shows them; of odd ones the last row or column is left out of the film. */
  readonly shown: FilmSize;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Pixels of the film for each that is shown. */
  readonly scale: number;
  readonly rate: PictureRate;
  /** Of the pictures; sound may go on. */
  readonly durationS: number;
  /** In which its pictures come; those that are read here are in BT.601. */
  readonly matrix: ColourMatrix;
};

const MAX_FILM_S = 30 * 60;
const MIN_FILM_S = 0.2;
const MAX_BYTES = 8 * 1024 ** 3;
const MIN_SIDE_PX = 64;
const MAX_SIDE_PX = 4096;
const SENTENCES = {
  'too-large':
    'This clip is too large: films may have 4096 pixels a side, 9 megapixels and 8 GB. Save a smaller copy and retry.',
  'too-long': 'This clip is longer than 30 minutes. Cut it into pieces.',
  'too-short': 'This clip is shorter than a fifth of a second. Choose a longer one.',
  'face-too-small':
    'The pictures of this clip are smaller than 64 pixels a side: no face can be followed in them. Choose a larger copy.',
} as const;
const DURATION_SLACK_S = 0.5;
/** A clip whose pictures come more slowly or faster is shown at these rates. */
const SLOWEST_RATE = 5;
const FASTEST_RATE = 120;
const USUAL_RATE = 25;
/** Containers round times: a rate this near to a usual one is that one. */
const SAME_RATE = 0.004;
const TICKS = 1000;
/** Other work gets its turn after this many pictures. */
const PICTURES_PER_TURN = 2;

/** Looks through the file without decoding more than key pictures. Throws `InputError` and `FilmOptionError`. */
export async function openFilmClip(path: string, output: FilmOutput = {}): Promise<FilmClip> {
  if ((await stat(path)).size > MAX_BYTES) throw refusal('too-large');
  const reader = await openReader(path);
  try {
    const pictures = requirePictures(reader);
    const survey = decoding(() => surveyFilm(reader, pictures, MAX_FILM_S + DURATION_SLACK_S));
    if (survey.durationS > MAX_FILM_S + DURATION_SLACK_S) throw refusal('too-long');
    const shown = { widthPx: survey.widthPx, heightPx: survey.heightPx };
    const own = sizeOfFilm(shown, {});
    // Not one of its pictures is there.
    if (own.widthPx === 0) throw new InputError('corrupt');
    if (Math.min(own.widthPx, own.heightPx) < MIN_SIDE_PX) throw refusal('face-too-small');
    if (Math.max(own.widthPx, own.heightPx) > MAX_SIDE_PX || !fitsCodec(own)) throw refusal('too-large');
    if (survey.durationS < MIN_FILM_S) throw survey.isCutOff ? new InputError('corrupt') : refusal('too-short');
    const size = sizeOfFilm(shown, output);
    const scale = isWhole(size, own) ? 1 : size.widthPx / shown.widthPx;
    const { picturesPerSecond, durationS } = survey;
    return { path, shown, ...size, scale, rate: rateOf(picturesPerSecond), durationS, matrix: await readMatrix(path) };
  } finally {
    reader.close();
  }
}

async function readMatrix(path: string): Promise<ColourMatrix> {
  const reader = await openReader(path);
  try {
    requirePictures(reader);
    return decoding(() => matrixOf(reader));
  } finally {
    reader.close();
  }
}

export function pictureMs({ ticksPerSecond, ticksPerPicture }: PictureRate): number {
  return (1000 * ticksPerPicture) / ticksPerSecond;
}

type ReadingOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Where the next picture is put; new memory for each when left out. */
  readonly store?: () => Uint8Array;
};

/**
 * Decodes the clip one picture at a time, evenly at its rate: pictures of a variable rate are shown again or left out by
 * their times. Every picture is a copy in BT.601 and limited range that the caller may write on. Throws `InputError` when the file is damaged.
 */
export async function* readFilmPictures(
  clip: FilmClip,
  { signal, store }: ReadingOptions = {},
): AsyncGenerator<Picture, undefined> {
  const { widthPx: width, heightPx: height, rate, matrix } = clip;
  const most = Math.ceil(((MAX_FILM_S + DURATION_SLACK_S) * rate.ticksPerSecond) / rate.ticksPerPicture);
  const reader = await openReader(clip.path);
  try {
    requirePictures(reader);
    reader.showAt(clip.shown);
    const isOdd = width !== clip.shown.widthPx || height !== clip.shown.heightPx;
    const cut = isOdd && clip.scale === 1 ? `,crop=${width}:${height}:0:0` : '';
    const sized = clip.scale === 1 ? '' : `${width}:${height}:flags=bicubic:`;
    const filters = `fps=${rate.ticksPerSecond}/${rate.ticksPerPicture},scale=${sized}${keepingMatrix(matrix)}${cut}`;
    const frames = reader.frames(filters, refuseFarTimes, store);
    const next = (): FilmFrame | undefined => decoding(() => frames.next().value);
    let count = 0;
    for (let frame = next(); frame !== undefined; frame = next()) {
      signal?.throwIfAborted();
      if (count >= most) throw refusal('too-long');
      count += 1;
      const picture = { width, height, data: frame.bytes };
      if (matrix === 'bt709') toBt601(picture);
      yield picture;
      if (count % PICTURES_PER_TURN === 0) await nextTurn();
    }
    if (count === 0) throw new InputError('corrupt');
  } finally {
    reader.close();
  }
  return undefined;
}

/** What is decoded may come later than the packets said. */
function refuseFarTimes(timeS: number): void {
  if (timeS > MAX_FILM_S + DURATION_SLACK_S) throw refusal('too-long');
}

/** Rates of television are thousand-and-first parts; others are kept to the thousandth of a picture. */
export function rateOf(picturesPerSecond: number): PictureRate {
  const known = picturesPerSecond >= SLOWEST_RATE && picturesPerSecond <= FASTEST_RATE;
  const rate = known ? picturesPerSecond : picturesPerSecond > FASTEST_RATE ? FASTEST_RATE : USUAL_RATE;
  const whole = Math.round(rate);
  const television = { ticksPerSecond: TICKS * whole, ticksPerPicture: 1001 };
  const even = { ticksPerSecond: TICKS * whole, ticksPerPicture: TICKS };
  const [toTelevision, toEven] = [television, even].map((one) => Math.abs(1000 / pictureMs(one) - rate) / rate) as [
    number,
    number,
  ];
  if (Math.min(toTelevision, toEven) > SAME_RATE) {
    return { ticksPerSecond: Math.round(TICKS * rate), ticksPerPicture: TICKS };
  }
  return toTelevision < toEven && [24, 30, 48, 60, 120].includes(whole) ? television : even;
}

function refusal(reason: keyof typeof SENTENCES): InputError {
  return new InputError(reason, { sentence: SENTENCES[reason] });
}

function isWhole(size: FilmSize, own: FilmSize): boolean {
  return size.widthPx === own.widthPx && size.heightPx === own.heightPx;
}
