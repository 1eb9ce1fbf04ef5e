/** The camera of a call that goes to the server as a track, over as many connections as the call has. */
export class CameraTrack {
  #track: MediaStreamTrack | null = null;
  #transceiver: RTCRtpTransceiver | null = null;

  /** Null: none any more. The page stops the stream itself. */
  set(stream: MediaStream | null): void {
    this.#track = stream?.getVideoTracks()[0] ?? null;
    this.#send();
  }

  /**
   * For a connection that has the server's offer and no answer yet. The avatar's picture and the camera share a section, which the
   * server offers both ways where the avatar sees: a camera can then come and go without another offer.
   */
  join(peer: RTCPeerConnection, offerSdp: string): void {
    this.#transceiver = null;
    const video = offerSdp.split(/^(?=m=)/m).find((section) => section.startsWith('m=video'));
    if (video === undefined || !/^a=sendrecv\r?$/m.test(video)) return;
    const transceiver = peer.getTransceivers().find(({ receiver }) => receiver.track.kind === 'video');
    if (transceiver === undefined) return;
    transceiver.direction = 'sendrecv';
    this.#transceiver = transceiver;
    this.#send();
  }

  #send(): void {
    // A connection that is closed meanwhile takes none, and the next one is joined anew.
    void this.#transceiver?.sender.replaceTrack(this.#track).catch(() => undefined);
  }
}
