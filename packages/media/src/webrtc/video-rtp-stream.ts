import type { EncodedVideoFrame, VideoCodec } from './encoded-frame.ts';
import { H264Packetizer } from './h264-packetizer.ts';
import type { PacedQueue } from './pacer.ts';
import type { FragmentSink } from './payload-fragment.ts';
import type { RtpHeaderWriter } from './rtp-header.ts';
import { Vp8Packetizer } from './vp8-packetizer.ts';

/** RTP bytes of a packet at most: with SRTP, TURN and IPv6 around it, it fits 1,280 bytes. */
const RTP_PACKET_BYTES_MAX = 1180;
const VIDEO_CLOCK_RATE_HZ = 90_000;
const RTX_SEQUENCE_BYTES = 2;
/** Packets kept for retransmission and, before they leave, for pacing: three seconds and more at 1,200 kbit/s. */
const HISTORY_PACKETS = 512;
const QUEUE_PACKETS_MAX = HISTORY_PACKETS - 64;
const RETRANSMIT_WITHIN_MS = 1500;
const SEQUENCE_MASK = 0xffff;

type Slot = {
  readonly bytes: Buffer;
  byteLength: number;
  sequence: number;
  timestamp: number;
  isMarked: boolean;
  sentAtMs: number;
  resentAtMs: number;
};

export type VideoRtpStreamOptions = {
  readonly codec: VideoCodec;
  readonly ssrc: number;
  readonly rtxSsrc: number;
  readonly payloadType: number;
  /** Null when the receiver takes no RTX: lost packets are then sent again as they were. */
  readonly rtxPayloadType: number | null;
  readonly header: RtpHeaderWriter;
  readonly firstSequence: number;
  readonly firstTimestamp: number;
  nowMs(): number;
  /** Stamps the header and hands `bytes[0, byteLength)` to the transport before it returns. */
  transmit(header: RtpHeaderWriter, bytes: Buffer, byteLength: number): void;
};

/** Turns pictures into numbered packets, which wait here for the pacer and then for a request to send them again. */
export class VideoRtpStream implements PacedQueue {
  readonly #options: VideoRtpStreamOptions;
  readonly #packetizer: Vp8Packetizer | H264Packetizer;
  readonly #slots: (Slot | undefined)[] = new Array(HISTORY_PACKETS);
  readonly #rtxBytes = Buffer.alloc(RTP_PACKET_BYTES_MAX + RTX_SEQUENCE_BYTES);
  readonly #sink: FragmentSink;
  #nextSequence: number;
  #nextToSend: number;
  #rtxSequence: number;
  #frameTimestamp = 0;
  #frameBytes = 0;
  #pendingBytes = 0;
  #packetCount = 0;
  #octetCount = 0;

  constructor(options: VideoRtpStreamOptions) {
    this.#options = options;
    this.#packetizer = options.codec === 'vp8' ? new Vp8Packetizer(options.firstSequence) : new H264Packetizer();
    this.#nextSequence = options.firstSequence & SEQUENCE_MASK;
    this.#nextToSend = this.#nextSequence;
    this.#rtxSequence = options.firstSequence & SEQUENCE_MASK;
    this.#sink = (prefix, prefixBytes, data, start, end, isLast) =>
      this.#append(prefix, prefixBytes, data, start, end, isLast);
  }

