import nodeDataChannel, {
  type DataChannel,
  type PeerConnection,
  type RtcConfig,
  type Track,
  type Video,
} from 'node-datachannel';
import type { Clock } from '../core/clock.ts';
import { closeAll } from '../core/close-all.ts';
import type { StreamIdentity } from './media-sender.ts';
import { SECTIONS_MAX } from './remote-description.ts';
import {
  AUDIO_MID,
  EXTENSION_LINES,
  extensionLines,
  type OfferedMedia,
  PAYLOAD_H264,
  PAYLOAD_H264_RTX,
  PAYLOAD_OPUS,
  PAYLOAD_VP8,
  PAYLOAD_VP8_RTX,
  VIDEO_MID,
} from './session-description.ts';

const GATHERING_LIMIT_MS = 1000;
const MTU_BYTES = 1200;
const REPEAT_WITHIN_MS = 5;
const STREAM_ID = 'avatar';
const CLOCK_RATE_HZ = 90_000;
const H264_CONSTRAINED_BASELINE = 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1';
const OPUS_PARAMETERS = 'minptime=10;useinbandfec=1;stereo=0';

export type ConnectionEvents = {
  onState(state: string): void;
  /** The transport is encrypted and takes packets. */
  onOpen(): void;
  onCandidate(candidate: string, mid: string): void;
  onRtcp(packet: Buffer): void;
  /** Sound of the client, as RTP. */
  onSound(packet: Buffer): void;
  /** Pictures of the client, as RTP, in this section. */
  onPicture(packet: Buffer, mid: string): void;
  onChannel(channel: DataChannel): void;
};

/** Packet types of RTCP that share a port with RTP (RFC 5761, 4). */
const RTCP_TYPES = { first: 192, last: 223 } as const;

/** One ICE and DTLS transport with our two tracks: the native object, its callbacks guarded after `close`. */
export class Connection {
  readonly #peer: PeerConnection;
  readonly #audioTrack: Track;
  /** Null: the client wants no picture. */
  readonly #videoTrack: Track | null;
  /** In sections that the client has added, by their names. */
  readonly #clientTracks = new Map<string, Track>();
  readonly #clock: Clock;
  readonly #gathered: Promise<void>;
  #lastRtcp: Buffer | null = null;
  #lastRtcpAtMs = 0;
  #isClosed = false;
  #isOpen = false;

