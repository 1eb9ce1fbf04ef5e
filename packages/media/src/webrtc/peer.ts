import { randomBytes, randomInt } from 'node:crypto';
import type { DataChannel, RtcConfig } from 'node-datachannel';
import type { Clock } from '../core/clock.ts';
import { closeAll } from '../core/close-all.ts';
import type { Logger } from '../core/logger.ts';
import { CameraFeedback } from './camera-feedback.ts';
import { type CameraMedia, readCamera } from './camera-section.ts';
import { Connection, type ConnectionEvents } from './connection.ts';
import type { EncodedVideoFrame, VideoCodec } from './encoded-frame.ts';
import { type IceServerOption, usableIceServers } from './ice-servers.ts';
import { MediaSender, type MediaSenderStats, type StreamIdentity } from './media-sender.ts';
import { checkSections, isUsableCandidate, withoutUnusableCandidates } from './remote-description.ts';
import { type RtpPacket, readRtpPacket } from './rtp-packet.ts';
import {
  AUDIO_MID,
  extraHostCandidates,
  fitAnswerToOffer,
  iceUserFragment,
  type OfferedMedia,
  readAnswer,
  tidyDescription,
  VIDEO_MID,
} from './session-description.ts';

const MIN_BITRATE_KBPS = 100;
const MAX_BITRATE_KBPS = 1200;
const START_BITRATE_KBPS = 800;
/** Candidates kept until the answer comes. */
const WAITING_CANDIDATES_MAX = 64;

export type PeerState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
export type PeerCandidate = { readonly candidate: string; readonly sdpMid: string; readonly sdpMLineIndex: number };
export type RemoteCandidate = {
  readonly candidate?: string | null | undefined;
  readonly sdpMid?: string | null | undefined;
  readonly sdpMLineIndex?: number | null | undefined;
};
export type PeerStats = MediaSenderStats & { readonly state: PeerState };

export type PeerOptions = {
  readonly iceServers: readonly IceServerOption[];
  readonly logger: Logger;
  readonly clock: Clock;
  /** Only this local address; all addresses otherwise. */
  readonly bindAddress?: string;
  /** UDP ports, both ends included. */
  readonly portRange?: { readonly begin: number; readonly end: number };
  /** Public addresses mapped to this host port by port; each becomes a host candidate. */
  readonly extraHostAddresses?: readonly string[];
  /** Upper limit of the whole stream; 1,200 by default. */
  readonly maxBitrateKbps?: number;
  onState(state: 'connected' | 'disconnected' | 'failed'): void;
  onLocalCandidate(candidate: PeerCandidate): void;
  onKeyFrameRequest(): void;
  /** What the video encoder should produce, sound and packet overhead already taken off. */
  onTargetBitrate(kbps: number): void;
  /** What the client's own offer names, where it makes the first one. Left out: this side does. */
  readonly offered?: OfferedMedia;
  /** Sound of the client, as RTP. Left out: none is expected. */
  onSound?(packet: Buffer): void;
  onChannel?(channel: DataChannel): void;
  /** Looks at what the client's camera sends. Left out: no camera is taken. */
  readonly camera?: CameraSink;
};

export type CameraSink = {
  /** What its packets hold, by payload type; none: it is off. */
  agree(codecs: CameraMedia['codecs']): void;
  /** True: a key frame is to be asked for now. `payload` holds until this returns. */
  push(packet: RtpPacket): boolean;
};

const NO_CODECS: CameraMedia['codecs'] = new Map();

/**
 * The avatar's end of a call: offers one sound and one picture, both sending, and sends what it is given. The media
 * state (numbers, time stamps, bandwidth estimate) outlives the transport, which is replaced when the client restarts ICE.
 */
