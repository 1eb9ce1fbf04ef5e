import {
  type MediaStreamTrack,
  RTCPeerConnection,
  type RTCRtpCodecParameters,
  type RtcpPacket,
  type RtpPacket,
  useH264,
  useOPUS,
  useSdesMid,
  useTransportWideCC,
  useVP8,
} from 'werift';
import type { VideoCodec } from '../encoded-frame.ts';
import type { PeerCandidate, RemoteCandidate } from '../peer.ts';

const FEEDBACK = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'transport-cc' }];

export type ReceivingClientOptions = {
  readonly videoCodecs?: readonly VideoCodec[];
  onCandidate?(candidate: RemoteCandidate): void;
};

/** The other end of a call for tests: a second WebRTC stack that answers an offer and keeps what arrives. */
export class ReceivingClient {
  readonly connection: RTCPeerConnection;
  readonly audioPackets: RtpPacket[] = [];
  readonly videoPackets: RtpPacket[] = [];
  readonly rtcpPackets: RtcpPacket[] = [];
  readonly tracks: MediaStreamTrack[] = [];

  constructor(options: ReceivingClientOptions = {}) {
    const makers: Record<VideoCodec, () => RTCRtpCodecParameters> = {
      vp8: () => useVP8({ rtcpFeedback: FEEDBACK }),
      h264: () => useH264({ rtcpFeedback: FEEDBACK }),
    };
    this.connection = new RTCPeerConnection({
      codecs: {
        audio: [useOPUS()],
        video: (options.videoCodecs ?? ['vp8', 'h264']).map((codec) => makers[codec]()),
      },
      headerExtensions: { audio: [useSdesMid()], video: [useSdesMid(), useTransportWideCC()] },
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ['127.0.0.1'],
      icePortRange: [20_200, 20_499],
      bundlePolicy: 'max-bundle',
    });
    this.connection.onTrack.subscribe((track) => this.#watch(track));
    this.connection.onIceCandidate.subscribe((candidate) => {
      if (candidate !== undefined) options.onCandidate?.(candidate.toJSON());
    });
  }

  /** Resolves with the answer once all of the client's candidates are in it. */
  async answer(offerSdp: string): Promise<{ type: 'answer'; sdp: string }> {
    await this.connection.setRemoteDescription({ type: 'offer', sdp: offerSdp });
    const answer = await this.connection.createAnswer();
    await this.connection.setLocalDescription(answer);
    return { type: 'answer', sdp: this.connection.localDescription?.sdp ?? '' };
  }

  async addCandidate(candidate: PeerCandidate): Promise<void> {
    await this.connection.addIceCandidate(candidate);
  }

  /** Asks for a new key frame. */
  async sendPictureLoss(): Promise<void> {
    const video = this.tracks.find((track) => track.kind === 'video');
    const receiver = this.connection.getReceivers().find((candidate) => candidate.kind === 'video');
    if (video?.ssrc !== undefined) await receiver?.sendRtcpPLI(video.ssrc);
  }

  async sendRtcp(packets: RtcpPacket[]): Promise<void> {
    await this.connection.dtlsTransports[0]?.sendRtcp(packets);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  #watch(track: MediaStreamTrack): void {
    this.tracks.push(track);
    const packets = track.kind === 'audio' ? this.audioPackets : this.videoPackets;
    track.onReceiveRtp.subscribe((packet) => packets.push(packet));
    track.onReceiveRtcp.subscribe((packet) => this.rtcpPackets.push(packet));
  }
}