  /**
   * @param offered What the client's own offer names; null: this side offers.
   * @param takesCamera Pictures of the client are taken.
   */
  constructor(
    config: RtcConfig,
    identity: StreamIdentity,
    clock: Clock,
    events: ConnectionEvents,
    offered: OfferedMedia | null = null,
    takesCamera = false,
  ) {
    this.#clock = clock;
    this.#peer = new nodeDataChannel.PeerConnection('visavis', {
      ...config,
      disableAutoNegotiation: true,
      mtu: MTU_BYTES,
    });
    this.#audioTrack = this.#peer.addTrack(describeAudio(identity, offered?.audio ?? null));
    const isSeen = offered === null || offered.video !== null;
    const direction = takesCamera ? 'SendRecv' : 'SendOnly';
    this.#videoTrack = isSeen ? this.#peer.addTrack(describeVideo(identity, offered?.video ?? null, direction)) : null;
    if (takesCamera) this.#peer.onTrack((track) => this.#takeTrack(track, events));
    this.#peer.onDataChannel((channel) => {
      if (!this.#isClosed) events.onChannel(channel);
    });
    this.#gathered = new Promise((resolve) => {
      this.#peer.onGatheringStateChange((state) => {
        if (state === 'complete') resolve();
      });
    });
    this.#peer.onStateChange((state) => {
      if (!this.#isClosed) events.onState(state);
    });
    this.#peer.onLocalCandidate((candidate, mid) => {
      if (!this.#isClosed) events.onCandidate(candidate.replace(/^a=/, ''), mid);
    });
    this.#listenTo(this.#audioTrack, events, (packet) => events.onSound(packet));
    const { videoMid } = this;
    if (videoMid !== null && this.#videoTrack !== null) {
      this.#listenTo(this.#videoTrack, events, (packet) => events.onPicture(packet, videoMid));
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The name of our picture's section. */
  get videoMid(): string | null {
    return this.#videoTrack?.mid() ?? null;
  }

  get hasPendingOffer(): boolean {
    return this.#peer.signalingState() === 'have-local-offer';
  }

  /** Makes an offer or answer and waits for its candidates, at most about one second. */
  async describe(type: 'offer' | 'answer'): Promise<string> {
    this.#peer.setLocalDescription(type);
    if (this.#peer.gatheringState() !== 'complete') {
      let cancel = () => {};
      const limit = new Promise<void>((resolve) => {
        cancel = this.#clock.schedule(GATHERING_LIMIT_MS, resolve);
      });
      await Promise.race([this.#gathered, limit]);
      cancel();
    }
    const description = this.#isClosed ? null : this.#peer.localDescription();
    if (description === null) throw new Error('The connection was closed before it had a description.');
    return description.sdp;
  }

  applyRemote(sdp: string, type: 'offer' | 'answer'): void {
    this.#peer.setRemoteDescription(sdp, type);
  }

  addRemoteCandidate(candidate: string, mid: string): void {
    this.#peer.addRemoteCandidate(candidate, mid);
  }

  sendAudio(packet: Buffer): boolean {
    return this.#isOpen && this.#audioTrack.sendMessageBinary(packet);
  }

  sendVideo(packet: Buffer): boolean {
    return this.#isOpen && this.#videoTrack?.sendMessageBinary(packet) === true;
  }

  /** RTCP for whoever sends the pictures of this section. */
  sendToCamera(packet: Buffer, mid: string): void {
    if (!this.#isOpen) return;
    const track = mid === this.videoMid ? this.#videoTrack : this.#clientTracks.get(mid);
    if (track?.isOpen() === true) track.sendMessageBinary(packet);
  }

  /** Tracks are closed one by one: the native library keeps the process alive for a track left open. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isOpen = false;
    closeAll(this.#audioTrack, this.#videoTrack, ...this.#clientTracks.values(), this.#peer);
    this.#clientTracks.clear();
  }

  /** A section that the client has added: for pictures, if for anything. */
  #takeTrack(track: Track, events: ConnectionEvents): void {
    const mid = track.mid();
    if (this.#isClosed || track.type() !== 'video' || this.#clientTracks.size >= SECTIONS_MAX) {
      track.onClosed(() => {});
      track.close();
      return;
    }
    this.#clientTracks.set(mid, track);
    this.#listenTo(track, events, (packet) => events.onPicture(packet, mid));
  }

  #listenTo(track: Track, events: ConnectionEvents, onMedia: (packet: Buffer) => void): void {
    // The native wrapper frees itself after this callback; without one it keeps the process alive until collected.
    track.onClosed(() => {});
    track.onOpen(() => {
      const areBothOpen = this.#audioTrack.isOpen() && this.#videoTrack?.isOpen() !== false;
      if (this.#isClosed || this.#isOpen || !areBothOpen) return;
      this.#isOpen = true;
      events.onOpen();
    });
    track.onMessage((packet) => {
      if (this.#isClosed) return;
      if (!isRtcp(packet)) onMedia(packet);
      else if (!this.#isRepeat(packet)) events.onRtcp(packet);
    });
  }

  /** A packet is delivered once per stream that it names, to whichever track that stream belongs. */
  #isRepeat(packet: Buffer): boolean {
    const nowMs = this.#clock.nowMs();
    const isRepeat = nowMs - this.#lastRtcpAtMs < REPEAT_WITHIN_MS && this.#lastRtcp?.equals(packet) === true;
    this.#lastRtcp = packet;
    this.#lastRtcpAtMs = nowMs;
    return isRepeat;
  }
}

function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= RTCP_TYPES.first && type <= RTCP_TYPES.last;
}

function describeAudio(identity: StreamIdentity, offered: OfferedMedia['audio'] | null) {
  const payloadType = offered?.payloadType ?? PAYLOAD_OPUS;
  const audio = new nodeDataChannel.Audio(offered?.mid ?? AUDIO_MID, offered === null ? 'SendOnly' : 'SendRecv');
  audio.addOpusCodec(payloadType, OPUS_PARAMETERS);
  audio.parseSdpLine(`a=rtcp-fb:${payloadType} transport-cc`);
  if (offered !== null) addExtensions(audio, offered.extensions);
  else for (const line of EXTENSION_LINES) audio.parseSdpLine(line);
  audio.addSSRC(identity.audioSsrc, identity.canonicalName, STREAM_ID, 'audio');
  return audio;
}

/** Those of the offer's header extensions that we write. */
function addExtensions(section: DescribedSection, extensions: OfferedMedia['audio']['extensions']): void {
  for (const line of extensionLines(extensions)) section.parseSdpLine(line);
}

type DescribedSection = { parseSdpLine(line: string): void };

type VideoDirection = 'SendOnly' | 'SendRecv';

/** The client's own offer: one codec of it, as it numbers it. */
function describeOfferedVideo(
  identity: StreamIdentity,
  offered: NonNullable<OfferedMedia['video']>,
  direction: VideoDirection,
) {
  const { mid, codec, payloadType, rtxPayloadType, extensions } = offered;
  const video = new nodeDataChannel.Video(mid, direction);
  if (codec === 'vp8') video.addVP8Codec(payloadType);
  else video.addH264Codec(payloadType, H264_CONSTRAINED_BASELINE);
  if (rtxPayloadType !== null) video.addRTXCodec(rtxPayloadType, payloadType, CLOCK_RATE_HZ);
  video.parseSdpLine(`a=rtcp-fb:${payloadType} transport-cc`);
  video.parseSdpLine(`a=rtcp-fb:${payloadType} ccm fir`);
  addExtensions(video, extensions);
  addVideoStreams(video, identity, rtxPayloadType !== null);
  return video;
}

function addVideoStreams(video: Video, { videoSsrc, rtxSsrc, canonicalName }: StreamIdentity, hasRtx: boolean): void {
  video.addSSRC(videoSsrc, canonicalName, STREAM_ID, 'video');
  if (!hasRtx) return;
  video.addSSRC(rtxSsrc, canonicalName, STREAM_ID, 'video');
  video.parseSdpLine(`a=ssrc-group:FID ${videoSsrc} ${rtxSsrc}`);
}

function describeVideo(identity: StreamIdentity, offered: OfferedMedia['video'], direction: VideoDirection) {
  if (offered !== null) return describeOfferedVideo(identity, offered, direction);
  const video = new nodeDataChannel.Video(VIDEO_MID, direction);
  video.addVP8Codec(PAYLOAD_VP8);
  video.addRTXCodec(PAYLOAD_VP8_RTX, PAYLOAD_VP8, CLOCK_RATE_HZ);
  video.addH264Codec(PAYLOAD_H264, H264_CONSTRAINED_BASELINE);
  video.addRTXCodec(PAYLOAD_H264_RTX, PAYLOAD_H264, CLOCK_RATE_HZ);
  for (const payloadType of [PAYLOAD_VP8, PAYLOAD_H264]) {
    video.parseSdpLine(`a=rtcp-fb:${payloadType} transport-cc`);
    video.parseSdpLine(`a=rtcp-fb:${payloadType} ccm fir`);
  }
  for (const line of EXTENSION_LINES) video.parseSdpLine(line);
  addVideoStreams(video, identity, true);
  return video;
}
