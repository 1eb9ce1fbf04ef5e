import type { ClientWireMessage } from '@visavis/protocol';
import { readHeartbeat } from './from-wire.ts';
import { LifeWatch } from './life-watch.ts';
import { receivedFrame, sentMessage, type WireRecord } from './wire-record.ts';

export type SocketListener = {
  onOpen(): void;
  onFrame(text: string): void;
  /** The server lives, whatever it is busy with. */
  onBeat(): void;
  /** Each message both ways but heartbeats, before it is handled; `makeRecord` does the work of describing it. */
  onWire(makeRecord: () => WireRecord): void;
  /** Once, when the socket is gone for any reason other than `close()`. */
  onClosed(close: { readonly opened: boolean; readonly code: number; readonly reason: string }): void;
};

export type CreateSocket = (url: string) => WebSocket;

/** Bytes waiting in the socket above which microphone chunks are dropped: about 4 s of sound. */
const maxBufferedBytes = 256 * 1024;

const openState = 1;

/** RFC 6455, section 7.4.1: the connection ended without a word. */
const lostCode = 1006;

/** One socket of one call. */
export class SocketLink {
  readonly #socket: WebSocket;
  readonly #listener: SocketListener;
  readonly #life: LifeWatch;
  #opened = false;
  #closed = false;
  #droppedChunks = 0;

  constructor(createSocket: CreateSocket, url: string, listener: SocketListener) {
    this.#socket = createSocket(url);
    this.#listener = listener;
    this.#life = new LifeWatch(() => this.#lose());
    this.#socket.addEventListener('open', () => {
      if (this.#closed) return;
      this.#opened = true;
      listener.onOpen();
    });
    this.#socket.addEventListener('message', (event: MessageEvent<unknown>) => {
      const { data } = event;
      if (this.#closed || typeof data !== 'string') return;
      const intervalMs = readHeartbeat(data);
      if (intervalMs !== null) {
        this.#life.noteBeat(intervalMs);
        listener.onBeat();
        return;
      }
      this.#life.noteFrame();
      listener.onWire(() => receivedFrame(data));
      listener.onFrame(data);
    });
    this.#socket.addEventListener('close', (event) => {
      if (this.#closed) return;
      this.#closed = true;
      this.#life.close();
      listener.onClosed({ opened: this.#opened, code: event.code, reason: event.reason });
    });
  }

  /** The connection may have died with a network that went away: it is judged sooner. */
  doubt(): void {
    this.#life.doubt();
  }

  /** Chunks of sound not sent because the network could not keep up. */
  get droppedChunks(): number {
    return this.#droppedChunks;
  }

  /** Returns false when the socket is not open; the message is then gone. */
  send(message: ClientWireMessage): boolean {
    if (this.#closed || this.#socket.readyState !== openState) return false;
    this.#socket.send(JSON.stringify(message));
    this.#listener.onWire(() => sentMessage(message));
    return true;
  }

  sendSound(message: ClientWireMessage): void {
    if (this.#socket.bufferedAmount > maxBufferedBytes) {
      this.#droppedChunks += 1;
      return;
    }
    this.send(message);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#life.close();
    this.#socket.close(1000, 'bye');
  }

  /** The server is not heard any more, though the browser takes the socket for open. */
  #lose(): void {
    if (this.#closed) return;
    this.close();
    this.#listener.onClosed({ opened: true, code: lostCode, reason: '' });
  }
}
