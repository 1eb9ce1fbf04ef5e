import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { AudioRtpStream } from './audio-rtp-stream.ts';
import { BandwidthEstimator, type BitrateLimits } from './bandwidth-estimator.ts';
import type { EncodedVideoFrame, VideoCodec } from './encoded-frame.ts';
import { MediaTimeline } from './media-timeline.ts';
import { Pacer } from './pacer.ts';
import { parseRtcp, type ReportBlock, type RtcpVisitor } from './rtcp-parser.ts';
import { RtpHeaderWriter } from './rtp-header.ts';
import { buildSenderReport, roundTripMs } from './sender-report.ts';
import { SentLog } from './sent-log.ts';
import type { NegotiatedMedia } from './session-description.ts';
import { parseTransportFeedback } from './transport-feedback.ts';
import { VideoRtpStream } from './video-rtp-stream.ts';

const SENDER_REPORT_INTERVAL_MS = 1000;
const KEY_FRAME_REQUEST_GAP_MS = 300;
/** Receivers round the delay they report; on a fast path the round trip then comes out a little below zero, and is zero. */
const REPORT_CLOCK_ROUNDING_MS = 20;
/** A picture that would wait longer than this behind others is dropped. */
const BACKLOG_LIMIT_MS = 400;
/** After a drop, a new key frame is asked for when the queue is this short. */
const BACKLOG_RESUME_MS = 60;
const RETRANSMIT_SHARE = 0.35;
const RETRANSMIT_BURST_BYTES = 24_000;
const RETRANSMIT_MIN_KBPS = 60;
const MIN_RETRANSMIT_GAP_MS = 20;
/** Sound with its headers, kept free of the estimate. */
const AUDIO_RESERVE_KBPS = 55;
/** RTP, SRTP, UDP and IP around each 1,100 bytes of picture. */
const PAYLOAD_SHARE = 0.93;
const REPORT_STEP = 0.05;

export type StreamIdentity = {
  readonly audioSsrc: number;
  readonly videoSsrc: number;
  readonly rtxSsrc: number;
  readonly canonicalName: string;
  readonly firstSequence: number;
  readonly firstTimestamp: number;
};

export type MediaSenderOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: BitrateLimits;
  readonly identity: StreamIdentity;
  /** Milliseconds since 1970 when `clock` showed zero. */
  readonly wallAtClockZeroMs: number;
  /** Hands RTP or RTCP to the transport. `bytes` are reused after the call. */
  sendAudio(bytes: Buffer): void;
  sendVideo(bytes: Buffer): void;
  onKeyFrameRequest(): void;
  onTargetBitrate(kbps: number): void;
};

export type MediaSenderStats = {
  readonly roundTripMs: number | null;
  /** Share of packets that the receiver missed lately, 0 to 1. */
  readonly lossShare: number;
  readonly sentBytes: number;
  readonly sentPackets: number;
  readonly retransmittedPackets: number;
  readonly nackedPackets: number;
  readonly keyFrameRequests: number;
  readonly droppedFrames: number;
  readonly feedbackPackets: number;
  readonly estimateKbps: number;
  readonly targetKbps: number;
};

/** The RTP side of a call, free of sockets: packets out, RTCP in, key frame requests and a target bitrate up. */
export class MediaSender implements RtcpVisitor {
  readonly #options: MediaSenderOptions;
  readonly #sentLog = new SentLog();
  readonly #estimator: BandwidthEstimator;
  readonly #timeline: MediaTimeline;
  #audio: AudioRtpStream | null = null;
  #video: VideoRtpStream | null = null;
  #pacer: Pacer | null = null;
  #videoCodec: VideoCodec | null = null;
  #hasTransportFeedback = false;
  #isOpen = false;
  #isClosed = false;
  #awaitsKeyFrame = true;
  #lastKeyFrameRequestMs = Number.NEGATIVE_INFINITY;
  #lastFullIntraSequence = -1;
  #lastLossReportMs = -1;
  #cancelReports: (() => void) | null = null;
  #roundTripMs: number | null = null;
  #retransmitTokenBytes = RETRANSMIT_BURST_BYTES;
  #retransmitRefilledAtMs = 0;
  #targetKbps: number;
  #sentBytes = 0;
  #sentPackets = 0;
  #retransmittedPackets = 0;
  #nackedPackets = 0;
  #keyFrameRequests = 0;
  #droppedFrames = 0;
  #feedbackPackets = 0;

  constructor(options: MediaSenderOptions) {
    this.#options = options;
    this.#estimator = new BandwidthEstimator(options.limits);
    this.#timeline = new MediaTimeline(options.clock, options.wallAtClockZeroMs);
    this.#targetKbps = videoShare(options.limits.startKbps, options.limits.minKbps);
  }

  get videoCodec(): VideoCodec | null {
    return this.#videoCodec;
  }

