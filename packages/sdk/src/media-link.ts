import type { WireIceCandidate, WireIceServer, WireSessionDescription } from '@visavis/protocol';
import type { CameraTrack } from './camera-track.ts';
import { type CallStatistics, StatisticsReader } from './statistics.ts';

export type MediaState = 'connecting' | 'connected' | 'disconnected' | 'failed';

export type MediaListener = {
  onAnswer(description: WireSessionDescription): void;
  onCandidate(candidate: WireIceCandidate): void;
  onStream(stream: MediaStream): void;
  onState(state: MediaState): void;
  /** The offer could not be answered. */
  onError(error: unknown): void;
};

export type CreatePeer = (configuration: RTCConfiguration) => RTCPeerConnection;

/** Candidates kept while no description is set; a peer with more network addresses than this loses the last ones. */
const maxEarlyCandidates = 64;

/** One peer connection that answers one offer of the server. */
export class MediaLink {
  readonly #peer: RTCPeerConnection;
  readonly #listener: MediaListener;
  readonly #camera: CameraTrack;
  readonly #statistics = new StatisticsReader();
  #earlyCandidates: WireIceCandidate[] = [];
  #described = false;
  #closed = false;

  constructor(
    createPeer: CreatePeer,
    iceServers: readonly WireIceServer[],
    camera: CameraTrack,
    listener: MediaListener,
  ) {
    this.#listener = listener;
    this.#camera = camera;
    this.#peer = createPeer({
      iceServers: iceServers.map((server) => ({ ...server, urls: [...server.urls] })),
      bundlePolicy: 'max-bundle',
    });
    this.#peer.addEventListener('icecandidate', ({ candidate }) => {
      if (this.#closed || candidate === null || candidate.candidate === '') return;
      const { candidate: line, sdpMid, sdpMLineIndex } = candidate;
      listener.onCandidate({ candidate: line, sdpMid: sdpMid ?? '0', sdpMLineIndex: sdpMLineIndex ?? 0 });
    });
    this.#peer.addEventListener('track', ({ streams, track }) => {
      if (this.#closed) return;
      listener.onStream(streams[0] ?? new MediaStream([track]));
    });
    this.#peer.addEventListener('connectionstatechange', () => {
      if (this.#closed) return;
      const state = mediaState(this.#peer.connectionState);
      if (state !== null) listener.onState(state);
    });
  }

  async answer(offer: WireSessionDescription): Promise<void> {
    try {
      await this.#peer.setRemoteDescription(offer);
      if (this.#closed) return;
      this.#described = true;
      for (const candidate of this.#earlyCandidates.splice(0)) this.addCandidate(candidate);
      this.#camera.join(this.#peer, offer.sdp);
      const answer = await this.#peer.createAnswer();
      await this.#peer.setLocalDescription(answer);
      if (this.#closed) return;
      this.#listener.onAnswer({ type: 'answer', sdp: answer.sdp ?? '' });
    } catch (error) {
      if (!this.#closed) this.#listener.onError(error);
    }
  }

  /** A candidate that the browser cannot use is ignored: the others may do. */
  addCandidate(candidate: WireIceCandidate): void {
    if (this.#closed) return;
    if (!this.#described) {
      if (this.#earlyCandidates.length < maxEarlyCandidates) this.#earlyCandidates.push(candidate);
      return;
    }
    void this.#peer.addIceCandidate(candidate).catch(() => undefined);
  }

  async statistics(): Promise<CallStatistics> {
    return this.#statistics.read(await this.#peer.getStats());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer.close();
  }
}

function mediaState(state: RTCPeerConnectionState): MediaState | null {
  switch (state) {
    case 'new':
    case 'connecting':
      return 'connecting';
    case 'connected':
    case 'disconnected':
    case 'failed':
      return state;
    default:
      return null;
  }
}
