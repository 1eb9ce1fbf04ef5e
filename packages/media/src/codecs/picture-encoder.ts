import { FRAME_INTERVAL_MS, FRAMES_PER_SECOND } from '../core/audio-format.ts';
import { type Picture, pictureByteLength } from '../core/picture.ts';
import { type CallCodecs, callCodecs, type Handle, runCodecs } from './call-codecs.ts';
import { guarded, readBytes, writeBytes } from './wasm-host.ts';

type PictureCodec = 'vp8' | 'h264';

export type CodedPicture = { readonly data: Uint8Array; readonly isKeyFrame: boolean };

export type PictureEncoderOptions = {
  readonly codec: PictureCodec;
  readonly widthPx: number;
  readonly heightPx: number;
  /** A constant bitrate, or with H.264 a constant quantiser from 0 (best) to 51. */
  readonly rate: { readonly kbps: number } | { readonly quantiser: number };
  /** 25 when left out. */
  readonly picturesPerSecond?: number;
};

const TICKS_PER_SECOND = 90_000;
/** libvpx's fastest real-time modes are negative, down to -16. */
const VP8_SPEED = -8;
/**
 * libvpx skips a block whose squared error against the picture is below this. It takes a fifth off the work; the
 * background keeps noise of one level in 256, and the face gets the bits.
 */
const VP8_STATIC_THRESHOLD = 400;

type Functions = {
  readonly picture: (encoder: Handle) => number;
  readonly setBitrate: (encoder: Handle, kbps: number) => number;
  readonly encode: (encoder: Handle, keyFrame: number, pictureIndex: number) => number;
  readonly coded: (encoder: Handle) => number;
  readonly isKeyFrame: (encoder: Handle) => number;
  readonly close: (encoder: Handle) => void;
};

function functionsOf(
  codecs: CallCodecs,
  { codec, picturesPerSecond = FRAMES_PER_SECOND }: PictureEncoderOptions,
): Functions {
  if (codec === 'vp8') {
    const ticks = Math.round(TICKS_PER_SECOND / picturesPerSecond);
    return {
      picture: codecs.vp8_picture,
      setBitrate: codecs.vp8_set_bitrate,
      encode: (encoder, keyFrame) => codecs.vp8_encode(encoder, keyFrame, ticks),
      coded: codecs.vp8_coded,
      isKeyFrame: codecs.vp8_is_key_frame,
      close: codecs.vp8_close,
    };
  }
  return {
    picture: codecs.h264_picture,
    setBitrate: codecs.h264_set_bitrate,
    encode: (encoder, keyFrame, index) => codecs.h264_encode(encoder, keyFrame, index * FRAME_INTERVAL_MS),
    coded: codecs.h264_coded,
    isKeyFrame: codecs.h264_is_key_frame,
    close: codecs.h264_close,
  };
}

function openHandle(codecs: CallCodecs, options: PictureEncoderOptions): Handle {
  const { codec, widthPx, heightPx, rate, picturesPerSecond = FRAMES_PER_SECOND } = options;
  const kbps = 'kbps' in rate ? rate.kbps : 0;
  if (codec === 'vp8') return codecs.vp8_open(widthPx, heightPx, kbps, VP8_SPEED, VP8_STATIC_THRESHOLD);
  return codecs.h264_open(widthPx, heightPx, picturesPerSecond, kbps, 'kbps' in rate ? 0 : rate.quantiser);
}

/** VP8 by libvpx or H.264 constrained baseline by OpenH264, on this thread, key frames on request only. */
export class PictureEncoder {
  readonly #codecs: CallCodecs;
  readonly #functions: Functions;
  readonly #byteLength: number;
  #handle: Handle;
  #pictureCount = 0;

  private constructor(codecs: CallCodecs, options: PictureEncoderOptions, handle: Handle) {
    this.#codecs = codecs;
    this.#functions = functionsOf(codecs, options);
    this.#byteLength = pictureByteLength(options.widthPx, options.heightPx);
    this.#handle = handle;
  }

  static async open(options: PictureEncoderOptions): Promise<PictureEncoder> {
    const codecs = await callCodecs();
    const handle = guarded(() => openHandle(codecs, options));
    if (handle === 0) throw new Error(`The ${options.codec} encoder did not open.`);
    return new PictureEncoder(codecs, options, handle);
  }

  /** Null when the encoder made nothing of it, or is closed. Throws `CodecFault` after which nothing more is coded. */
  encode({ data }: Picture, keyFrame: boolean): CodedPicture | null {
    if (this.#handle === 0) return null;
    if (data.byteLength !== this.#byteLength) throw new RangeError('This picture has another size than the encoder.');
    const { memory } = this.#codecs;
    const { picture, encode, coded, isKeyFrame } = this.#functions;
    return this.#run(() => {
      writeBytes(memory, picture(this.#handle), data);
      const byteLength = encode(this.#handle, keyFrame ? 1 : 0, this.#pictureCount);
      this.#pictureCount += 1;
      if (byteLength <= 0) return null;
      const bytes = readBytes(memory, coded(this.#handle), byteLength);
      return { data: bytes, isKeyFrame: isKeyFrame(this.#handle) !== 0 };
    });
  }

  setBitrate(kbps: number): void {
    if (this.#handle !== 0) this.#run(() => this.#functions.setBitrate(this.#handle, Math.max(1, Math.round(kbps))));
  }

  close(): void {
    if (this.#handle === 0) return;
    const handle = this.#handle;
    this.#run(() => this.#functions.close(handle));
    this.#handle = 0;
  }

  #run<Result>(work: () => Result): Result {
    return runCodecs(this.#codecs, work, () => {
      this.#handle = 0;
    });
  }
}