  get ssrc(): number {
    return this.#options.ssrc;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Packets and payload octets sent, as sender reports count them (RFC 3550, 6.4.1). */
  get packetCount(): number {
    return this.#packetCount;
  }

  get octetCount(): number {
    return this.#octetCount;
  }

  timestampAt(mediaTimeMs: number): number {
    return (this.#options.firstTimestamp + Math.round((mediaTimeMs * VIDEO_CLOCK_RATE_HZ) / 1000)) >>> 0;
  }

  /** Whether a picture of this size may join the queue. */
  hasRoomFor(frame: EncodedVideoFrame): boolean {
    const pendingPackets = (this.#nextSequence - this.#nextToSend) & SEQUENCE_MASK;
    const newPackets = Math.ceil(frame.data.byteLength / (this.#maxPayloadBytes - 4)) + 2;
    return pendingPackets + newPackets <= QUEUE_PACKETS_MAX;
  }

  /** Returns the bytes of the packets made. */
  enqueue(frame: EncodedVideoFrame, mediaTimeMs: number): number {
    this.#frameTimestamp = this.timestampAt(mediaTimeMs);
    this.#frameBytes = 0;
    this.#packetizer.packetize(frame.data, this.#maxPayloadBytes, this.#sink);
    return this.#frameBytes;
  }

  sendNext(): number {
    if (this.#nextToSend === this.#nextSequence) return 0;
    const slot = this.#slots[this.#nextToSend % HISTORY_PACKETS];
    this.#nextToSend = (this.#nextToSend + 1) & SEQUENCE_MASK;
    if (slot === undefined) return 0;
    this.#pendingBytes -= slot.byteLength;
    slot.sentAtMs = this.#options.nowMs();
    this.#packetCount += 1;
    this.#octetCount += slot.byteLength - this.#options.header.byteLength;
    this.#options.transmit(this.#options.header, slot.bytes, slot.byteLength);
    return slot.byteLength;
  }

  /**
   * Sends a packet once more, by RTX (RFC 4588) when agreed. Returns the bytes sent; 0 when the packet is unknown, not
   * yet sent, too old to be of use, or was sent again less than `minGapMs` ago.
   */
  retransmit(sequence: number, minGapMs: number): number {
    const slot = this.#slots[sequence % HISTORY_PACKETS];
    const nowMs = this.#options.nowMs();
    if (slot === undefined || slot.sequence !== sequence || slot.sentAtMs < 0) return 0;
    if (nowMs - slot.sentAtMs > RETRANSMIT_WITHIN_MS || nowMs - slot.resentAtMs < minGapMs) return 0;
    slot.resentAtMs = nowMs;
    const { header, rtxPayloadType, rtxSsrc } = this.#options;
    if (rtxPayloadType === null) {
      this.#options.transmit(header, slot.bytes, slot.byteLength);
      return slot.byteLength;
    }
    const rtx = this.#rtxBytes;
    header.write(rtx, rtxPayloadType, slot.isMarked, this.#rtxSequence, slot.timestamp, rtxSsrc);
    rtx.writeUInt16BE(sequence, header.byteLength);
    slot.bytes.copy(rtx, header.byteLength + RTX_SEQUENCE_BYTES, header.byteLength, slot.byteLength);
    this.#rtxSequence = (this.#rtxSequence + 1) & SEQUENCE_MASK;
    const byteLength = slot.byteLength + RTX_SEQUENCE_BYTES;
    this.#options.transmit(header, rtx, byteLength);
    return byteLength;
  }

  get #maxPayloadBytes(): number {
    return RTP_PACKET_BYTES_MAX - this.#options.header.byteLength;
  }

  #append(
    prefix: Uint8Array,
    prefixBytes: number,
    data: Uint8Array,
    start: number,
    end: number,
    isLast: boolean,
  ): void {
    const { header, payloadType, ssrc } = this.#options;
    const sequence = this.#nextSequence;
    const slot = this.#slotFor(sequence);
    header.write(slot.bytes, payloadType, isLast, sequence, this.#frameTimestamp, ssrc);
    let offset = header.byteLength;
    for (let index = 0; index < prefixBytes; index += 1) slot.bytes[offset + index] = prefix[index] ?? 0;
    offset += prefixBytes;
    slot.bytes.set(data.subarray(start, end), offset);
    slot.byteLength = offset + end - start;
    slot.sequence = sequence;
    slot.timestamp = this.#frameTimestamp;
    slot.isMarked = isLast;
    slot.sentAtMs = -1;
    slot.resentAtMs = Number.NEGATIVE_INFINITY;
    this.#nextSequence = (sequence + 1) & SEQUENCE_MASK;
    this.#pendingBytes += slot.byteLength;
    this.#frameBytes += slot.byteLength;
  }

  #slotFor(sequence: number): Slot {
    const index = sequence % HISTORY_PACKETS;
    const existing = this.#slots[index];
    if (existing !== undefined) return existing;
    const slot: Slot = {
      bytes: Buffer.allocUnsafe(RTP_PACKET_BYTES_MAX),
      byteLength: 0,
      sequence: -1,
      timestamp: 0,
      isMarked: false,
      sentAtMs: -1,
      resentAtMs: Number.NEGATIVE_INFINITY,
    };
    this.#slots[index] = slot;
    return slot;
  }
}
