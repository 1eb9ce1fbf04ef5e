import { availableParallelism } from 'node:os';
import type { CodedPicture, PictureEncoderOptions } from '@visavis/media/codecs';
import { closeAll, type Picture } from '@visavis/media/core';
import type { FilmFormat, FilmQuality } from '@visavis/protocol';
import type { FaceMesh } from '../../landmarks/face-mesh.ts';
import { pictureRate, soundBitsPerSecond } from '../film-quality.ts';
import { FilmTracks, PICTURE_CODECS } from '../film-tracks.ts';
import { type CodingPlan, planCoding } from './coding-plan.ts';
import { type PictureRate, pictureMs } from './film-clip.ts';
import { type DrawnMouth, PictureCoders } from './picture-coders.ts';
import { PictureRing } from './picture-ring.ts';
import type { SeenFace } from './seen-face.ts';
import { FILM_SAMPLE_RATE_HZ, type SoundChannels } from './speech-sound.ts';

export type DubWriterOptions = {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rate: PictureRate;
  /** `mp4` when left out. */
  readonly format?: FilmFormat | undefined;
  /** `high` when left out. */
  readonly quality?: FilmQuality | undefined;
  /** Of its sound; one when left out. */
  readonly channels?: SoundChannels;
};

const SILENT = new Int16Array(0);

/** What is added to a film: a picture in its `memory`. */
export type FilmMoment = {
  /** The mouth to draw into it. */
  readonly mouth?: DrawnMouth | undefined;
  /** PCM16 that is heard with it, a sample of each channel in turn. */
  readonly sound?: Int16Array;
  /** Told when the picture is as the film shows it, in order, before its memory is used again. */
  readonly onDrawn?: ((picture: Picture) => void) | undefined;
};

/**
 * Writes a film at the clip's own rate: H.264 by OpenH264 and AAC into an MP4, or VP8 by libvpx and Opus into a WebM. Mouths
 * are drawn and pictures coded on threads of their own while the next ones are decoded.
 */
export class DubWriter {
  readonly #film: FilmTracks;
  readonly #coders: PictureCoders;
  readonly #stepMs: number;
  readonly #mostWaiting: number;
  readonly #ring: PictureRing;
  readonly #waiting: Promise<void>[] = [];
  #pictureCount = 0;

  /** Makes the file at once. */
  static async open(options: DubWriterOptions): Promise<DubWriter> {
    const { path, widthPx, heightPx, rate, format = 'mp4', quality = 'high', channels = 1 } = options;
    const film = await FilmTracks.open({
      path,
      format,
      widthPx,
      heightPx,
      ticksPerSecond: rate.ticksPerSecond,
      sampleRateHz: FILM_SAMPLE_RATE_HZ,
      channels,
      soundBitsPerSecond: soundBitsPerSecond(format, quality, channels),
    });
    const picturesPerSecond = 1000 / pictureMs(rate);
    const settings: PictureEncoderOptions = {
      codec: PICTURE_CODECS[format],
      widthPx,
      heightPx,
      rate: pictureRate(format, quality, { widthPx, heightPx, picturesPerSecond }),
      picturesPerSecond,
    };
    const plan = planCoding(options, picturesPerSecond, availableParallelism());
    return new DubWriter(options, film, plan, new PictureCoders(plan, settings));
  }

  private constructor(options: DubWriterOptions, film: FilmTracks, plan: CodingPlan, coders: PictureCoders) {
    this.#film = film;
    this.#coders = coders;
    this.#stepMs = pictureMs(options.rate);
    this.#mostWaiting = plan.mostWaiting;
    // One is decoded while the others wait.
    this.#ring = new PictureRing(options.widthPx, options.heightPx, plan.mostWaiting);
  }

  /** Memory for the next picture, to be given back by `addPicture` before the next is asked for. */
  memory(): Uint8Array {
    return this.#ring.next();
  }

  /** Has one of the threads that will code look at a face, before the first picture is added. The picture's memory is shared. */
  lookAtFace(picture: Picture, mesh: FaceMesh): Promise<SeenFace> {
    return this.#coders.lookAtFace(picture, mesh);
  }

  /** Resolves when there is room for the next one. */
  async addPicture(picture: Picture, { mouth, sound = SILENT, onDrawn }: FilmMoment = {}): Promise<void> {
    const index = this.#pictureCount++;
    const before = this.#waiting.at(-1);
    const written = this.#coders.code(picture, mouth).then(async (coded) => {
      // In the order of the film, however soon each is coded.
      await before;
      onDrawn?.(picture);
      this.#write(coded, index, sound);
    });
    // It is awaited below, after others or never.
    written.catch(() => {});
    this.#waiting.push(written);
    if (this.#waiting.length >= this.#mostWaiting) await this.#waiting.shift();
  }

  /** Writes what is still held and completes the file. */
  async finish(): Promise<void> {
    for (const written of this.#waiting.splice(0)) await written;
    this.#film.end();
    await this.close();
  }

  /** Without `finish` before it the file is incomplete. */
  async close(): Promise<void> {
    await this.#coders.close();
    closeAll(this.#film);
  }

  #write({ data, isKeyFrame }: CodedPicture, index: number, sound: Int16Array): void {
    this.#film.writePicture(data, index * this.#stepMs, this.#stepMs, isKeyFrame);
    if (sound.length > 0) this.#film.writeSound(sound);
  }
}
