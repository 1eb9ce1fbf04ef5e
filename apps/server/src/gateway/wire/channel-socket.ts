import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { textBytes } from '../calls/memory/call-memory.ts';

/** What a connection needs of a socket. */
export type WireSocket = Pick<
  WebSocket,
  'on' | 'once' | 'pause' | 'resume' | 'terminate' | 'ping' | 'readyState' | 'OPEN' | 'bufferedAmount'
> & {
  send(text: string, sent: () => void): void;
  close(code: number, reason: string): void;
};

/** A data channel that looks like a socket: what is said before it opens waits, and counts as what the client has not read. */
export class ChannelSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly #send: (text: string) => void;
  #waiting: string[] | null = [];
  #waitingBytes = 0;
  #isClosed = false;

  constructor(send: (text: string) => void) {
    super();
    this.#send = send;
  }

  get readyState(): 1 | 3 {
    return this.#isClosed ? 3 : 1;
  }

  get bufferedAmount(): number {
    return this.#waitingBytes;
  }

  /** The other side listens. */
  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    this.#waitingBytes = 0;
    for (const text of waiting) this.#send(text);
  }

  receive(text: string): void {
    if (!this.#isClosed) this.emit('message', Buffer.from(text), false);
  }

  send(text: string, sent: () => void): void {
    if (this.#waiting === null) {
      this.#send(text);
    } else {
      this.#waiting.push(text);
      this.#waitingBytes += textBytes(text);
    }
    sent();
  }

  /** The connection below it is watched by its own protocol. */
  ping(): void {
    this.emit('pong', Buffer.alloc(0));
  }

  pause(): void {}

  resume(): void {}

  close(code = 1000): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = null;
    this.#waitingBytes = 0;
    queueMicrotask(() => this.emit('close', code, Buffer.alloc(0)));
  }

  terminate(): void {
    this.close(1006);
  }
}
