import { AUDIO_FRAME_MS, OPUS_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { type CallCodecs, callCodecs, type Handle, runCodecs } from './call-codecs.ts';
import type { OpusTrack } from './film-packets.ts';
import { guarded, readBytes, writeBytes } from './wasm-host.ts';

/** Samples in one packet of 20 ms. */
export const OPUS_FRAME_SAMPLES = (OPUS_SAMPLE_RATE_HZ * AUDIO_FRAME_MS) / 1000;
const DEFAULT_BITRATE_KBPS = 32;
/** libopus's scale from 0 to 10: half the work of 5, and nearer to the source than 2 or 3 (see tools/build-codecs). */
const COMPLEXITY = 1;
/** Samples that an Opus decoder throws away at the start (RFC 7845, section 4.2): libopus at 48 kHz looks 6.5 ms ahead. */
const OPUS_PRE_SKIP = 312;
/** The encoder settles within a few frames of silence. */
const SETTLING_FRAMES = 8;

/** Opus, 20 ms packets with in-band forward error correction (RFC 6716): mono as speech, two channels as any sound. */
export class OpusEncoder {
  readonly #codecs: CallCodecs;
  readonly #sampleCount: number;
  #handle: Handle;

  private constructor(codecs: CallCodecs, handle: Handle, channels: number) {
    this.#sampleCount = channels * OPUS_FRAME_SAMPLES;
    this.#codecs = codecs;
    this.#handle = handle;
  }

  static async open({
    bitrateKbps = DEFAULT_BITRATE_KBPS,
    channels = 1,
  }: {
    readonly bitrateKbps?: number;
    readonly channels?: 1 | 2;
  } = {}): Promise<OpusEncoder> {
    const codecs = await callCodecs();
    const handle = guarded(() => codecs.opus_open(bitrateKbps * 1000, COMPLEXITY, channels));
    if (handle === 0) throw new Error('The Opus encoder did not open.');
    return new OpusEncoder(codecs, handle, channels);
  }

  /** @param pcm48k 960 samples of each channel in turn, 48 kHz. Returns an empty array after `close`. */
  encode(pcm48k: Int16Array): Uint8Array {
    if (pcm48k.length !== this.#sampleCount) {
      throw new RangeError(`An Opus frame has ${this.#sampleCount} samples; got ${pcm48k.length}.`);
    }
    if (this.#handle === 0) return new Uint8Array(0);
    const { memory, opus_samples, opus_code, opus_packet } = this.#codecs;
    const samples = new Uint8Array(pcm48k.buffer, pcm48k.byteOffset, pcm48k.byteLength);
    return this.#run(() => {
      writeBytes(memory, opus_samples(this.#handle), samples);
      const byteLength = opus_code(this.#handle);
      if (byteLength < 0) throw new Error('The Opus encoder refused a frame.');
      return readBytes(memory, opus_packet(this.#handle), byteLength);
    });
  }

  close(): void {
    if (this.#handle === 0) return;
    const handle = this.#handle;
    this.#run(() => this.#codecs.opus_close(handle));
    this.#handle = 0;
  }

  #run<Result>(work: () => Result): Result {
    return runCodecs(this.#codecs, work, () => {
      this.#handle = 0;
    });
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

/** The track of a film that holds such packets. */
export function opusTrack(channels: 1 | 2 = 1): OpusTrack {
  return {
    sampleRateHz: OPUS_SAMPLE_RATE_HZ,
    frameSamples: OPUS_FRAME_SAMPLES,
    paddingSamples: OPUS_PRE_SKIP,
    head: opusHead(channels),
  };
}

/** The identification header of RFC 7845, section 5.1: version 1, no gain, mapping family 0. */
function opusHead(channels: number): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(channels, 9);
  head.writeUInt16LE(OPUS_PRE_SKIP, 10);
  head.writeUInt32LE(OPUS_SAMPLE_RATE_HZ, 12);
  return head;
}
