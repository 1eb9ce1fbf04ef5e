import { setImmediate as nextTurn } from 'node:timers/promises';
import { PictureEncoder, type PictureEncoderOptions } from '@visavis/media/codecs';
import { closeAll, FRAME_INTERVAL_MS, FRAMES_PER_SECOND, type Picture } from '@visavis/media/core';
import type { FilmFormat } from '@visavis/protocol';
import { FilmTracks, PICTURE_CODECS } from './film-tracks.ts';

/** H.264's quantiser: no loss is visible at half a megapixel. */
const VIDEO_QUALITY = { quantiser: 22 };
const AUDIO_BITRATE = 128_000;
/** A player may begin here. */
const KEY_FRAME_EVERY = 2 * FRAMES_PER_SECOND;

export type FilmOptions = {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Left out: a film without sound. */
  readonly sampleRateHz?: number;
  /** `mp4` when left out. */
  readonly format?: FilmFormat;
  /** How pictures are coded; without visible loss into an MP4 when left out. */
  readonly rate?: PictureEncoderOptions['rate'];
};

/** Writes a film of 25 pictures per second: H.264 and AAC into an MP4, or VP8 and Opus into a WebM. Pictures and sound are given in step. */
export class FilmWriter {
  readonly #film: FilmTracks;
  readonly #encoder: PictureEncoder;
  readonly #options: FilmOptions;
  #pictureCount = 0;
  /** Sound given before the first picture, which the film's head waits for. */
  #waitingSound: Int16Array[] = [];
  #isClosed = false;

  static async open(options: FilmOptions): Promise<FilmWriter> {
    const { path, widthPx, heightPx, format = 'mp4', rate = VIDEO_QUALITY, sampleRateHz } = options;
    const encoder = await PictureEncoder.open({ codec: PICTURE_CODECS[format], widthPx, heightPx, rate });
    try {
      const film = await FilmTracks.open({
        path,
        format,
        widthPx,
        heightPx,
        soundBitsPerSecond: AUDIO_BITRATE,
        ticksPerSecond: FRAMES_PER_SECOND * 512,
        picturesPerSecond: FRAMES_PER_SECOND,
        ...(sampleRateHz !== undefined && { sampleRateHz }),
      });
      return new FilmWriter(options, film, encoder);
    } catch (error) {
      encoder.close();
      throw error;
    }
  }

  private constructor(options: FilmOptions, film: FilmTracks, encoder: PictureEncoder) {
    this.#options = options;
    this.#film = film;
    this.#encoder = encoder;
  }

  async addPicture(picture: Picture): Promise<void> {
    const coded = this.#encoder.encode(picture, this.#pictureCount % KEY_FRAME_EVERY === 0);
    if (coded === null) throw new Error('The film could not take a picture.');
    const atMs = this.#pictureCount * FRAME_INTERVAL_MS;
    this.#film.writePicture(coded.data, atMs, FRAME_INTERVAL_MS, coded.isKeyFrame);
    this.#pictureCount += 1;
    for (const pcm of this.#waitingSound.splice(0)) this.#film.writeSound(pcm);
    await nextTurn();
  }

  /** PCM16 mono. */
  async addSound(pcm: Int16Array): Promise<void> {
    if (this.#options.sampleRateHz === undefined) throw new Error('This film has no sound.');
    if (this.#pictureCount === 0) this.#waitingSound.push(pcm.slice());
    else this.#film.writeSound(pcm);
  }

  /** Writes what is still held and completes the file. */
  async finish(): Promise<void> {
    this.#film.end();
    await this.close();
  }

  /** Without `finish` before it the file is incomplete. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeAll(this.#encoder, this.#film);
  }
}
