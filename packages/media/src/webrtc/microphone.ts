import type { OpusDecoder } from './opus-decoder.ts';

const HEADER_BYTES = 12;
const PACKET_MS = 20;
const SAMPLES_PER_MS = 24;
/** Packets that wait for one before them which is late. */
const MAX_WAITING = 3;
/** Of sound that was lost, so much becomes silence: what is missing for longer was not sent. */
const MAX_LOST_PACKETS = 5;
/** Packets of a second, and so many at once: twice what browsers send in their shortest form. */
const MAX_PACKETS_PER_SECOND = 200;
/** Opus keeps a packet of 60 ms at its highest rate below this. */
const MAX_PACKET_BYTES = 1500;

export type MicrophoneCounters = {
  readonly packets: number;
  readonly lostPackets: number;
  readonly droppedPackets: number;
};

/** The client's sound as it comes by RTP: put in order, decoded, and handed on as PCM16, mono, 24 kHz. */
export class Microphone {
  readonly #decoder: Pick<OpusDecoder, 'decode' | 'close'>;
  readonly #payloadType: number;
  readonly #nowMs: () => number;
  readonly #onSound: (pcm: Int16Array) => void;
  readonly #waiting = new Map<number, Buffer>();
  #expected: number | null = null;
  #left = MAX_PACKETS_PER_SECOND;
  #refilledAtMs: number;
  #packets = 0;
  #lostPackets = 0;
  #droppedPackets = 0;

  constructor(options: {
    decoder: Pick<OpusDecoder, 'decode' | 'close'>;
    payloadType: number;
    nowMs: () => number;
    onSound: (pcm: Int16Array) => void;
  }) {
    this.#decoder = options.decoder;
    this.#payloadType = options.payloadType;
    this.#nowMs = options.nowMs;
    this.#onSound = options.onSound;
    this.#refilledAtMs = options.nowMs();
  }

  get counters(): MicrophoneCounters {
    return { packets: this.#packets, lostPackets: this.#lostPackets, droppedPackets: this.#droppedPackets };
  }

  /** @param packet One of RTP, of whatever stream; `packet` is not kept. */
  push(packet: Buffer): void {
    const payload = this.#payloadOf(packet);
    if (payload === null || !this.#isInTime()) {
      this.#droppedPackets += 1;
      return;
    }
    const sequence = packet.readUInt16BE(2);
    this.#expected ??= sequence;
    const ahead = (sequence - this.#expected) & 0xffff;
    if (ahead >= 0x8000) {
      this.#droppedPackets += 1;
      return;
    }
    this.#packets += 1;
    this.#waiting.set(sequence, payload);
    this.#play();
    if (this.#waiting.size > MAX_WAITING) this.#skipLost();
  }

  close(): void {
    this.#waiting.clear();
    this.#decoder.close();
  }

  #play(): void {
    for (let expected = this.#expected ?? 0; ; expected = (expected + 1) & 0xffff) {
      const payload = this.#waiting.get(expected);
      this.#expected = expected;
      if (payload === undefined) return;
      this.#waiting.delete(expected);
      const pcm = this.#decoder.decode(payload);
      if (pcm !== null) this.#onSound(pcm);
    }
  }

  /** The packet that is waited for does not come any more. */
  #skipLost(): void {
    const expected = this.#expected ?? 0;
    const aheads = [...this.#waiting.keys()].map((sequence) => (sequence - expected) & 0xffff);
    const lost = Math.min(...aheads);
    this.#lostPackets += lost;
    this.#onSound(new Int16Array(Math.min(lost, MAX_LOST_PACKETS) * PACKET_MS * SAMPLES_PER_MS));
    this.#expected = (expected + lost) & 0xffff;
    this.#play();
  }

  #isInTime(): boolean {
    const nowMs = this.#nowMs();
    const earned = ((nowMs - this.#refilledAtMs) / 1000) * MAX_PACKETS_PER_SECOND;
    this.#left = Math.min(MAX_PACKETS_PER_SECOND, this.#left + earned);
    this.#refilledAtMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Of a packet of our format (RFC 3550, 5.1), a copy of what it carries; null for any other. */
  #payloadOf(packet: Buffer): Buffer | null {
    if (packet.length < HEADER_BYTES || packet.length > MAX_PACKET_BYTES) return null;
    const first = packet.readUInt8(0);
    if (first >> 6 !== 2 || (packet.readUInt8(1) & 0x7f) !== this.#payloadType) return null;
    let start = HEADER_BYTES + (first & 0x0f) * 4;
    if ((first & 0x10) !== 0) {
      if (packet.length < start + 4) return null;
      start += 4 + packet.readUInt16BE(start + 2) * 4;
    }
    const padding = (first & 0x20) === 0 ? 0 : packet.readUInt8(packet.length - 1);
    const end = packet.length - padding;
    return start >= end ? null : Buffer.from(packet.subarray(start, end));
  }
}
