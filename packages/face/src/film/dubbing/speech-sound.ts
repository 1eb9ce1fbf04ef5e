import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FilmFrame, FilmReader, fileOnDisk } from '@visavis/media/codecs';
import { type Articulation, type PhoneTiming, Resampler, WIRE_SAMPLE_RATE_HZ } from '@visavis/media/core';
import { ArticulationTrack, loadArticulationNetwork, PcmQueue } from '@visavis/media/visemes';
import { SPEECH_CONTAINERS, SpeechError } from '../read-speech.ts';

/** Of the film's sound. */
export const FILM_SAMPLE_RATE_HZ = 48_000;
const MAX_SPEECH_S = 30 * 60;
const MAX_FILE_BYTES = 2 * 1024 ** 3;
const TOO_LONG = 'The speech is longer than 30 minutes or its file larger than 2 GB. Cut it into pieces.';
/** Of its channels: mono, or left and right. */
export type SoundChannels = 1 | 2;

/** FFmpeg's, for what films are made of: PCM16. What has more channels is mixed into so many. */
export function filmSoundFilter(channels: SoundChannels): string {
  const layout = channels === 1 ? 'mono' : 'stereo';
  return `aformat=sample_fmts=s16:sample_rates=${FILM_SAMPLE_RATE_HZ}:channel_layouts=${layout}`;
}

const FILTER = `aresample,${filmSoundFilter(1)}`;
/** Decoded ahead of the picture that is drawn: what the articulation network wants to have heard, and more. */
const AHEAD_S = 1;
/** Other work gets its turn after this many pieces of sound. */
const PIECES_PER_TURN = 64;

export type SpeechOptions = {
  readonly phones?: readonly PhoneTiming[] | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * The speech of a film, decoded as it is needed: PCM16 mono for the film's sound, and what the mouth does to it. Holds
 * about a second of it, however long it is.
 */
export class SpeechSound {
  readonly durationS: number;
  readonly #reader: FilmReader;
  readonly #pieces: Generator<FilmFrame, undefined>;
  readonly #track: ArticulationTrack;
  readonly #resampler = new Resampler(FILM_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ);
  readonly #waiting = new PcmQueue();
  #decodedCount = 0;
  #isOver = false;

  /**
   * Decodes the file once to learn its length. `phones`: what is said in it, where that is known; elsewhere the mouth follows the sound
   * alone. Throws `SpeechError`; errors of the file system pass through.
   */
  static async open(path: string, { phones = [], signal }: SpeechOptions = {}): Promise<SpeechSound> {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw new SpeechError('too-long', { sentence: TOO_LONG });
    const durationS = await measureSpeech(path, { signal });
    const track = new ArticulationTrack({ network: await loadArticulationNetwork() });
    track.appendPhones(phones);
    return new SpeechSound(await openReader(path), durationS, track);
  }

  private constructor(reader: FilmReader, durationS: number, track: ArticulationTrack) {
    this.#reader = reader;
    this.#pieces = reader.frames(FILTER);
    this.durationS = durationS;
    this.#track = track;
  }

  /** What the mouth does at `positionMs` of the sound. Positions only grow. */
  articulationAt(positionMs: number, out: Articulation): void {
    this.#decodeUntil(positionMs / 1000 + AHEAD_S);
    this.#track.sampleAt(positionMs, out);
  }

  /** The next `count` samples; silence after the end. */
  take(count: number): Int16Array {
    this.#decodeUntil((this.#decodedCount - this.#waiting.length + count) / FILM_SAMPLE_RATE_HZ);
    const pcm = new Int16Array(count);
    this.#waiting.take(pcm);
    return pcm;
  }

  close(): void {
    this.#reader.close();
  }

  #decodeUntil(untilS: number): void {
    while (!this.#isOver && this.#decodedCount < untilS * FILM_SAMPLE_RATE_HZ) {
      const piece = this.#pieces.next().value;
      if (piece === undefined) {
        this.#isOver = true;
        this.#track.appendAudio(this.#resampler.flush());
        this.#track.finish();
        return;
      }
      const pcm = samplesOf(piece);
      this.#decodedCount += pcm.length;
      this.#waiting.push(pcm);
      this.#track.appendAudio(this.#resampler.process(pcm));
    }
  }
}

type MeasureOptions = { readonly maxS?: number; readonly sentence?: string; readonly signal?: AbortSignal | undefined };

/** Length in seconds: the file is decoded once. Throws `SpeechError`; `sentence` says that it is longer than `maxS`. */
export async function measureSpeech(
  path: string,
  { maxS = MAX_SPEECH_S, sentence = TOO_LONG, signal }: MeasureOptions = {},
): Promise<number> {
  const reader = await openReader(path);
  try {
    let [count, pieces] = [0, 0];
    for (const piece of reader.frames(FILTER)) {
      count += piece.bytes.byteLength / Int16Array.BYTES_PER_ELEMENT;
      if (count > maxS * FILM_SAMPLE_RATE_HZ) throw new SpeechError('too-long', { sentence });
      if (++pieces % PIECES_PER_TURN === 0) await nextTurn();
      signal?.throwIfAborted();
    }
    if (count === 0) throw new SpeechError('silent-file');
    return count / FILM_SAMPLE_RATE_HZ;
  } catch (error) {
    if (error instanceof SpeechError || signal?.aborted) throw error;
    throw new SpeechError('not-audio', { cause: error });
  } finally {
    reader.close();
  }
}

async function openReader(path: string): Promise<FilmReader> {
  const reader = await FilmReader.open(fileOnDisk(path, 'read'), SPEECH_CONTAINERS).catch((error: unknown) => {
    throw new SpeechError('not-audio', { cause: error });
  });
  if (reader.sound() !== null) return reader;
  reader.close();
  throw new SpeechError('not-audio');
}

export function samplesOf({ bytes }: FilmFrame): Int16Array {
  const pcm = new Int16Array(bytes.byteLength / Int16Array.BYTES_PER_ELEMENT);
  new Uint8Array(pcm.buffer).set(bytes);
  return pcm;
}
