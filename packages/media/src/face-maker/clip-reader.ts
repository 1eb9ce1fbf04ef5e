import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileOnDisk } from '../codecs/film-module.ts';
import { type FilmFrame, type FilmPictures, FilmReader } from '../codecs/film-reader.ts';
import { InputError } from './input-error.ts';

/** What a clip's header says. Sizes are those of the upright picture. */
export type Clip = {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** How the stored picture is turned to stand upright: filters, each followed by a comma. */
  readonly turn: string;
  /** Pictures per second that are read: every one of a usual clip, every second one of a fast one. */
  readonly pictureRate: number;
  /** What the header promises; 0 when it does not say. */
  readonly durationS: number;
};

const MIN_CLIP_S = 2;
const MAX_CLIP_S = 120;
const MAX_BYTES = 1024 ** 3;
const MAX_SIDE_PX = 4096;
/** Containers of films: no playlists, which could name other files or addresses. */
const CONTAINERS = ['mov', 'matroska'];
/** Clips of 20 to 33 pictures per second are shown picture by picture: slightly slower or faster, without a stutter. */
const SLOWEST_RATE = 20;
const FASTEST_RATE = 33;
const USUAL_RATE = 25;
/** A header's duration counts whole pictures and is rounded. */
const DURATION_SLACK_S = 0.1;
/** Other work gets its turn after this many pictures. */
const PICTURES_PER_TURN = 4;

/** Reads the header alone: files that are too long or too large are refused before any picture is decoded. */
export async function openClip(path: string): Promise<Clip> {
  if ((await stat(path)).size > MAX_BYTES) throw new InputError('too-large');
  const reader = await openReader(path);
  try {
    const pictures = requirePictures(reader);
    const { widthPx: width, heightPx: height } = pictures;
    if (width < 16 || height < 16) throw new InputError('corrupt');
    if (Math.max(width, height) > MAX_SIDE_PX) throw new InputError('too-large');
    const { durationS } = reader;
    if (durationS > MAX_CLIP_S + DURATION_SLACK_S) throw new InputError('too-long');
    if (durationS > 0 && durationS < MIN_CLIP_S - DURATION_SLACK_S) throw new InputError('too-short');
    const quarters = quarterTurns(pictures.matrix);
    const isLying = quarters % 2 === 1;
    return {
      path,
      widthPx: isLying ? height : width,
      heightPx: isLying ? width : height,
      turn: ['', 'transpose=clock,', 'hflip,vflip,', 'transpose=cclock,'][quarters] ?? '',
      pictureRate: pictureRate(pictures.picturesPerSecond),
      durationS,
    };
  } finally {
    reader.close();
  }
}

/**
 * Decodes the clip one picture at a time through filters. The bytes are valid until the next picture is asked for.
 * Throws `InputError` when the file is damaged or longer than it says.
 */
export async function* readPictures(clip: Clip, filters: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  let count = 0;
  const reader = await openReader(clip.path);
  try {
    requirePictures(reader);
    const frames = reader.frames(`fps=${clip.pictureRate},${clip.turn}${filters}`, refuseFarTimes);
    for (let frame = nextFrame(frames); frame !== undefined; frame = nextFrame(frames)) {
      signal?.throwIfAborted();
      if (count >= (MAX_CLIP_S + DURATION_SLACK_S) * clip.pictureRate) throw new InputError('too-long');
      count += 1;
      yield frame.bytes;
      if (count % PICTURES_PER_TURN === 0) await nextTurn();
    }
  } finally {
    reader.close();
  }
  const promisedS = Math.max(MIN_CLIP_S, clip.durationS);
  if (clip.durationS > 0 && count < 0.8 * promisedS * clip.pictureRate) throw new InputError('corrupt');
  if (count < (MIN_CLIP_S - DURATION_SLACK_S) * clip.pictureRate) throw new InputError('too-short');
}

/** Files may be longer than their header says, or not say it. */
function refuseFarTimes(timeS: number): void {
  if (timeS > MAX_CLIP_S + DURATION_SLACK_S) throw new InputError('too-long');
}

function nextFrame(frames: Generator<FilmFrame, undefined>): FilmFrame | undefined {
  try {
    return frames.next().value;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('corrupt', { cause: error });
  }
}

async function openReader(path: string): Promise<FilmReader> {
  try {
    return await FilmReader.open(fileOnDisk(path, 'read'), CONTAINERS);
  } catch (error) {
    throw new InputError('corrupt', { cause: error });
  }
}

function requirePictures(reader: FilmReader): FilmPictures {
  const pictures = reader.pictures();
  if (pictures === null) throw new InputError('not-a-video');
  return pictures;
}

/** `rate` is 0 when the header does not say. */
function pictureRate(rate: number): number {
  if (rate < SLOWEST_RATE) return USUAL_RATE;
  const every = rate <= FASTEST_RATE ? 1 : Math.round(rate / USUAL_RATE);
  const taken = rate / every;
  return taken > FASTEST_RATE || taken < SLOWEST_RATE ? USUAL_RATE : taken;
}

/** Clockwise quarter turns of the display matrix: nine 32-bit fixed-point numbers, row by row (ISO 14496-12, 8.2.2). */
function quarterTurns(matrix: Buffer | null): number {
  if (matrix === null) return 0;
  const angle = Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0));
  return (((Math.round(angle / (Math.PI / 2)) % 4) + 4) % 4) as 0 | 1 | 2 | 3;
}
