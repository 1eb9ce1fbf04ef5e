import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type FilmFrame,
  type FilmPictures,
  FilmReader,
  type FilmSize,
  fileOnDisk,
  surveyFilm,
  UnknownCodecError,
} from '@visavis/media/codecs';
import { InputError } from '../input-error.ts';

/** What a clip's pictures are, as a player shows them. */
export type Clip = FilmSize & {
  readonly path: string;
  /** Pictures per second that are read: every one of a usual clip, every second one of a fast one. */
  readonly pictureRate: number;
  /** Of the pictures; sound may go on. */
  readonly durationS: number;
};

const MIN_CLIP_S = 2;
const MAX_CLIP_S = 120;
const MAX_BYTES = 1024 ** 3;
const MIN_SIDE_PX = 16;
const MAX_SIDE_PX = 4096;
/** Containers of films: no playlists, which could name other files or addresses. */
const FILM_CONTAINERS = ['mov', 'matroska', 'avi', 'gif'];
/** Clips of 20 to 33 pictures per second are shown picture by picture: slightly slower or faster, without a stutter. */
const SLOWEST_RATE = 20;
const FASTEST_RATE = 33;
const USUAL_RATE = 25;
/** A clip's length counts whole pictures, and containers round times. */
const DURATION_SLACK_S = 0.1;
/** Other work gets its turn after this many pictures. */
const PICTURES_PER_TURN = 4;

/**
 * Looks through the file without decoding more than key pictures: what is too long, short or large is
 * refused. Of a file that is cut off the part that is there counts, as in a player.
 */
export async function openClip(path: string): Promise<Clip> {
  if ((await stat(path)).size > MAX_BYTES) throw new InputError('too-large');
  const reader = await openReader(path);
  try {
    const pictures = requirePictures(reader);
    const survey = decoding(() => surveyFilm(reader, pictures, MAX_CLIP_S + DURATION_SLACK_S));
    const { widthPx, heightPx, durationS, picturesPerSecond } = survey;
    if (durationS > MAX_CLIP_S + DURATION_SLACK_S) throw new InputError('too-long');
    if (Math.min(widthPx, heightPx) < MIN_SIDE_PX) throw new InputError('corrupt');
    if (Math.max(widthPx, heightPx) > MAX_SIDE_PX) throw new InputError('too-large');
    if (durationS < MIN_CLIP_S - DURATION_SLACK_S) throw new InputError(survey.isCutOff ? 'corrupt' : 'too-short');
    return { path, widthPx, heightPx, pictureRate: pictureRate(picturesPerSecond), durationS };
  } finally {
    reader.close();
  }
}

/**
 * Decodes the clip one picture at a time through filters, from its first picture shown on, at `pictureRate` by the
 * pictures' own times. The bytes are valid until the next picture is asked for. Throws `InputError` when the file is
 * damaged.
 */
export async function* readPictures(clip: Clip, filters: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  let count = 0;
  const reader = await openReader(clip.path);
  try {
    requirePictures(reader);
    reader.showAt(clip);
    const frames = reader.frames(`fps=${clip.pictureRate},${filters}`, refuseFarTimes);
    const next = (): FilmFrame | undefined => decoding(() => frames.next().value);
    for (let frame = next(); frame !== undefined; frame = next()) {
      signal?.throwIfAborted();
      if (count >= (MAX_CLIP_S + DURATION_SLACK_S) * clip.pictureRate) throw new InputError('too-long');
      count += 1;
      yield frame.bytes;
      if (count % PICTURES_PER_TURN === 0) await nextTurn();
    }
  } finally {
    reader.close();
  }
  // What cannot be decoded is left out, as by players: most often the beginning, up to the first key picture.
  if (count < (MIN_CLIP_S - DURATION_SLACK_S) * clip.pictureRate) throw new InputError('corrupt');
}

/** What is decoded may come later than the packets said. */
function refuseFarTimes(timeS: number): void {
  if (timeS > MAX_CLIP_S + DURATION_SLACK_S) throw new InputError('too-long');
}

/** What goes wrong in it comes out as a damaged file. */
export function decoding<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('corrupt', { cause: error });
  }
}

/** Throws `InputError`. */
export async function openReader(path: string): Promise<FilmReader> {
  try {
    return await FilmReader.open(fileOnDisk(path, 'read'), FILM_CONTAINERS);
  } catch (error) {
    throw new InputError('corrupt', { cause: error });
  }
}

/** Chooses the pictures that a player shows. Throws `InputError` where there are none that are read here. */
export function requirePictures(reader: FilmReader): FilmPictures {
  try {
    const pictures = reader.pictures();
    if (pictures === null) throw new InputError('not-a-video');
    return pictures;
  } catch (error) {
    if (error instanceof UnknownCodecError) throw new InputError('unknown-codec', { cause: error });
    throw error;
  }
}

/** `rate` is 0 when the clip has a single picture. */
function pictureRate(rate: number): number {
  if (rate < SLOWEST_RATE) return USUAL_RATE;
  const every = rate <= FASTEST_RATE ? 1 : Math.round(rate / USUAL_RATE);
  const taken = rate / every;
  return taken > FASTEST_RATE || taken < SLOWEST_RATE ? USUAL_RATE : taken;
}
