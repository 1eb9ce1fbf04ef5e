import { Encoder, Muxer } from 'node-av/api';
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_LOG_FATAL,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_S16,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
  FF_ENCODER_AAC,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { Frame, Log, type Packet } from 'node-av/lib';
import { FRAMES_PER_SECOND } from '../core/audio-format.ts';
import type { Picture } from '../core/picture.ts';

/** x264's constant rate factor: no loss is visible at half a megapixel. */
const VIDEO_QUALITY = 19;
const AUDIO_BITRATE = 128_000;

export type FilmOptions = {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Left out: a film without sound. */
  readonly sampleRateHz?: number;
  /** x264's constant rate factor; smaller is better. */
  readonly quality?: number;
};

/** Writes an MP4 file: H.264 by x264 at 25 pictures per second, and AAC. Pictures and sound are given in step. */
export class FilmWriter {
  readonly #muxer: Muxer;
  readonly #video: Encoder;
  readonly #audio: Encoder | null;
  readonly #videoStream: number;
  readonly #audioStream: number;
  readonly #options: FilmOptions;
  #pictureCount = 0;
  #sampleCount = 0;
  #isClosed = false;

  static async open(options: FilmOptions): Promise<FilmWriter> {
    Log.setLevel(AV_LOG_FATAL);
    const muxer = await Muxer.open(options.path, { format: 'mp4', options: { movflags: '+faststart' } });
    const video = await Encoder.create(FF_ENCODER_LIBX264, {
      context: { colorRange: AVCOL_RANGE_MPEG, colorSpace: AVCOL_SPC_SMPTE170M, gopSize: 2 * FRAMES_PER_SECOND },
      options: { preset: 'veryfast', crf: options.quality ?? VIDEO_QUALITY },
    });
    if (options.sampleRateHz === undefined) return new FilmWriter(options, muxer, video, null);
    const audio = await Encoder.create(FF_ENCODER_AAC, { context: { bitRate: AUDIO_BITRATE }, autoResample: true });
    return new FilmWriter(options, muxer, video, audio);
  }

  private constructor(options: FilmOptions, muxer: Muxer, video: Encoder, audio: Encoder | null) {
    this.#options = options;
    this.#muxer = muxer;
    this.#video = video;
    this.#audio = audio;
    this.#videoStream = muxer.addStream(video);
    this.#audioStream = audio === null ? -1 : muxer.addStream(audio);
  }

  async addPicture(picture: Picture): Promise<void> {
    const { data, width, height } = picture;
    const frame = Frame.fromVideoBuffer(Buffer.from(data.buffer, data.byteOffset, data.byteLength), {
      width,
      height,
      format: AV_PIX_FMT_YUV420P,
      timeBase: { num: 1, den: FRAMES_PER_SECOND },
      pts: BigInt(this.#pictureCount),
    });
    this.#pictureCount += 1;
    await this.#encode(this.#video, frame, this.#videoStream);
  }

  /** PCM16 mono. */
  async addSound(pcm: Int16Array): Promise<void> {
    const { sampleRateHz } = this.#options;
    if (this.#audio === null || sampleRateHz === undefined) throw new Error('This film has no sound.');
    const frame = Frame.fromAudioBuffer(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength), {
      nbSamples: pcm.length,
      format: AV_SAMPLE_FMT_S16,
      sampleRate: sampleRateHz,
      channelLayout: AV_CHANNEL_LAYOUT_MONO,
      timeBase: { num: 1, den: sampleRateHz },
      pts: BigInt(this.#sampleCount),
    });
    this.#sampleCount += pcm.length;
    await this.#encode(this.#audio, frame, this.#audioStream);
  }

  /** Writes what the encoders still hold and completes the file. */
  async finish(): Promise<void> {
    await this.#encode(this.#video, null, this.#videoStream);
    if (this.#audio !== null) await this.#encode(this.#audio, null, this.#audioStream);
    await this.close();
  }

  /** Without `finish` before it the file is incomplete. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#video.close();
    this.#audio?.close();
    await this.#muxer.close();
  }

  async #encode(encoder: Encoder, frame: Frame | null, stream: number): Promise<void> {
    let packets: Packet[];
    try {
      packets = await encoder.encodeAll(frame);
    } finally {
      frame?.free();
    }
    for (const packet of packets) {
      await this.#muxer.writePacket(packet, stream);
      packet.free();
    }
  }
}
