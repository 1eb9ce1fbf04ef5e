import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CodedPicture, FilmPackets, fileOnDisk, PictureEncoder } from '@visavis/media/codecs';
import { closeAll, type Picture } from '@visavis/media/core';
import { type PictureRate, pictureMs } from './film-clip.ts';
import { FILM_SAMPLE_RATE_HZ } from './speech-sound.ts';

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

/** Writes an MP4 file: H.264 by OpenH264 at the clip's own rate, and AAC. Pictures and sound are given in step. */
export class DubWriter {
  readonly #film: FilmPackets;
  readonly #encoder: PictureEncoder;
  readonly #options: DubWriterOptions;
  readonly #stepMs: number;
  readonly #keyEvery: number;
  #pictureTrack = -1;
  #pictureCount = 0;

  static async open(options: DubWriterOptions): Promise<DubWriter> {
    const { widthPx, heightPx, rate, quality = USUAL_QUALITY } = options;
    const picturesPerSecond = 1000 / pictureMs(rate);
    const encoder = await PictureEncoder.open({
      codec: 'h264',
      widthPx,
      heightPx,
      rate: { quantiser: quality },
      picturesPerSecond,
    });
    try {
      return new DubWriter(options, await FilmPackets.open(fileOnDisk(options.path, 'write'), 'mp4'), encoder);
    } catch (error) {
      encoder.close();
      throw error;
    }
  }

  private constructor(options: DubWriterOptions, film: FilmPackets, encoder: PictureEncoder) {
    this.#options = options;
    this.#film = film;
    this.#encoder = encoder;
    this.#stepMs = pictureMs(options.rate);
    this.#keyEvery = Math.max(1, Math.round((1000 * KEY_FRAME_EVERY_S) / this.#stepMs));
  }

  async addPicture(picture: Picture): Promise<void> {
    const coded = this.#encoder.encode(picture, this.#pictureCount % this.#keyEvery === 0);
    if (coded === null) throw new Error('The film could not take a picture.');
    if (this.#pictureTrack < 0) this.#begin(coded);
    const atMs = this.#pictureCount * this.#stepMs;
    this.#film.writePacket(this.#pictureTrack, coded.data, atMs, this.#stepMs, coded.isKeyFrame);
    this.#pictureCount += 1;
    await nextTurn();
  }

  /** PCM16 mono, after the picture that it is heard with. */
  addSound(pcm: Int16Array): void {
    this.#film.writeSound(pcm);
  }

  /** Writes what is still held and completes the file. */
  async finish(): Promise<void> {
    this.#film.end();
    this.close();
  }

  /** Without `finish` before it the file is incomplete. */
  close(): void {
    closeAll(this.#encoder, this.#film);
  }

  /** The container's head holds what the first key frame begins with. */
  #begin(first: CodedPicture): void {
    const { widthPx, heightPx, rate } = this.#options;
    this.#pictureTrack = this.#film.addPictures({
      codec: 'h264',
      widthPx,
      heightPx,
      ticksPerSecond: rate.ticksPerSecond,
      head: first.data,
    });
    this.#film.addAac(FILM_SAMPLE_RATE_HZ, AUDIO_BITRATE);
    this.#film.begin({ movflags: '+faststart' });
  }
}
