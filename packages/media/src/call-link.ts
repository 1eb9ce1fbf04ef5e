import type { DataChannel } from 'node-datachannel';
import { closeAll } from './core/close-all.ts';
import { errorMessage } from './core/error-message.ts';
import type { Logger } from './core/logger.ts';
import type { CallResources } from './session/call-resources.ts';
import type { IceCandidate, SessionConfig, SessionDescription, SessionEvent } from './session/session-events.ts';
import type { SessionInput } from './session/session-state.ts';
import { EventChannel } from './webrtc/event-channel.ts';
import { Microphone } from './webrtc/microphone.ts';
import { OpusDecoder } from './webrtc/opus-decoder.ts';
import { type CameraSink, Peer, type PeerOptions } from './webrtc/peer.ts';
import { type OfferedMedia, readOffer } from './webrtc/session-description.ts';

const MAX_REPEATED_OFFERS = 2;

export type CallLinkEvent =
  | Extract<SessionInput, { type: 'media' }>
  /** An event is larger than the client's data channel takes. */
  | { readonly type: 'event-too-large'; readonly error: unknown }
  | Extract<SessionEvent, { type: 'local-description' | 'local-candidate' | 'channel' | 'channel-message' }>;

export type CallLinkOptions = {
  readonly config: Pick<SessionConfig, 'sessionId' | 'iceServers' | 'connection'>;
  readonly resources: Pick<CallResources, 'network' | 'clock'>;
  readonly logger: Logger;
  /** Told nothing after `close`. */
  listener(event: CallLinkEvent): void;
  onKeyFrameRequest(): void;
  onTargetBitrate(kbps: number): void;
  /** The two sides agree on what is sent. */
  onAgreed(peer: Peer): Promise<void>;
  /** PCM16, mono, 24 kHz. */
  onSound(pcm: Int16Array): void;
  /** Left out: nobody sees what a camera shows. */
  readonly camera?: CameraSink;
};

/** A call's WebRTC connection: agrees with the client, again where a transport gives up, and joins its sound and its data channel. */
export class CallLink {
  readonly #options: CallLinkOptions;
  /** Null until the client's offer is there, where it makes the first one. */
  #peer: Peer | null;
  #microphone: Microphone | null = null;
  #channel: EventChannel | null = null;
  #hasConnected = false;
  #repeatedOffers = 0;
  #isClosed = false;

  constructor(options: CallLinkOptions) {
    this.#options = options;
    this.#peer = options.config.connection === 'answer' ? null : this.#createPeer({});
  }

  sendAudio(opusPacket: Uint8Array, mediaTimeMs: number): void {
    this.#peer?.sendAudio(opusPacket, mediaTimeMs);
  }

  /** Dropped where there is no channel. */
  sendMessage(text: string): void {
    this.#channel?.send(text);
  }

  async offer(): Promise<void> {
    const description = await this.#peer?.createOffer();
    if (description !== undefined) this.#tell({ type: 'local-description', description });
  }

  async setRemoteDescription(description: SessionDescription): Promise<void> {
    const peer = this.#peer;
    if (peer === null) {
      if (description.type === 'offer') await this.#answerFirst(description.sdp);
      return;
    }
    if (description.type === 'offer') {
      const answer = await peer.acceptOffer(description);
      if (answer !== null) this.#tell({ type: 'local-description', description: answer });
      return;
    }
    try {
      peer.acceptAnswer(description);
    } catch (error) {
      if (!peer.needsNewOffer) throw error;
      await this.#offerAgain(errorMessage(error));
      return;
    }
    await this.#options.onAgreed(peer);
  }

  addRemoteCandidate(candidate: IceCandidate): void {
    this.#peer?.addRemoteCandidate(candidate);
  }

  close(): void {
    this.#isClosed = true;
    closeAll(this.#channel, this.#microphone, this.#peer);
  }

  async #answerFirst(sdp: string): Promise<void> {
    const offered = readOffer(sdp);
    const decoder = await OpusDecoder.open();
    if (this.#isClosed || this.#peer !== null) return decoder.close();
    const microphone = this.#createMicrophone(decoder, offered);
    this.#microphone = microphone;
    const peer = this.#createPeer({
      offered,
      onSound: (packet) => this.#isClosed || microphone.push(packet),
      onChannel: (channel) => this.#joinChannel(channel),
    });
    this.#peer = peer;
    const description = await peer.answerFirst(sdp, offered);
    this.#tell({ type: 'local-description', description });
    await this.#options.onAgreed(peer);
  }

  #createMicrophone(decoder: OpusDecoder, { audio }: OfferedMedia): Microphone {
    const { clock } = this.#options.resources;
    const onSound = (pcm: Int16Array) => this.#options.onSound(pcm);
    return new Microphone({ decoder, payloadType: audio.payloadType, nowMs: () => clock.nowMs(), onSound });
  }

  /** The first one is for events; others are not listened to. */
  #joinChannel(channel: DataChannel): void {
    if (this.#channel !== null) {
      channel.close();
      return;
    }
    this.#channel = new EventChannel(channel, {
      onOpen: () => this.#tell({ type: 'channel', state: 'open' }),
      onMessage: (text) => this.#tell({ type: 'channel-message', text }),
      onTooLarge: (byteCount, mostBytes) =>
        this.#tell({ type: 'event-too-large', error: new Error(`It has ${byteCount} bytes, at most ${mostBytes}.`) }),
      onClosed: () => this.#tell({ type: 'channel', state: 'closed' }),
    });
  }

  #tell(event: CallLinkEvent): void {
    if (!this.#isClosed) this.#options.listener(event);
  }

  #createPeer(offered: Pick<PeerOptions, 'offered' | 'onSound' | 'onChannel'>): Peer {
    const { config, logger, onKeyFrameRequest, onTargetBitrate, camera } = this.#options;
    const { network, clock } = this.#options.resources;
    return new Peer({
      iceServers: config.iceServers,
      logger,
      clock,
      extraHostAddresses: network.publicAddresses,
      ...(network.bindAddress === undefined ? {} : { bindAddress: network.bindAddress }),
      ...(network.portRange === undefined ? {} : { portRange: network.portRange }),
      onState: (state) => this.#handleState(state),
      onLocalCandidate: (candidate) => this.#tell({ type: 'local-candidate', candidate }),
      onKeyFrameRequest,
      onTargetBitrate,
      ...(camera === undefined ? {} : { camera }),
      ...offered,
    });
  }

  /** A transport of ours that fails before it ever connected is replaced, since the fault may be ours; a later failure is told. */
  #handleState(state: 'connected' | 'disconnected' | 'failed'): void {
    if (this.#isClosed) return;
    if (state === 'connected') this.#hasConnected = true;
    const mayOffer = this.#options.config.connection !== 'answer';
    if (state === 'failed' && mayOffer && !this.#hasConnected && this.#repeatedOffers < MAX_REPEATED_OFFERS) {
      void this.#offerAgain('The transport failed before it was connected.');
      return;
    }
    this.#tell({ type: 'media', state });
  }

  async #offerAgain(reason: string): Promise<void> {
    if (this.#repeatedOffers >= MAX_REPEATED_OFFERS) {
      this.#tell({ type: 'media', state: 'failed' });
      return;
    }
    this.#repeatedOffers += 1;
    const { logger, config } = this.#options;
    logger.warn({ sessionId: config.sessionId, reason }, 'A transport gave up; the call is offered again.');
    try {
      await this.offer();
    } catch (error) {
      logger.error({ error: errorMessage(error) }, 'A call could not be offered again.');
      this.#tell({ type: 'media', state: 'failed' });
    }
  }
}
