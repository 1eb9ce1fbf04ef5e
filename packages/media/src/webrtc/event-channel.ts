import type { DataChannel } from 'node-datachannel';

/** What the other side has not taken yet: above this it is given up. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Whoever does not take even so much takes no events. */
const SMALL_EVENT_BYTES = 1024;

export type EventChannelListener = {
  readonly onOpen: () => void;
  readonly onMessage: (text: string) => void;
  /** A message is larger than the other side takes, and is left out. */
  readonly onTooLarge: (byteCount: number, mostBytes: number) => void;
  /** Also when it takes nothing any more. */
  readonly onClosed: () => void;
};

/** The data channel of a peer connection, for messages of text. */
export class EventChannel {
  readonly #channel: DataChannel;
  readonly #listener: EventChannelListener;
  #isClosed = false;

  constructor(channel: DataChannel, listener: EventChannelListener) {
    this.#channel = channel;
    this.#listener = listener;
    channel.onMessage((message) => {
      if (!this.#isClosed)
        listener.onMessage(typeof message === 'string' ? message : Buffer.from(message as Buffer).toString('utf8'));
    });
    channel.onClosed(() => this.#end());
    channel.onError(() => this.#end());
    if (channel.isOpen()) queueMicrotask(() => this.#isClosed || listener.onOpen());
    else channel.onOpen(() => this.#isClosed || listener.onOpen());
  }

  send(text: string): void {
    if (this.#isClosed || !this.#channel.isOpen()) return;
    const byteCount = Buffer.byteLength(text);
    const mostBytes = this.#channel.maxMessageSize();
    const isTooLarge = byteCount > mostBytes;
    if (this.#channel.bufferedAmount() > MAX_BUFFERED_BYTES || (isTooLarge && byteCount <= SMALL_EVENT_BYTES)) {
      this.#end();
    } else if (isTooLarge) {
      this.#listener.onTooLarge(byteCount, mostBytes);
    } else {
      this.#channel.sendMessage(text);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.onClosed();
  }
}