export class Peer {
  readonly #options: PeerOptions;
  readonly #identity: StreamIdentity;
  readonly #sender: MediaSender;
  readonly #waitingCandidates: { candidate: string; mid: string }[] = [];
  /** Local candidates of before the description was handed out; null afterwards. */
  #heldCandidates: PeerCandidate[] | null = [];
  readonly #feedback: CameraFeedback;
  /** Sections that are for what we send. */
  readonly #ourMids: readonly string[];
  #camera: CameraMedia | null = null;
  #connection: Connection;
  #retiring: Connection | null = null;
  #remoteFragment: string | null = null;
  #state: PeerState = 'new';
  /** The transport cannot be used any more. */
  #isSpent = false;
  #isClosed = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#identity = newIdentity();
    this.#feedback = new CameraFeedback(this.#identity.videoSsrc);
    const { offered } = options;
    this.#ourMids =
      offered === undefined
        ? [AUDIO_MID, VIDEO_MID]
        : [offered.audio.mid, ...(offered.video === null ? [] : [offered.video.mid])];
    const { clock, logger } = options;
    const maxKbps = Math.max(MIN_BITRATE_KBPS, options.maxBitrateKbps ?? MAX_BITRATE_KBPS);
    this.#sender = new MediaSender({
      clock,
      logger,
      limits: { minKbps: MIN_BITRATE_KBPS, maxKbps, startKbps: Math.min(START_BITRATE_KBPS, maxKbps) },
      identity: this.#identity,
      wallAtClockZeroMs: Date.now() - clock.nowMs(),
      sendAudio: (packet) => this.#sendPacket(packet, 'audio'),
      sendVideo: (packet) => this.#sendPacket(packet, 'video'),
      onKeyFrameRequest: () => options.onKeyFrameRequest(),
      onTargetBitrate: (kbps) => options.onTargetBitrate(kbps),
    });
    this.#connection = this.#openConnection();
  }

  /** What the client's answer chose; null before it. */
  get videoCodec(): VideoCodec | null {
    return this.#sender.videoCodec;
  }

  /** The transport gave up while it took an answer; `createOffer` starts over. */
  get needsNewOffer(): boolean {
    return this.#isSpent;
  }

  /** Whether packets reach the client: the transport is connected and encrypted. */
  get isVideoReady(): boolean {
    return this.#sender.isOpen;
  }

  /** How long a picture given now would wait for its turn. */
  get videoBacklogMs(): number {
    return this.#sender.videoBacklogMs;
  }

  /**
   * Makes the offer of a call. May be called again when the transport has failed: the new offer belongs to a fresh
   * transport, and clients replace theirs.
   */
  async createOffer(): Promise<{ type: 'offer'; sdp: string }> {
    if (this.#isSpent) {
      this.#connection.close();
      this.#remoteFragment = null;
      this.#heldCandidates = [];
      this.#isSpent = false;
      this.#state = 'new';
      this.#connection = this.#openConnection();
    }
    const sdp = await this.#connection.describe('offer');
    this.#releaseCandidates();
    return { type: 'offer', sdp: this.#finish(sdp) };
  }

  /**
   * Throws when the answer is unusable. Very rarely a good answer fails as well: the native library may start DTLS before
   * it has stored the answer's fingerprint, and then gives up. `createOffer` starts over in either case.
   */
  acceptAnswer(description: { readonly sdp: string }): void {
    // An answer that no offer waits for (a client that sent it twice) changes nothing.
    if (this.#isClosed || !this.#connection.hasPendingOffer) return;
    const media = readAnswer(description.sdp);
    try {
      this.#connection.applyRemote(withoutUnusableCandidates(description.sdp), 'answer');
    } catch (error) {
      this.#isSpent = true;
      throw new Error('The transport did not take the answer; a new offer is needed.', { cause: error });
    }
    this.#sender.configure(media);
    this.#agreeOnCamera(description.sdp);
    this.#remoteFragment = iceUserFragment(description.sdp);
    this.#addWaitingCandidates();
  }

  /**
   * Answers an offer of the client in mid-call. Null when our own offer still waits for its answer: ours goes first, and
   * the client follows (perfect negotiation with the server as the impolite side).
   */
  async acceptOffer(description: { readonly sdp: string }): Promise<{ type: 'answer'; sdp: string } | null> {
    if (this.#isClosed || this.#remoteFragment === null || this.#connection.hasPendingOffer) return null;
    checkSections(description.sdp);
    const fragment = iceUserFragment(description.sdp);
    const isRestart = fragment !== null && fragment !== this.#remoteFragment;
    const offer = withoutUnusableCandidates(description.sdp);
    if (isRestart) {
      this.#replaceConnection();
      this.#remoteFragment = fragment;
      // The client was the DTLS client before and stays it: some stacks refuse to swap roles.
      this.#connection.applyRemote(offer.replaceAll('a=setup:actpass', 'a=setup:active'), 'offer');
    } else {
      this.#connection.applyRemote(offer, 'offer');
    }
    const camera = this.#agreeOnCamera(description.sdp);
    const sdp = await this.#connection.describe('answer');
    this.#releaseCandidates();
    return { type: 'answer', sdp: this.#fit(sdp, description.sdp, camera) };
  }

  /** Answers the offer with which the client began the call; see `PeerOptions.offered`. */
  async answerFirst(offerSdp: string, offered: OfferedMedia): Promise<{ type: 'answer'; sdp: string }> {
    checkSections(offerSdp);
    this.#connection.applyRemote(withoutUnusableCandidates(offerSdp), 'offer');
    this.#sender.configure(offered);
    const camera = this.#agreeOnCamera(offerSdp);
    this.#remoteFragment = iceUserFragment(offerSdp);
    const sdp = await this.#connection.describe('answer');
    return { type: 'answer', sdp: this.#fit(sdp, offerSdp, camera) };
  }

  /** Takes anything that clients send; what is of no use is ignored. */
  addRemoteCandidate(candidate: RemoteCandidate | null | undefined): void {
    if (this.#isClosed || typeof candidate?.candidate !== 'string') return;
    const line = candidate.candidate.trim().replace(/^a=/, '');
    if (!isUsableCandidate(line)) return;
    const waiting = { candidate: line, mid: candidate.sdpMid || AUDIO_MID };
    if (this.#remoteFragment === null) {
      if (this.#waitingCandidates.length < WAITING_CANDIDATES_MAX) this.#waitingCandidates.push(waiting);
    } else {
      this.#addCandidate(waiting);
    }
  }

  sendAudio(opusPacket: Uint8Array, mediaTimeMs: number): void {
    if (!this.#isClosed) this.#sender.sendAudio(opusPacket, mediaTimeMs);
  }

  sendVideo(frame: EncodedVideoFrame, mediaTimeMs: number): void {
    if (!this.#isClosed) this.#sender.sendVideo(frame, mediaTimeMs);
  }

  stats(): PeerStats {
    return { ...this.#sender.stats(), state: this.#state };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#state = 'closed';
    const retiring = this.#retiring;
    this.#retiring = null;
    closeAll(this.#sender, retiring, this.#connection);
  }

  /** While a restarted transport connects, packets still leave by the old one. */
  get #sendingConnection(): Connection {
    return this.#retiring !== null && !this.#connection.isOpen ? this.#retiring : this.#connection;
  }

  #sendPacket(packet: Buffer, kind: 'audio' | 'video'): void {
    const connection = this.#sendingConnection;
    try {
      if (kind === 'audio') connection.sendAudio(packet);
      else connection.sendVideo(packet);
    } catch (error) {
      this.#options.logger.debug({ error: String(error) }, 'A packet could not be sent.');
    }
  }

  #openConnection(): Connection {
    const { iceServers, bindAddress, portRange } = this.#options;
    const config: RtcConfig = {
      iceServers: usableIceServers(iceServers),
      ...(bindAddress === undefined ? {} : { bindAddress }),
      ...(portRange === undefined ? {} : { portRangeBegin: portRange.begin, portRangeEnd: portRange.end }),
    };
    const events: ConnectionEvents = {
      onState: (state) => {
        if (connection === this.#connection) this.#changeState(state);
      },
      onOpen: () => {
        if (connection === this.#connection) this.#takeOver();
      },
      onCandidate: (candidate, mid) => this.#announceCandidate(candidate, mid),
      onRtcp: (packet) => this.#sender.receiveRtcp(packet),
      onSound: (packet) => this.#options.onSound?.(packet),
      onPicture: (packet, mid) => this.#look(packet, mid),
      onChannel: (channel) => this.#options.onChannel?.(channel),
    };
    const { clock, offered = null, camera } = this.#options;
    const takesCamera = camera !== undefined;
    const connection: Connection = new Connection(config, this.#identity, clock, events, offered, takesCamera);
    return connection;
  }

  /** The client says by which section its camera comes, if by any. */
  #agreeOnCamera(sdp: string): CameraMedia | null {
    const { camera } = this.#options;
    if (camera === undefined) return null;
    this.#camera = readCamera(sdp);
    camera.agree(this.#camera?.codecs ?? NO_CODECS);
    return this.#camera;
  }

  #look(packet: Buffer, mid: string): void {
    const { camera, logger } = this.#options;
    const read = this.#isClosed || mid !== this.#camera?.mid ? null : readRtpPacket(packet);
    if (read === null || camera === undefined) return;
    this.#feedback.note(read);
    if (!camera.push(read)) return;
    try {
      this.#sendingConnection.sendToCamera(this.#feedback.request(), mid);
    } catch (error) {
      logger.debug({ error: String(error) }, 'A key frame could not be asked for.');
    }
  }

  /** `camera`: the one of that offer; another one may have come meanwhile. */
  #fit(answerSdp: string, offerSdp: string, camera: CameraMedia | null): string {
    return fitAnswerToOffer(this.#finish(answerSdp), offerSdp, this.#ourMids, camera);
  }

  #replaceConnection(): void {
    this.#retiring?.close();
    this.#retiring = this.#connection;
    this.#heldCandidates = [];
    this.#isSpent = false;
    this.#connection = this.#openConnection();
  }

  #takeOver(): void {
    this.#retiring?.close();
    this.#retiring = null;
    this.#sender.open();
  }

  /** The native transport closes by itself only when it has failed. */
  #changeState(nativeState: string): void {
    if (this.#isClosed) return;
    const state = nativeState === 'closed' ? 'failed' : nativeState;
    if (state === 'failed') this.#isSpent = true;
    if (state === 'connected' || state === 'disconnected' || state === 'failed') {
      if (state === this.#state) return;
      this.#state = state;
      this.#options.onState(state);
    } else if (state === 'connecting' && this.#state === 'new') {
      this.#state = state;
    }
  }

  #announceCandidate(candidate: string, mid: string): void {
    const extra = extraHostCandidates(candidate, this.#options.extraHostAddresses ?? []);
    for (const line of [candidate, ...extra]) {
      const announced = { candidate: line, sdpMid: mid, sdpMLineIndex: mid === AUDIO_MID ? 0 : 1 };
      if (this.#heldCandidates !== null) this.#heldCandidates.push(announced);
      else this.#options.onLocalCandidate(announced);
    }
  }

  /** Candidates follow the description that they belong to, never precede it. */
  #releaseCandidates(): void {
    const held = this.#heldCandidates ?? [];
    this.#heldCandidates = null;
    this.#options.clock.schedule(0, () => {
      if (this.#isClosed) return;
      for (const candidate of held) this.#options.onLocalCandidate(candidate);
    });
  }

  #addWaitingCandidates(): void {
    for (const waiting of this.#waitingCandidates.splice(0)) this.#addCandidate(waiting);
  }

  #addCandidate(waiting: { candidate: string; mid: string }): void {
    try {
      this.#connection.addRemoteCandidate(waiting.candidate, waiting.mid);
    } catch (error) {
      this.#options.logger.debug({ error: String(error) }, 'A candidate of the client was not understood.');
    }
  }

  #finish(sdp: string): string {
    return tidyDescription(sdp, this.#options.extraHostAddresses ?? []);
  }
}

function newIdentity(): StreamIdentity {
  const firstSsrc = randomInt(1, 0x7fff_0000);
  return {
    audioSsrc: firstSsrc,
    videoSsrc: firstSsrc + 1,
    rtxSsrc: firstSsrc + 2,
    canonicalName: randomBytes(8).toString('hex'),
    firstSequence: randomInt(0x8000),
    firstTimestamp: randomInt(0x7fff_ffff),
  };
}
