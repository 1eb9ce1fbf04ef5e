import type { CodedPicture, PictureEncoderOptions } from '@visavis/media/codecs';
import { closeAll, type Picture } from '@visavis/media/core';
import type { FilmFormat, FilmQuality } from '@visavis/protocol';
import { pictureRate, soundBitsPerSecond } from '../film-quality.ts';
import { FilmTracks, PICTURE_CODECS } from '../film-tracks.ts';
import type { EncoderTask } from './encoder-thread.ts';
import { type PictureRate, pictureMs } from './film-clip.ts';
import { PictureRing } from './picture-ring.ts';
import { FILM_SAMPLE_RATE_HZ } from './speech-sound.ts';
import { ThreadCalls } from './thread-calls.ts';

export type DubWriterOptions = {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rate: PictureRate;
  /** `mp4` when left out. */
  readonly format?: FilmFormat | undefined;
  /** `high` when left out. */
  readonly quality?: FilmQuality | undefined;
};

/** A player may begin here. */
const KEY_FRAME_EVERY_S = 4;
const SILENT = new Int16Array(0);
/** Pictures that wait for the encoder. */
const MOST_WAITING = 3;

/**
 * Writes a film at the clip's own rate: H.264 by OpenH264 and AAC into an MP4, or VP8 by libvpx and Opus into a WebM. Pictures are
 * coded on a thread of their own while the next one is drawn.
 */
export class DubWriter {
  readonly #film: FilmTracks;
  readonly #encoder: ThreadCalls<EncoderTask, CodedPicture | null>;
  readonly #stepMs: number;
  readonly #keyEvery: number;
  readonly #ring: PictureRing;
  readonly #waiting: Promise<void>[] = [];
  #pictureCount = 0;

  /** Makes the file at once. */
  static async open(options: DubWriterOptions): Promise<DubWriter> {
    const { path, widthPx, heightPx, rate, format = 'mp4', quality = 'high' } = options;
    const film = await FilmTracks.open({
      ...{ path, format, widthPx, heightPx, ticksPerSecond: rate.ticksPerSecond },
      ...{ sampleRateHz: FILM_SAMPLE_RATE_HZ, soundBitsPerSecond: soundBitsPerSecond(format, quality) },
    });
    const picturesPerSecond = 1000 / pictureMs(rate);
    const encoder = new ThreadCalls<EncoderTask, CodedPicture | null>(
      new URL('./encoder-thread.ts', import.meta.url),
      'film-encoder',
    );
    const settings: PictureEncoderOptions = {
      codec: PICTURE_CODECS[format],
      widthPx,
      heightPx,
      rate: pictureRate(format, quality, { widthPx, heightPx, picturesPerSecond }),
      picturesPerSecond,
    };
    const writer = new DubWriter(options, film, encoder);
    try {
      await encoder.call({ kind: 'open', options: settings });
      return writer;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  private constructor(
    options: DubWriterOptions,
    film: FilmTracks,
    encoder: ThreadCalls<EncoderTask, CodedPicture | null>,
  ) {
    this.#film = film;
    this.#encoder = encoder;
    this.#stepMs = pictureMs(options.rate);
    this.#keyEvery = Math.max(1, Math.round((1000 * KEY_FRAME_EVERY_S) / this.#stepMs));
    // One is drawn while the others wait.
    this.#ring = new PictureRing(options.widthPx, options.heightPx, MOST_WAITING);
  }

  /** Memory for the next picture, to be given back by `addPicture` before the next is asked for. */
  memory(): Uint8Array {
    return this.#ring.next();
  }

  /** A picture in `memory`, and the sound (PCM16 mono) that is heard with it. Resolves when there is room for the next one. */
  async addPicture(picture: Picture, sound: Int16Array = SILENT): Promise<void> {
    const index = this.#pictureCount++;
    const coded = this.#encoder.call({ kind: 'encode', picture, isKeyFrame: index % this.#keyEvery === 0 });
    const written = coded.then((result) => this.#write(result as CodedPicture, index, sound));
    // It is awaited below, after others or never.
    written.catch(() => {});
    this.#waiting.push(written);
    if (this.#waiting.length >= MOST_WAITING) await this.#waiting.shift();
  }

  /** Writes what is still held and completes the file. */
  async finish(): Promise<void> {
    for (const written of this.#waiting.splice(0)) await written;
    this.#film.end();
    await this.close();
  }

  /** Without `finish` before it the file is incomplete. */
  async close(): Promise<void> {
    await this.#encoder.close();
    closeAll(this.#film);
  }

  #write({ data, isKeyFrame }: CodedPicture, index: number, sound: Int16Array): void {
    this.#film.writePicture(data, index * this.#stepMs, this.#stepMs, isKeyFrame);
    if (sound.length > 0) this.#film.writeSound(sound);
  }
}
