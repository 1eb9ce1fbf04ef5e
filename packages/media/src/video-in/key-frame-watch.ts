import { RateAllowance } from '../core/rate-allowance.ts';
import { beginsH264KeyFrame, joinH264 } from './h264-payload.ts';
import type { CameraCodec, KeyFrame, VideoPacket } from './video-packet.ts';
import { beginsVp8KeyFrame, joinVp8 } from './vp8-payload.ts';

/** A picture is taken, and then none for this long: with the time that asking takes, about one a second. */
const BETWEEN_FRAMES_MS = 900;
/** One that was asked for and did not come is asked for again. */
const ASK_AGAIN_MS = 500;
/** What is missing of a frame after this time does not come any more. */
const FRAME_LIMIT_MS = 400;
/** Several times what cameras of 1080 lines make at the bitrate that they are given. */
const MAX_FRAME_BYTES = 384 * 1024;
const MAX_FRAME_PACKETS = 512;
/** Ten times what such a camera sends; more is not looked at. */
const MAX_PACKETS_PER_SECOND = 2_000;

export type KeyFrameCounters = {
  readonly packets: number;
  /** Of a type that nobody agreed to, or more than are looked at. */
  readonly droppedPackets: number;
  readonly keyFrames: number;
  /** Begun, and then incomplete, too large, or no frame of its codec. */
  readonly lostKeyFrames: number;
};

type Assembly = {
  readonly codec: CameraCodec;
  readonly ssrc: number;
  readonly timestamp: number;
  readonly firstSequence: number;
  readonly beganAtMs: number;
  /** By their distance from the first one. */
  readonly payloads: Map<number, Buffer>;
  byteLength: number;
  /** Known once the marked packet is there. */
  packetCount: number | null;
};

/** Picks a key frame a second out of a camera's packets; of all others it looks at the header alone. */
export class KeyFrameWatch {
  readonly #nowMs: () => number;
  readonly #onKeyFrame: (frame: KeyFrame) => void;
  readonly #allowance: RateAllowance;
  #codecs: ReadonlyMap<number, CameraCodec> = new Map();
  #assembly: Assembly | null = null;
  #takenAtMs = Number.NEGATIVE_INFINITY;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #packets = 0;
  #droppedPackets = 0;
  #keyFrames = 0;
  #lostKeyFrames = 0;

  constructor(options: { nowMs: () => number; onKeyFrame: (frame: KeyFrame) => void }) {
    this.#nowMs = options.nowMs;
    this.#onKeyFrame = options.onKeyFrame;
    this.#allowance = new RateAllowance(MAX_PACKETS_PER_SECOND, options.nowMs);
  }

  get counters(): KeyFrameCounters {
    return {
      packets: this.#packets,
      droppedPackets: this.#droppedPackets,
      keyFrames: this.#keyFrames,
      lostKeyFrames: this.#lostKeyFrames,
    };
  }

  /** What the two sides agreed on, by payload type; none: no camera is on. */
  agree(codecs: ReadonlyMap<number, CameraCodec>): void {
    this.#codecs = codecs;
    this.#assembly = null;
  }

  /** True: its sender is to be asked for a key frame now. */
  push(packet: VideoPacket): boolean {
    const codec = this.#codecs.get(packet.payloadType);
    if (codec === undefined || !this.#allowance.take()) {
      this.#droppedPackets += 1;
      return false;
    }
    this.#packets += 1;
    const nowMs = this.#nowMs();
    if (nowMs - this.#takenAtMs < BETWEEN_FRAMES_MS) return false;
    if (this.#assembly !== null && nowMs - this.#assembly.beganAtMs > FRAME_LIMIT_MS) this.#giveUp();
    this.#assembly ??= begin(packet, codec, nowMs);
    if (this.#assembly !== null) this.#add(this.#assembly, packet);
    if (this.#assembly !== null || nowMs - this.#takenAtMs < BETWEEN_FRAMES_MS) return false;
    if (nowMs - this.#askedAtMs < ASK_AGAIN_MS) return false;
    this.#askedAtMs = nowMs;
    return true;
  }

  #add(assembly: Assembly, packet: VideoPacket): void {
    const { ssrc, timestamp, firstSequence, payloads } = assembly;
    if (packet.ssrc !== ssrc || packet.timestamp !== timestamp) return;
    const place = (packet.sequence - firstSequence) & 0xffff;
    if (place >= 0x8000 || payloads.has(place)) return;
    payloads.set(place, Buffer.from(packet.payload));
    assembly.byteLength += packet.payload.length;
    if (packet.isMarked) assembly.packetCount ??= place + 1;
    if (place >= MAX_FRAME_PACKETS || assembly.byteLength > MAX_FRAME_BYTES) this.#giveUp();
    else if (payloads.size === assembly.packetCount) this.#finish(assembly, assembly.packetCount);
  }

  #finish({ codec, payloads }: Assembly, packetCount: number): void {
    const ordered = Array.from({ length: packetCount }, (_, place) => payloads.get(place) ?? Buffer.alloc(0));
    const bytes = (codec === 'vp8' ? joinVp8 : joinH264)(ordered);
    if (bytes === null) {
      this.#giveUp();
      return;
    }
    this.#assembly = null;
    this.#takenAtMs = this.#nowMs();
    this.#keyFrames += 1;
    this.#onKeyFrame({ codec, bytes });
  }

  /** The next one is waited for, and asked for at the usual pace. */
  #giveUp(): void {
    this.#assembly = null;
    this.#lostKeyFrames += 1;
  }
}

function begin(packet: VideoPacket, codec: CameraCodec, nowMs: number): Assembly | null {
  const isBeginning = codec === 'vp8' ? beginsVp8KeyFrame(packet.payload) : beginsH264KeyFrame(packet.payload);
  if (!isBeginning) return null;
  return {
    codec,
    ssrc: packet.ssrc,
    timestamp: packet.timestamp,
    firstSequence: packet.sequence,
    beganAtMs: nowMs,
    payloads: new Map(),
    byteLength: 0,
    packetCount: null,
  };
}
