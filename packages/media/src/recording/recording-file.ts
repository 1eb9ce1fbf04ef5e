import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_OPUS,
  AV_CODEC_ID_VP8,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_S16,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Dictionary, FormatContext, Packet, Rational, type Stream } from 'node-av/lib';
import { AUDIO_FRAME_MS, OPUS_SAMPLE_RATE_HZ } from '../core/audio-format.ts';

export type RecordedCodec = 'vp8' | 'h264';
/** A VP8 frame, or an H.264 access unit in Annex B form with its parameter sets at key frames. */
export type RecordedPicture = { readonly data: Uint8Array; readonly isKeyFrame: boolean };

export type RecordingFileOptions = {
  readonly path: string;
  readonly codec: RecordedCodec;
  readonly widthPx: number;
  readonly heightPx: number;
};

/** WebM plays in every browser with VP8; H.264 goes into an MP4 of fragments, which is readable when the end is missing. */
const CONTAINERS: Readonly<Record<RecordedCodec, { format: string; extension: string }>> = {
  vp8: { format: 'webm', extension: 'webm' },
  h264: { format: 'mp4', extension: 'mp4' },
};
const VIDEO_TICKS_PER_SECOND = 1000;
/** Samples that an Opus decoder throws away at the start (RFC 7845, section 4.2): libopus at 48 kHz looks 6.5 ms ahead. */
const OPUS_PRE_SKIP = 312;

export function recordingExtension(codec: RecordedCodec): string {
  return CONTAINERS[codec].extension;
}

/** A film of packets that are already coded. The first picture is a key frame. */
export class RecordingFile {
  readonly #format: FormatContext;
  readonly #video: Stream;
  readonly #audio: Stream;
  readonly #packet = new Packet();
  #isClosed = false;

  /** Throws when the file cannot be written. */
  constructor(options: RecordingFileOptions, firstPicture: RecordedPicture) {
    const { codec, path } = options;
    this.#format = new FormatContext();
    check(this.#format.allocOutputContext2(null, CONTAINERS[codec].format, path), 'set up');
    this.#video = this.#addVideo(options, firstPicture);
    this.#audio = this.#addAudio();
    check(this.#format.openOutputSync(), 'open');
    const settings = codec === 'h264' ? { movflags: '+empty_moov+default_base_moof', frag_duration: '2000000' } : {};
    check(this.#format.writeHeaderSync(Dictionary.fromObject(settings)), 'begin');
    this.#packet.alloc();
  }

  writePicture({ data, isKeyFrame }: RecordedPicture, atMs: number): void {
    const { timeBase } = this.#video;
    const pts = Math.round((atMs * timeBase.den) / (1000 * timeBase.num));
    this.#write(this.#video, data, pts, 0, isKeyFrame);
  }

  /** One Opus packet of 20 ms. */
  writeSound(packet: Uint8Array, atMs: number): void {
    const { timeBase } = this.#audio;
    const perMs = timeBase.den / (1000 * timeBase.num);
    this.#write(this.#audio, packet, Math.round(atMs * perMs), Math.round(AUDIO_FRAME_MS * perMs), true);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#format.writeTrailerSync();
    this.#format.closeOutputSync();
    this.#packet.free();
    this.#format.freeContext();
  }

  #write(stream: Stream, data: Uint8Array, pts: number, duration: number, isKey: boolean): void {
    if (this.#isClosed || data.byteLength === 0) return;
    const packet = this.#packet;
    packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    packet.streamIndex = stream.index;
    packet.pts = BigInt(pts);
    packet.dts = BigInt(pts);
    packet.duration = BigInt(duration);
    packet.timeBase = stream.timeBase;
    packet.isKeyframe = isKey;
    check(this.#format.interleavedWriteFrameSync(packet), 'continue');
    packet.unref();
  }

  #addVideo({ codec, widthPx, heightPx }: RecordingFileOptions, first: RecordedPicture): Stream {
    const stream = this.#format.newStream();
    const parameters = stream.codecpar;
    parameters.codecType = AVMEDIA_TYPE_VIDEO;
    parameters.codecId = codec === 'vp8' ? AV_CODEC_ID_VP8 : AV_CODEC_ID_H264;
    parameters.format = AV_PIX_FMT_YUV420P;
    parameters.width = widthPx;
    parameters.height = heightPx;
    // The parameter sets stand at the head of the first key frame; the container takes them from there.
    if (codec === 'h264') parameters.extradata = Buffer.from(first.data);
    stream.timeBase = new Rational(1, VIDEO_TICKS_PER_SECOND);
    return stream;
  }

  #addAudio(): Stream {
    const stream = this.#format.newStream();
    const parameters = stream.codecpar;
    parameters.codecType = AVMEDIA_TYPE_AUDIO;
    parameters.codecId = AV_CODEC_ID_OPUS;
    parameters.format = AV_SAMPLE_FMT_S16;
    parameters.sampleRate = OPUS_SAMPLE_RATE_HZ;
    parameters.channelLayout = AV_CHANNEL_LAYOUT_MONO;
    parameters.frameSize = (OPUS_SAMPLE_RATE_HZ * AUDIO_FRAME_MS) / 1000;
    parameters.initialPadding = OPUS_PRE_SKIP;
    parameters.extradata = opusHead();
    stream.timeBase = new Rational(1, OPUS_SAMPLE_RATE_HZ);
    return stream;
  }
}

/** The identification header of RFC 7845, section 5.1: version 1, mono, no gain, mapping family 0. */
function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(1, 9);
  head.writeUInt16LE(OPUS_PRE_SKIP, 10);
  head.writeUInt32LE(OPUS_SAMPLE_RATE_HZ, 12);
  return head;
}

function check(status: number, step: string): void {
  if (status < 0) throw new Error(`The recording could not ${step} (FFmpeg error ${status}).`);
}
