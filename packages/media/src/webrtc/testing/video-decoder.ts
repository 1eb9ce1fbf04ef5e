import { FF_DECODER_H264, FF_DECODER_VP8 } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet } from 'node-av/lib';
import type { VideoCodec } from '../encoded-frame.ts';

export type DecodedPicture = { readonly width: number; readonly height: number; readonly data: Buffer };

/** Decodes coded pictures one by one, to look at what a client would see. */
export class VideoDecoder {
  readonly #context: CodecContext;
  readonly #frame = new Frame();
  readonly #packet = new Packet();

  private constructor(context: CodecContext) {
    this.#context = context;
    this.#frame.alloc();
    this.#packet.alloc();
  }

  static async open(codec: VideoCodec): Promise<VideoDecoder> {
    const decoder = Codec.findDecoderByName(codec === 'vp8' ? FF_DECODER_VP8 : FF_DECODER_H264);
    const context = new CodecContext();
    context.allocContext3(decoder);
    context.threadCount = 1;
    if ((await context.open2(decoder)) < 0) throw new Error(`No decoder for ${codec}.`);
    return new VideoDecoder(context);
  }

  /** Null when the decoder cannot show anything yet, or refuses the data. */
  decode(data: Buffer): DecodedPicture | null {
    this.#packet.data = data;
    const sent = this.#context.sendPacketSync(this.#packet);
    this.#packet.unref();
    if (sent < 0 || this.#context.receiveFrameSync(this.#frame) < 0) return null;
    const picture = { width: this.#frame.width, height: this.#frame.height, data: this.#frame.toBuffer() };
    this.#frame.unref();
    return picture;
  }

  close(): void {
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
  }
}
