import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Demuxer } from 'node-av/api';
import { AV_LOG_FATAL, AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import { type Frame, Log, type Stream } from 'node-av/lib';
import { decodeFilm } from '../frames/decode-film.ts';
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
const CONTAINERS = 'mov,matroska';
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
  Log.setLevel(AV_LOG_FATAL);
  if ((await stat(path)).size > MAX_BYTES) throw new InputError('too-large');
  const demuxer = openDemuxer(path);
  try {
    const stream = requireVideo(demuxer);
    const { width, height } = stream.codecpar;
    if (width < 16 || height < 16) throw new InputError('corrupt');
    if (Math.max(width, height) > MAX_SIDE_PX) throw new InputError('too-large');
    const durationS = demuxer.duration;
    if (durationS > MAX_CLIP_S + DURATION_SLACK_S) throw new InputError('too-long');
    if (durationS > 0 && durationS < MIN_CLIP_S - DURATION_SLACK_S) throw new InputError('too-short');
    const quarters = quarterTurns(stream);
    const isLying = quarters % 2 === 1;
    return {
      path,
      widthPx: isLying ? height : width,
      heightPx: isLying ? width : height,
      turn: ['', 'transpose=clock,', 'hflip,vflip,', 'transpose=cclock,'][quarters] ?? '',
      pictureRate: pictureRate(stream),
      durationS,
    };
  } finally {
    demuxer.closeSync();
  }
}

/**
 * Decodes the clip one picture at a time through filters. The bytes are valid until the next picture is asked for.
 * Throws `InputError` when the file is damaged or longer than it says.
 */
export async function* readPictures(clip: Clip, filters: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  let count = 0;
  const frames = decodeFilm(openDemuxer(clip.path), `fps=${clip.pictureRate},${clip.turn}${filters}`, refuseFarTimes);
  try {
    for (let frame = nextFrame(frames); frame !== undefined; frame = nextFrame(frames)) {
      signal?.throwIfAborted();
      if (count >= (MAX_CLIP_S + DURATION_SLACK_S) * clip.pictureRate) throw new InputError('too-long');
      count += 1;
      yield frame.toBuffer();
      if (count % PICTURES_PER_TURN === 0) await nextTurn();
    }
  } finally {
    frames.return(undefined);
  }
  const promisedS = Math.max(MIN_CLIP_S, clip.durationS);
  if (clip.durationS > 0 && count < 0.8 * promisedS * clip.pictureRate) throw new InputError('corrupt');
  if (count < (MIN_CLIP_S - DURATION_SLACK_S) * clip.pictureRate) throw new InputError('too-short');
}

/** Files may be longer than their header says, or not say it. */
function refuseFarTimes(timeS: number): void {
  if (timeS > MAX_CLIP_S + DURATION_SLACK_S) throw new InputError('too-long');
}

function nextFrame(frames: Generator<Frame, undefined>): Frame | undefined {
  try {
    return frames.next().value;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('corrupt', { cause: error });
  }
}

function openDemuxer(path: string): Demuxer {
  try {
    return Demuxer.openSync(path, { options: { format_whitelist: CONTAINERS, protocol_whitelist: 'file' } });
  } catch (error) {
    throw new InputError('corrupt', { cause: error });
  }
}

function requireVideo(demuxer: Demuxer): Stream {
  const stream = demuxer.video();
  if (stream === undefined) throw new InputError('not-a-video');
  return stream;
}

function pictureRate(stream: Stream): number {
  const { num, den } = stream.avgFrameRate;
  const rate = den > 0 && num > 0 ? num / den : USUAL_RATE;
  if (rate < SLOWEST_RATE) return USUAL_RATE;
  const every = rate <= FASTEST_RATE ? 1 : Math.round(rate / USUAL_RATE);
  const taken = rate / every;
  return taken > FASTEST_RATE || taken < SLOWEST_RATE ? USUAL_RATE : taken;
}

/** Clockwise quarter turns of the display matrix: nine 32-bit fixed-point numbers, row by row (ISO 14496-12, 8.2.2). */
function quarterTurns(stream: Stream): number {
  const matrix = stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  if (matrix === null || matrix.length < 36) return 0;
  const angle = Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0));
  return (((Math.round(angle / (Math.PI / 2)) % 4) + 4) % 4) as 0 | 1 | 2 | 3;
}
