import { RateAllowance } from '../core/rate-allowance.ts';
import type { OpusDecoder } from './opus-decoder.ts';
import { readRtpPacket } from './rtp-packet.ts';

const PACKET_MS = 20;
const SAMPLES_PER_MS = 24;
/** Packets that wait for one before them which is late. */
const MAX_WAITING = 3;
/** Of sound that was lost, so much becomes silence: what is missing for longer was not sent. */
const MAX_LOST_PACKETS = 5;
/** Packets of a second, and so many at once: twice what browsers send in their shortest form. */
const MAX_PACKETS_PER_SECOND = 200;

export type MicrophoneCounters = {
  readonly packets: number;
  readonly lostPackets: number;
  readonly droppedPackets: number;
};

/** The client's sound as it comes by RTP: put in order, decoded, and handed on as PCM16, mono, 24 kHz. */
export class Microphone {
  readonly #decoder: Pick<OpusDecoder, 'decode' | 'close'>;
  readonly #payloadType: number;
  readonly #allowance: RateAllowance;
  readonly #onSound: (pcm: Int16Array) => void;
  readonly #waiting = new Map<number, Buffer>();
  #expected: number | null = null;
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
    this.#allowance = new RateAllowance(MAX_PACKETS_PER_SECOND, options.nowMs);
    this.#onSound = options.onSound;
  }

  get counters(): MicrophoneCounters {
    return { packets: this.#packets, lostPackets: this.#lostPackets, droppedPackets: this.#droppedPackets };
  }

  /** @param packet One of RTP, of whatever stream; `packet` is not kept. */
  push(packet: Buffer): void {
    const read = readRtpPacket(packet);
    if (read?.payloadType !== this.#payloadType || !this.#allowance.take()) {
      this.#droppedPackets += 1;
      return;
    }
    const { sequence, payload } = read;
    this.#expected ??= sequence;
    const ahead = (sequence - this.#expected) & 0xffff;
    if (ahead >= 0x8000) {
      this.#droppedPackets += 1;
      return;
    }
    this.#packets += 1;
    this.#waiting.set(sequence, Buffer.from(payload));
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
}
