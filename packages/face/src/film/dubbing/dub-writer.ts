import { type CodedPicture, FilmPackets, fileOnDisk, type PictureEncoderOptions } from '@visavis/media/codecs';
import { closeAll, type Picture } from '@visavis/media/core';
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
  /** H.264's quantiser from 0 to 51; smaller is better. */
  readonly quality?: number;
};

/** What was filmed stays as it was by 45 dB and more. */
const USUAL_QUALITY = 18;
const AUDIO_BITRATE = 160_000;
/** A player may begin here. */
const KEY_FRAME_EVERY_S = 4;
const SILENT = new Int16Array(0);
/** Pictures that wait for the encoder. */
const MOST_WAITING = 3;

/**
 * Writes an MP4 file: H.264 by OpenH264 at the clip's own rate, and AAC. Pictures are coded on a thread of their own while the next
 * one is drawn.
 */
export class DubWriter {
  readonly #film: FilmPackets;
  readonly #encoder: ThreadCalls<EncoderTask, CodedPicture | null>;
  readonly #options: DubWriterOptions;
  readonly #stepMs: number;
  readonly #keyEvery: number;
  readonly #ring: PictureRing;
  readonly #waiting: Promise<void>[] = [];
  #pictureTrack = -1;
  #pictureCount = 0;

  /** Makes the file at once. */
  static async open(options: DubWriterOptions): Promise<DubWriter> {
    const { widthPx, heightPx, rate, quality = USUAL_QUALITY } = options;
    const film = await FilmPackets.open(fileOnDisk(options.path, 'write'), 'mp4');
    const encoder = new ThreadCalls<EncoderTask, CodedPicture | null>(
      new URL('./encoder-thread.ts', import.meta.url),
      'film-encoder',
    );
    const settings: PictureEncoderOptions = {
      codec: 'h264',
      widthPx,
      heightPx,
      rate: { quantiser: quality },
      picturesPerSecond: 1000 / pictureMs(rate),
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
    film: FilmPackets,
    encoder: ThreadCalls<EncoderTask, CodedPicture | null>,
  ) {
    this.#options = options;
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
    if (this.#pictureTrack < 0) this.#begin(data);
    this.#film.writePacket(this.#pictureTrack, data, index * this.#stepMs, this.#stepMs, isKeyFrame);
    if (sound.length > 0) this.#film.writeSound(sound);
  }

  /** The container's head holds what the first key frame begins with. */
  #begin(head: Uint8Array): void {
    const { widthPx, heightPx, rate } = this.#options;
    this.#pictureTrack = this.#film.addPictures({
      codec: 'h264',
      widthPx,
      heightPx,
      ticksPerSecond: rate.ticksPerSecond,
      head,
    });
    this.#film.addAac(FILM_SAMPLE_RATE_HZ, AUDIO_BITRATE);
    this.#film.begin({ movflags: '+faststart' });
  }
}
