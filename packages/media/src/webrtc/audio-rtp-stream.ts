import { OPUS_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import type { RtpHeaderWriter } from './rtp-header.ts';

/** The largest Opus packet there is (RFC 6716, 3.4), far above what speech makes. */
const OPUS_PACKET_BYTES_MAX = 1275;

export type AudioRtpStreamOptions = {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly header: RtpHeaderWriter;
  readonly firstSequence: number;
  readonly firstTimestamp: number;
  transmit(header: RtpHeaderWriter, bytes: Buffer, byteLength: number): void;
};

/** One Opus packet, one RTP packet (RFC 7587), sent at once. */
export class AudioRtpStream {
  readonly #options: AudioRtpStreamOptions;
  readonly #bytes: Buffer;
  #sequence: number;
  #packetCount = 0;
  #octetCount = 0;

  constructor(options: AudioRtpStreamOptions) {
    this.#options = options;
    this.#sequence = options.firstSequence & 0xffff;
    this.#bytes = Buffer.alloc(options.header.byteLength + OPUS_PACKET_BYTES_MAX);
  }

  get ssrc(): number {
    return this.#options.ssrc;
  }

  get packetCount(): number {
    return this.#packetCount;
  }

  get octetCount(): number {
    return this.#octetCount;
  }

  timestampAt(mediaTimeMs: number): number {
    return (this.#options.firstTimestamp + Math.round((mediaTimeMs * OPUS_SAMPLE_RATE_HZ) / 1000)) >>> 0;
  }

  send(opusPacket: Uint8Array, mediaTimeMs: number): void {
    const { header, payloadType, ssrc } = this.#options;
    if (opusPacket.byteLength > OPUS_PACKET_BYTES_MAX) return;
    const timestamp = this.timestampAt(mediaTimeMs);
    const isMarked = this.#packetCount === 0;
    header.write(this.#bytes, payloadType, isMarked, this.#sequence, timestamp, ssrc);
    this.#bytes.set(opusPacket, header.byteLength);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#packetCount += 1;
    this.#octetCount += opusPacket.byteLength;
    this.#options.transmit(header, this.#bytes, header.byteLength + opusPacket.byteLength);
  }
}
