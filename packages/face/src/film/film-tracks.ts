import { FilmPackets, fileOnDisk, OPUS_FRAME_SAMPLES, OpusEncoder, opusTrack } from '@visavis/media/codecs';
import { closeAll } from '@visavis/media/core';
import type { FilmFormat } from '@visavis/protocol';

/** As FFmpeg calls them. */
export const PICTURE_CODECS = { mp4: 'h264', webm: 'vp8' } as const;

export type FilmTracksOptions = {
  readonly path: string;
  readonly format: FilmFormat;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Units in which MP4 keeps times; WebM keeps milliseconds. */
  readonly ticksPerSecond: number;
  readonly picturesPerSecond?: number;
  /** 48,000 for WebM. Left out: a film without sound. */
  readonly sampleRateHz?: number;
  /** Of the sound; one when left out. */
  readonly channels?: 1 | 2;
  readonly soundBitsPerSecond: number;
};

/** The file of a film: pictures that are coded already, and sound (PCM16, a sample of each channel in turn), which is coded here as its format wants it. */
export class FilmTracks {
  readonly #film: FilmPackets;
  readonly #options: FilmTracksOptions;
  readonly #opus: OpusSound | null;
  #pictures = -1;

  /** Makes the file at once. */
  static async open(options: FilmTracksOptions): Promise<FilmTracks> {
    const { format, sampleRateHz, channels = 1, soundBitsPerSecond } = options;
    const film = await FilmPackets.open(fileOnDisk(options.path, 'write'), format);
    try {
      const hasOpus = format === 'webm' && sampleRateHz !== undefined;
      const opus = hasOpus ? await OpusEncoder.open({ bitrateKbps: soundBitsPerSecond / 1000, channels }) : null;
      return new FilmTracks(options, film, opus && new OpusSound(film, opus, channels));
    } catch (error) {
      film.close();
      throw error;
    }
  }

  private constructor(options: FilmTracksOptions, film: FilmPackets, opus: OpusSound | null) {
    this.#options = options;
    this.#film = film;
    this.#opus = opus;
  }

  /** The first picture is a key frame; sound is taken after it. */
  writePicture(data: Uint8Array, atMs: number, durationMs: number, isKeyFrame: boolean): void {
    if (this.#pictures < 0) this.#begin(data);
    this.#film.writePacket(this.#pictures, data, atMs, durationMs, isKeyFrame);
  }

  writeSound(pcm: Int16Array): void {
    if (this.#opus !== null) this.#opus.write(pcm);
    else this.#film.writeSound(pcm);
  }

  /** Completes the file. */
  end(): void {
    this.#opus?.finish();
    this.#film.end();
  }

  /** Without `end` before it the file is incomplete. */
  close(): void {
    closeAll(this.#opus, this.#film);
  }

  /** The head of MP4 holds what the first key frame begins with. */
  #begin(head: Uint8Array): void {
    const { format, widthPx, heightPx, ticksPerSecond, picturesPerSecond } = this.#options;
    const { sampleRateHz, channels = 1, soundBitsPerSecond } = this.#options;
    const codec = PICTURE_CODECS[format];
    const size = { codec, widthPx, heightPx, ticksPerSecond, ...(picturesPerSecond && { picturesPerSecond }) };
    this.#pictures = this.#film.addPictures(format === 'mp4' ? { ...size, head } : size);
    if (this.#opus !== null) this.#opus.begin();
    else if (sampleRateHz !== undefined) this.#film.addAac(sampleRateHz, soundBitsPerSecond, channels);
    this.#film.begin(format === 'mp4' ? { movflags: '+faststart' } : {});
  }
}

/** Sound in packets of 20 ms. */
class OpusSound {
  readonly #film: FilmPackets;
  readonly #encoder: OpusEncoder;
  readonly #channels: 1 | 2;
  readonly #frame: Int16Array;
  #filled = 0;
  #track = -1;
  #count = 0;

  constructor(film: FilmPackets, encoder: OpusEncoder, channels: 1 | 2) {
    this.#channels = channels;
    this.#frame = new Int16Array(channels * OPUS_FRAME_SAMPLES);
    this.#film = film;
    this.#encoder = encoder;
  }

  begin(): void {
    this.#track = this.#film.addOpus(opusTrack(this.#channels));
  }

  write(pcm: Int16Array): void {
    for (let at = 0; at < pcm.length; ) {
      const part = pcm.subarray(at, at + this.#frame.length - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#frame.length) this.#code();
    }
  }

  /** With silence after what is left. */
  finish(): void {
    if (this.#filled > 0) this.#code();
  }

  close(): void {
    this.#encoder.close();
  }

  #code(): void {
    this.#frame.fill(0, this.#filled);
    this.#filled = 0;
    this.#film.writePacket(this.#track, this.#encoder.encode(this.#frame), 20 * this.#count, 20, true);
    this.#count += 1;
  }
}