  /** Time that the last picture given still has to wait for its turn. */
  get videoBacklogMs(): number {
    return this.#pacer?.backlogMs ?? 0;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Fixes payload types and header extensions as the answer to an offer of ours says. */
  configure(media: NegotiatedMedia): void {
    this.#pacer?.close();
    this.#audio = null;
    const { identity } = this.#options;
    const firstSequence = identity.firstSequence;
    const firstTimestamp = identity.firstTimestamp;
    if (media.audio !== null) {
      this.#audio = new AudioRtpStream({
        ssrc: identity.audioSsrc,
        payloadType: media.audio.payloadType,
        header: new RtpHeaderWriter(media.audio.mid, media.audio.extensions),
        firstSequence,
        firstTimestamp,
        transmit: (header, bytes, byteLength) => this.#transmit(header, bytes, byteLength, this.#options.sendAudio),
      });
    }
    if (media.video === null) return;
    const { codec, payloadType, rtxPayloadType, mid, extensions } = media.video;
    const video = new VideoRtpStream({
      codec,
      payloadType,
      rtxPayloadType,
      ssrc: identity.videoSsrc,
      rtxSsrc: identity.rtxSsrc,
      header: new RtpHeaderWriter(mid, extensions),
      firstSequence,
      firstTimestamp,
      nowMs: () => this.#options.clock.nowMs(),
      transmit: (header, bytes, byteLength) => this.#transmit(header, bytes, byteLength, this.#options.sendVideo),
    });
    this.#video = video;
    this.#videoCodec = codec;
    this.#hasTransportFeedback = extensions.transportSequence !== undefined;
    this.#pacer = new Pacer(this.#options.clock, video, this.#estimator.targetKbps);
  }

  /** The transport takes packets from now on; pictures begin with a key frame. */
  open(): void {
    if (this.#isClosed) return;
    this.#awaitsKeyFrame = true;
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#scheduleReports();
      this.#options.onTargetBitrate(this.#targetKbps);
    }
    this.#lastKeyFrameRequestMs = Number.NEGATIVE_INFINITY;
    this.#requestKeyFrame();
  }

  sendAudio(opusPacket: Uint8Array, mediaTimeMs: number): void {
    if (this.#isClosed) return;
    this.#timeline.observe(mediaTimeMs);
    if (this.#isOpen) this.#audio?.send(opusPacket, mediaTimeMs);
  }

  sendVideo(frame: EncodedVideoFrame, mediaTimeMs: number): void {
    const video = this.#video;
    const pacer = this.#pacer;
    if (!this.#isOpen || video === null || pacer === null) return;
    this.#timeline.observe(mediaTimeMs);
    if (frame.isKeyFrame) {
      this.#awaitsKeyFrame = false;
    } else if (this.#awaitsKeyFrame) {
      this.#dropFrame();
      if (pacer.backlogMs < BACKLOG_RESUME_MS) this.#requestKeyFrame();
      return;
    }
    const isTooLate = !frame.isKeyFrame && pacer.backlogMs > BACKLOG_LIMIT_MS;
    if (isTooLate || !video.hasRoomFor(frame)) {
      this.#dropFrame();
      this.#awaitsKeyFrame = true;
      return;
    }
    video.enqueue(frame, mediaTimeMs);
    pacer.kick();
  }

  receiveRtcp(packet: Buffer): void {
    if (!this.#isClosed) parseRtcp(packet, this);
  }

  reportBlock(block: ReportBlock): void {
    const nowMs = this.#options.clock.nowMs();
    if (block.lastSenderReport !== 0) {
      const wallMs = this.#options.wallAtClockZeroMs + nowMs;
      const roundTrip = roundTripMs(wallMs, block.lastSenderReport, block.delaySinceLastSenderReport);
      if (roundTrip > -REPORT_CLOCK_ROUNDING_MS && roundTrip < 10_000) {
        const measuredMs = Math.max(0, roundTrip);
        this.#roundTripMs = this.#roundTripMs === null ? measuredMs : 0.7 * this.#roundTripMs + 0.3 * measuredMs;
        this.#estimator.setRoundTrip(this.#roundTripMs);
      }
    }
    if (this.#hasTransportFeedback || block.ssrc !== this.#options.identity.videoSsrc) return;
    const intervalMs = this.#lastLossReportMs < 0 ? 0 : nowMs - this.#lastLossReportMs;
    this.#lastLossReportMs = nowMs;
    this.#estimator.updateFromLoss(block.fractionLost, nowMs, intervalMs);
    this.#applyEstimate();
  }

  nack(mediaSsrc: number, sequence: number): void {
    const video = this.#video;
    if (video === null || mediaSsrc !== video.ssrc || !this.#isOpen) return;
    this.#nackedPackets += 1;
    this.#refillRetransmitBudget();
    if (this.#retransmitTokenBytes <= 0) return;
    const gapMs = Math.max(MIN_RETRANSMIT_GAP_MS, this.#roundTripMs ?? 0);
    const sentBytes = video.retransmit(sequence, gapMs);
    if (sentBytes === 0) return;
    this.#retransmittedPackets += 1;
    this.#retransmitTokenBytes -= sentBytes;
    this.#pacer?.charge(sentBytes);
  }

  pictureLoss(mediaSsrc: number): void {
    if (mediaSsrc !== this.#options.identity.videoSsrc) return;
    this.#keyFrameRequests += 1;
    this.#requestKeyFrame();
  }

  fullIntraRequest(mediaSsrc: number, commandSequence: number): void {
    if (mediaSsrc !== this.#options.identity.videoSsrc || commandSequence === this.#lastFullIntraSequence) return;
    this.#lastFullIntraSequence = commandSequence;
    this.#keyFrameRequests += 1;
    this.#requestKeyFrame();
  }

  receiverEstimate(kbps: number): void {
    if (this.#hasTransportFeedback) return;
    this.#estimator.setReceiverEstimate(kbps);
    this.#applyEstimate();
  }

  transportFeedback(packet: Buffer): void {
    this.#feedbackPackets += 1;
    parseTransportFeedback(packet, (sequence, receivedAtMs) => {
      const sentAtMs = this.#sentLog.sentAtMs(sequence);
      if (sentAtMs < 0) return;
      if (receivedAtMs === null) {
        this.#estimator.packetLost();
      } else {
        this.#estimator.packetReceived(sentAtMs, receivedAtMs, this.#sentLog.sizeBytes(sequence));
      }
      this.#sentLog.take(sequence);
    });
    this.#estimator.update(this.#options.clock.nowMs());
    this.#applyEstimate();
  }

  stats(): MediaSenderStats {
    return {
      roundTripMs: this.#roundTripMs,
      lossShare: this.#estimator.lossShare,
      sentBytes: this.#sentBytes,
      sentPackets: this.#sentPackets,
      retransmittedPackets: this.#retransmittedPackets,
      nackedPackets: this.#nackedPackets,
      keyFrameRequests: this.#keyFrameRequests,
      droppedFrames: this.#droppedFrames,
      feedbackPackets: this.#feedbackPackets,
      estimateKbps: this.#estimator.targetKbps,
      targetKbps: this.#targetKbps,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#isOpen = false;
    this.#pacer?.close();
    this.#cancelReports?.();
    this.#cancelReports = null;
  }

  #transmit(header: RtpHeaderWriter, bytes: Buffer, byteLength: number, send: (bytes: Buffer) => void): void {
    if (!this.#isOpen) return;
    const nowMs = this.#options.clock.nowMs();
    const transportSequence = header.carriesTransportSequence ? this.#sentLog.record(byteLength, nowMs) : 0;
    header.stamp(bytes, this.#options.wallAtClockZeroMs + nowMs, transportSequence);
    this.#sentBytes += byteLength;
    this.#sentPackets += 1;
    send(bytes.subarray(0, byteLength));
  }

  #dropFrame(): void {
    this.#droppedFrames += 1;
  }

  #requestKeyFrame(): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#lastKeyFrameRequestMs < KEY_FRAME_REQUEST_GAP_MS) return;
    this.#lastKeyFrameRequestMs = nowMs;
    this.#options.onKeyFrameRequest();
  }

  #refillRetransmitBudget(): void {
    const nowMs = this.#options.clock.nowMs();
    const kbps = Math.max(RETRANSMIT_MIN_KBPS, RETRANSMIT_SHARE * this.#estimator.targetKbps);
    const earnedBytes = ((nowMs - this.#retransmitRefilledAtMs) * kbps) / 8;
    this.#retransmitRefilledAtMs = nowMs;
    this.#retransmitTokenBytes = Math.min(RETRANSMIT_BURST_BYTES, this.#retransmitTokenBytes + earnedBytes);
  }

  #applyEstimate(): void {
    const { minKbps } = this.#options.limits;
    const estimateKbps = this.#estimator.targetKbps;
    this.#pacer?.setTarget(estimateKbps);
    const kbps = videoShare(estimateKbps, minKbps);
    if (Math.abs(kbps - this.#targetKbps) < this.#targetKbps * REPORT_STEP) return;
    this.#targetKbps = kbps;
    this.#options.onTargetBitrate(kbps);
  }

  #scheduleReports(): void {
    this.#cancelReports = this.#options.clock.schedule(SENDER_REPORT_INTERVAL_MS, () => this.#scheduleReports());
    this.#sendReports();
  }

  /** Both reports describe the same moment on the same timeline, so a receiver aligns sound and picture exactly. */
  #sendReports(): void {
    const moment = this.#timeline.now();
    if (moment === null) return;
    const { canonicalName } = this.#options.identity;
    const streams = [
      { stream: this.#audio, send: this.#options.sendAudio },
      { stream: this.#video, send: this.#options.sendVideo },
    ];
    for (const { stream, send } of streams) {
      if (stream === null || stream.packetCount === 0) continue;
      const { ssrc, packetCount, octetCount } = stream;
      const rtpTimestamp = stream.timestampAt(moment.mediaTimeMs);
      send(buildSenderReport({ ssrc, wallMs: moment.wallMs, rtpTimestamp, packetCount, octetCount, canonicalName }));
    }
  }
}

/** What is left for coded pictures when sound and packet headers have had theirs. */
function videoShare(estimateKbps: number, minKbps: number): number {
  return Math.round(Math.max(minKbps, (estimateKbps - AUDIO_RESERVE_KBPS) * PAYLOAD_SHARE));
}
