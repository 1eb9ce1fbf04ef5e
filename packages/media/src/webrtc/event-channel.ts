import type { DataChannel } from 'node-datachannel';

/** What the other side has not taken yet: above this it is given up. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

export type EventChannelListener = {
  readonly onOpen: () => void;
  readonly onMessage: (text: string) => void;
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
    if (
      this.#channel.bufferedAmount() > MAX_BUFFERED_BYTES ||
      Buffer.byteLength(text) > this.#channel.maxMessageSize()
    ) {
      this.#end();
      return;
    }
    this.#channel.sendMessage(text);
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
