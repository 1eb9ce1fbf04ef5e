import {
  AV_LOG_ERROR,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Frame, Log, Packet, Rational } from 'node-av/lib';
import { FRAMES_PER_SECOND } from '../core/audio-format.ts';
import type { Picture } from '../core/picture.ts';
import type { EncodedVideoFrame, VideoCodec } from './encoded-frame.ts';

const TICKS_PER_SECOND = 90_000;
const TICKS_PER_FRAME = TICKS_PER_SECOND / FRAMES_PER_SECOND;
/** Effectively never: key frames come on request only. */
const KEY_FRAME_INTERVAL = 100_000;

export type VideoEncoderOptions = {
  readonly codec: VideoCodec;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bitrateKbps: number;
};

/**
 * A real-time encoder on one thread, 25 pictures per second, constant bitrate, key frames on request only. VP8 by
 * libvpx, H.264 constrained baseline by x264, both inside FFmpeg.
 */
export class VideoEncoder {
  readonly #codec: VideoCodec;
  readonly #openedKbps: number;
  readonly #context: CodecContext;
  readonly #frame: Frame;
  readonly #packet: Packet;
  #bitrateKbps: number;
  #nextTicks = 0;
  #picture: Uint8Array | null = null;
  #pictureBuffer: Buffer = Buffer.alloc(0);
  #isClosed = false;

  private constructor(options: VideoEncoderOptions, context: CodecContext) {
    this.#codec = options.codec;
    this.#openedKbps = options.bitrateKbps;
    this.#bitrateKbps = options.bitrateKbps;
    this.#context = context;
    this.#frame = new Frame();
    this.#frame.alloc();
    this.#frame.width = options.widthPx;
    this.#frame.height = options.heightPx;
    this.#frame.format = AV_PIX_FMT_YUV420P;
    this.#frame.timeBase = new Rational(1, TICKS_PER_SECOND);
    this.#frame.allocBuffer();
    this.#packet = new Packet();
    this.#packet.alloc();
  }

  static async open(options: VideoEncoderOptions): Promise<VideoEncoder> {
    Log.setLevel(AV_LOG_ERROR);
    const codec = Codec.findEncoderByName(options.codec === 'vp8' ? FF_ENCODER_LIBVPX_VP8 : FF_ENCODER_LIBX264);
    if (codec === null) throw new Error(`This build of FFmpeg has no encoder for ${options.codec}.`);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = options.widthPx;
    context.height = options.heightPx;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.colorRange = AVCOL_RANGE_MPEG;
    context.colorSpace = AVCOL_SPC_SMPTE170M;
    context.timeBase = new Rational(1, TICKS_PER_SECOND);
    context.framerate = new Rational(FRAMES_PER_SECOND, 1);
    context.bitRate = BigInt(options.bitrateKbps * 1000);
    context.gopSize = KEY_FRAME_INTERVAL;
    context.maxBFrames = 0;
    context.threadCount = 1;
    // The synchronous `open2Sync` with a dictionary corrupts the heap in node-av 6.1; `open2` does not.
    const status = await context.open2(codec, Dictionary.fromObject(codecSettings(options)));
    if (status < 0) {
      context.freeContext();
      throw new Error(`The ${options.codec} encoder did not open (FFmpeg error ${status}).`);
    }
    return new VideoEncoder(options, context);
  }

  get codec(): VideoCodec {
    return this.#codec;
  }

  get widthPx(): number {
    return this.#frame.width;
  }

  get heightPx(): number {
    return this.#frame.height;
  }

  /** Encodes at once on this thread. Null when the encoder made nothing of it. `mediaTimeMs` orders the calls. */
  encode(picture: Picture, _mediaTimeMs: number, keyFrame: boolean): EncodedVideoFrame | null {
    if (this.#isClosed) return null;
    const durationTicks = this.#durationTicks();
    this.#frame.fromBuffer(this.#bufferOf(picture));
    this.#frame.pts = BigInt(this.#nextTicks);
    this.#frame.duration = BigInt(durationTicks);
    this.#frame.pictType = keyFrame ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    this.#nextTicks += durationTicks;
    if (this.#context.sendFrameSync(this.#frame) < 0) return null;
    if (this.#context.receivePacketSync(this.#packet) < 0) return null;
    // `data` is a view of the packet's own memory, gone after `unref`.
    const data = this.#packet.data;
    const frame = data === null ? null : { data: Buffer.from(data), isKeyFrame: this.#packet.isKeyframe };
    this.#packet.unref();
    return frame;
  }

  setBitrate(kbps: number): void {
    if (this.#isClosed || kbps <= 0) return;
    this.#bitrateKbps = kbps;
    if (this.#codec === 'vp8') return;
    const bitsPerSecond = BigInt(Math.round(kbps * 1000));
    this.#context.bitRate = bitsPerSecond;
    this.#context.rcMaxRate = bitsPerSecond;
    this.#context.rcBufferSize = Math.round(kbps * 500);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
  }

  /**
   * FFmpeg's libvpx wrapper cannot change the bitrate of an open encoder, but the rate control spends bits by the time
   * stamps: shown pictures that last half as long, it spends half the bits on each. Time stamps on the wire are ours.
   */
  #durationTicks(): number {
    if (this.#codec !== 'vp8') return TICKS_PER_FRAME;
    return Math.max(1, Math.round((TICKS_PER_FRAME * this.#bitrateKbps) / this.#openedKbps));
  }

  #bufferOf(picture: Picture): Buffer {
    const { data } = picture;
    if (this.#picture !== data) {
      this.#picture = data;
      this.#pictureBuffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    }
    return this.#pictureBuffer;
  }
}

function codecSettings(options: VideoEncoderOptions): Record<string, string> {
  const bitsPerSecond = options.bitrateKbps * 1000;
  if (options.codec === 'vp8') {
    return {
      deadline: 'realtime',
      'cpu-used': '-8',
      'lag-in-frames': '0',
      // Equal minimum and maximum choose libvpx's constant bitrate control.
      maxrate: String(bitsPerSecond),
      minrate: String(bitsPerSecond),
      bufsize: String(bitsPerSecond),
      qmin: '2',
      qmax: '58',
      // A key frame spends at most six pictures' share.
      'max-intra-rate': '600',
    };
  }
  return {
    preset: 'superfast',
    tune: 'zerolatency',
    profile: 'baseline',
    level: '3.1',
    maxrate: String(bitsPerSecond),
    bufsize: String(bitsPerSecond / 2),
    'forced-idr': '1',
    'x264-params': 'scenecut=0:sliced-threads=0:repeat-headers=1',
  };
}
