import { AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_S16, FF_ENCODER_LIBOPUS } from 'node-av/constants';
import { Codec, CodecContext, Dictionary, Frame, Packet, Rational } from 'node-av/lib';
import { AUDIO_FRAME_MS, OPUS_SAMPLE_RATE_HZ } from '../core/audio-format.ts';

/** Samples in one packet of 20 ms. */
export const OPUS_FRAME_SAMPLES = (OPUS_SAMPLE_RATE_HZ * AUDIO_FRAME_MS) / 1000;
const DEFAULT_BITRATE_KBPS = 32;
/** The encoder settles within a few frames of silence. */
const SETTLING_FRAMES = 8;

/** Opus for speech, mono, 20 ms packets with in-band forward error correction (RFC 6716). */
export class OpusEncoder {
  readonly #context: CodecContext;
  readonly #frame: Frame;
  readonly #packet: Packet;
  #nextSample = 0;
  #isClosed = false;

  private constructor(context: CodecContext) {
    this.#context = context;
    this.#frame = new Frame();
    this.#frame.alloc();
    this.#frame.format = AV_SAMPLE_FMT_S16;
    this.#frame.sampleRate = OPUS_SAMPLE_RATE_HZ;
    this.#frame.channelLayout = AV_CHANNEL_LAYOUT_MONO;
    this.#frame.nbSamples = OPUS_FRAME_SAMPLES;
    this.#frame.allocBuffer();
    this.#packet = new Packet();
    this.#packet.alloc();
  }

  static async open(options: { readonly bitrateKbps?: number } = {}): Promise<OpusEncoder> {
    const codec = Codec.findEncoderByName(FF_ENCODER_LIBOPUS);
    if (codec === null) throw new Error('This build of FFmpeg has no Opus encoder.');
    const context = new CodecContext();
    context.allocContext3(codec);
    context.sampleRate = OPUS_SAMPLE_RATE_HZ;
    context.sampleFormat = AV_SAMPLE_FMT_S16;
    context.channelLayout = AV_CHANNEL_LAYOUT_MONO;
    context.timeBase = new Rational(1, OPUS_SAMPLE_RATE_HZ);
    context.bitRate = BigInt((options.bitrateKbps ?? DEFAULT_BITRATE_KBPS) * 1000);
    const settings = {
      application: 'voip',
      frame_duration: String(AUDIO_FRAME_MS),
      vbr: 'on',
      fec: '1',
      packet_loss: '5',
      compression_level: '5',
    };
    const status = await context.open2(codec, Dictionary.fromObject(settings));
    if (status < 0) {
      context.freeContext();
      throw new Error(`The Opus encoder did not open (FFmpeg error ${status}).`);
    }
    return new OpusEncoder(context);
  }

  /** @param pcm48k 960 samples, mono, 48 kHz. Returns an empty array after `close`. */
  encode(pcm48k: Int16Array): Uint8Array {
    if (pcm48k.length !== OPUS_FRAME_SAMPLES) {
      throw new RangeError(`An Opus frame has ${OPUS_FRAME_SAMPLES} samples; got ${pcm48k.length}.`);
    }
    if (this.#isClosed) return new Uint8Array(0);
    this.#frame.fromBuffer(Buffer.from(pcm48k.buffer, pcm48k.byteOffset, pcm48k.byteLength));
    this.#frame.pts = BigInt(this.#nextSample);
    this.#nextSample += OPUS_FRAME_SAMPLES;
    if (this.#context.sendFrameSync(this.#frame) < 0) throw new Error('The Opus encoder refused a frame.');
    if (this.#context.receivePacketSync(this.#packet) < 0) return new Uint8Array(0);
    const data = this.#packet.data;
    const bytes = data === null ? new Uint8Array(0) : Buffer.from(data);
    this.#packet.unref();
    return bytes;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
  }
}

let silencePacket: Promise<Uint8Array> | null = null;

/** One 20 ms packet of silence, encoded once per process: sending it costs no encoding. */
export function opusSilencePacket(): Promise<Uint8Array> {
  silencePacket ??= encodeSilence();
  return silencePacket;
}

async function encodeSilence(): Promise<Uint8Array> {
  const encoder = await OpusEncoder.open();
  const silence = new Int16Array(OPUS_FRAME_SAMPLES);
  let packet: Uint8Array = new Uint8Array(0);
  for (let count = 0; count < SETTLING_FRAMES; count += 1) packet = encoder.encode(silence);
  encoder.close();
  return packet;
}
