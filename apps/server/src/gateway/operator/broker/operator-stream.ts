import { Duplex } from 'node:stream';
import { LIMITS } from '@visavis/protocol';
import { PacketMeter } from './packet-meter.ts';

/** The network on which an operator's connection lies: a WebSocket, or TCP. */
export type Peer = {
  readonly address: string;
  send(bytes: Uint8Array): void;
  /** Sent, and not taken by the network yet. */
  backlogBytes(): number;
  end(): void;
};

/**
 * One connection as the broker reads and writes it. It never makes the broker wait: whoever does not read is given up, and so
 * is who sends packets that are too long or too many, before the broker sees them.
 */
export class OperatorStream extends Duplex {
  readonly #peer: Peer;
  readonly #meter = new PacketMeter(LIMITS.bytes.operatorPacket);
  #windowMs = Number.NEGATIVE_INFINITY;
  #packets = 0;
  #bytes = 0;

  constructor(peer: Peer) {
    super({ allowHalfOpen: false });
    this.#peer = peer;
  }

  /** What has come from the network. */
  receive(piece: Uint8Array): void {
    if (this.destroyed) return;
    const kinds = this.#meter.take(piece);
    if (kinds === null || this.#isFlood(kinds.length, piece.length)) this.destroy();
    else this.push(piece);
  }

  /** The network is gone. */
  leave(): void {
    this.destroy();
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#send(chunk);
    done();
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: (error?: Error) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: () => void): void {
    this.#peer.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#peer.end();
    done(error);
  }

  #send(bytes: Uint8Array): void {
    if (this.#peer.backlogBytes() > LIMITS.bytes.operatorBacklog) this.destroy();
    else this.#peer.send(bytes);
  }

  #isFlood(packets: number, bytes: number): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#windowMs >= 1000) [this.#windowMs, this.#packets, this.#bytes] = [nowMs, 0, 0];
    this.#packets += packets;
    this.#bytes += bytes;
    return (
      this.#packets > LIMITS.perSecond.operatorPackets ||
      this.#bytes > LIMITS.perSecond.textBytes ||
      this.readableLength > LIMITS.bytes.operatorBacklog
    );
  }
}
