import nodeDataChannel, { type PeerConnection, type Track } from 'node-datachannel';
import { waitUntil } from './wait-until.ts';

/** A light receiving client on the same native library: for tests that need many, and for benchmarks. */
export class NativeClient {
  readonly connection: PeerConnection;
  readonly #tracks: Track[] = [];
  readonly #gathered: Promise<void>;
  videoPackets = 0;
  videoBytes = 0;
  audioPackets = 0;
  audioBytes = 0;
  onAudioPacket: (bytes: number) => void = () => {};
  /** Whole pictures: packets that carry the marker. */
  pictures = 0;
  /** Performance time of the first whole picture's last packet, or null. */
  firstPictureAtMs: number | null = null;

  constructor(portRange = { begin: 20_200, end: 20_499 }) {
    this.connection = new nodeDataChannel.PeerConnection('client', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      portRangeBegin: portRange.begin,
      portRangeEnd: portRange.end,
    });
    this.#gathered = new Promise((resolve) => {
      this.connection.onGatheringStateChange((state) => {
        if (state === 'complete') resolve();
      });
    });
    // As with tracks: without these callbacks the native wrappers stay until they are collected.
    this.connection.onStateChange(() => {});
    this.connection.onTrack((track) => this.#listen(track));
  }

  get isConnected(): boolean {
    return this.connection.state() === 'connected';
  }

  async answer(offerSdp: string): Promise<{ type: 'answer'; sdp: string }> {
    this.connection.setRemoteDescription(offerSdp, 'offer');
    // Asked for an answer too early, the library ends the process.
    await waitUntil(() => this.connection.signalingState() === 'have-remote-offer');
    this.connection.setLocalDescription('answer');
    await this.#gathered;
    return { type: 'answer', sdp: this.connection.localDescription()?.sdp ?? '' };
  }

  close(): void {
    for (const track of this.#tracks) track.close();
    this.connection.close();
  }

  #listen(track: Track): void {
    this.#tracks.push(track);
    track.onClosed(() => {});
    const isVideo = track.mid() === '1';
    track.onMessage((packet) => {
      const second = packet.readUInt8(1);
      if (second >= 192 && second <= 223) return;
      if (!isVideo) {
        this.audioPackets += 1;
        this.audioBytes += packet.length;
        this.onAudioPacket(packet.length);
        return;
      }
      this.videoPackets += 1;
      this.videoBytes += packet.length;
      if (second < 128) return;
      this.pictures += 1;
      this.firstPictureAtMs ??= performance.now();
    });
  }
}
