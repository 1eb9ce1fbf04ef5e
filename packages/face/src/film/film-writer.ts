import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CodedPicture, FilmPackets, fileOnDisk, PictureEncoder } from '@visavis/media/codecs';
import { closeAll, FRAME_INTERVAL_MS, FRAMES_PER_SECOND, type Picture } from '@visavis/media/core';

/** H.264's quantiser: no loss is visible at half a megapixel. */
const VIDEO_QUALITY = 22;
const AUDIO_BITRATE = 128_000;
/** A player may begin here. */
const KEY_FRAME_EVERY = 2 * FRAMES_PER_SECOND;

export type FilmOptions = {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Left out: a film without sound. */
  readonly sampleRateHz?: number;
  /** H.264's quantiser from 0 to 51; smaller is better. */
  readonly quality?: number;
};

/** Writes an MP4 file: H.264 by OpenH264 at 25 pictures per second, and AAC. Pictures and sound are given in step. */
export class FilmWriter {
  readonly #film: FilmPackets;
  readonly #encoder: PictureEncoder;
  readonly #options: FilmOptions;
  #pictureTrack = -1;
  #soundTrack: number | null = null;
  #pictureCount = 0;
  /** Sound given before the first picture, which the film's head waits for. */
  #waitingSound: Int16Array[] = [];
  #isClosed = false;

  static async open(options: FilmOptions): Promise<FilmWriter> {
    const { widthPx, heightPx, quality = VIDEO_QUALITY } = options;
    const encoder = await PictureEncoder.open({ codec: 'h264', widthPx, heightPx, rate: { quantiser: quality } });
    try {
      return new FilmWriter(options, await FilmPackets.open(fileOnDisk(options.path, 'write'), 'mp4'), encoder);
    } catch (error) {
      encoder.close();
      throw error;
    }
  }

  private constructor(options: FilmOptions, film: FilmPackets, encoder: PictureEncoder) {
    this.#options = options;
    this.#film = film;
    this.#encoder = encoder;
  }

  async addPicture(picture: Picture): Promise<void> {
    const coded = this.#encoder.encode(picture, this.#pictureCount % KEY_FRAME_EVERY === 0);
    if (coded === null) throw new Error('The film could not take a picture.');
    if (this.#pictureTrack < 0) this.#begin(coded);
    const atMs = this.#pictureCount * FRAME_INTERVAL_MS;
    this.#film.writePacket(this.#pictureTrack, coded.data, atMs, FRAME_INTERVAL_MS, coded.isKeyFrame);
    this.#pictureCount += 1;
    await nextTurn();
  }

  /** PCM16 mono. */
  async addSound(pcm: Int16Array): Promise<void> {
    if (this.#options.sampleRateHz === undefined) throw new Error('This film has no sound.');
    if (this.#soundTrack === null) this.#waitingSound.push(pcm.slice());
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

  /** The container's head holds what the first key frame begins with. */
  #begin(first: CodedPicture): void {
    const { widthPx, heightPx, sampleRateHz } = this.#options;
    this.#pictureTrack = this.#film.addPictures({
      codec: 'h264',
      widthPx,
      heightPx,
      ticksPerSecond: FRAMES_PER_SECOND * 512,
      picturesPerSecond: FRAMES_PER_SECOND,
      head: first.data,
    });
    if (sampleRateHz !== undefined) this.#soundTrack = this.#film.addAac(sampleRateHz, AUDIO_BITRATE);
    this.#film.begin({ movflags: '+faststart' });
    for (const pcm of this.#waitingSound.splice(0)) this.#film.writeSound(pcm);
  }
}
