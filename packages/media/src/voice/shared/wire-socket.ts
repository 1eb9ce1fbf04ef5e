import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Clock } from '../../core/clock.ts';
import { errorMessage } from '../../core/error-message.ts';
import type { ServiceNetwork } from './service-network.ts';
import { makeFailure, type VoiceFailure } from './voice-failures.ts';

export type WireSocketOptions = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Keeps the connection to addresses that are allowed. */
  readonly socketOptions: ReturnType<ServiceNetwork['socketOptions']>;
  readonly clock: Clock;
  /** A connection that answers no ping within this time is dead. */
  readonly heartbeatMs?: number;
  /** What a refused handshake means; the body may hold more than the status says. */
  readonly refused: (status: number, body: string) => VoiceFailure;
  /** What it means that the service ended the connection. */
  readonly closed: (code: number, reason: string) => VoiceFailure;
  readonly onOpen: () => void;
  readonly onMessage: (data: string) => void;
  /** Called once, also when the connection was never made; never after `close`. */
  readonly onLost: (failure: VoiceFailure) => void;
};

const HANDSHAKE_LIMIT_MS = 10_000;
const HEARTBEAT_MS = 15_000;
/** The longest messages are pieces of sound, well below a megabyte. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 4096;
const REFUSAL_LIMIT_MS = 3000;

/** One WebSocket to the service: text messages, a heartbeat, and one reason when it ends. */
export class WireSocket {
  readonly #options: WireSocketOptions;
  readonly #socket: WebSocket;
  #cancelHeartbeat: () => void = () => {};
  #isAlive = true;
  #ended = false;

  constructor(options: WireSocketOptions) {
    this.#options = options;
    const { url, headers, socketOptions, onOpen, onMessage } = options;
    this.#socket = new WebSocket(url, {
      ...socketOptions,
      headers,
      handshakeTimeout: HANDSHAKE_LIMIT_MS,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      followRedirects: false,
    });
    this.#socket.on('open', () => {
      if (this.#ended) return;
      this.#beat();
      onOpen();
    });
    this.#socket.on('message', (data) => {
      this.#isAlive = true;
      if (!this.#ended) onMessage(data.toString());
    });
    this.#socket.on('pong', () => {
      this.#isAlive = true;
    });
    this.#socket.on('unexpected-response', (_request, response) => void this.#readRefusal(response));
    this.#socket.on('error', (error) => this.#lose(makeFailure('connectivity', errorMessage(error))));
    this.#socket.on('close', (code, reason) => this.#lose(options.closed(code, reason.toString())));
  }

  /** Bytes that the network has not taken yet. */
  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: string): void {
    if (!this.#ended && this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  close(): void {
    if (this.#ended) return;
    this.#end();
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    else this.#socket.terminate();
  }

  #beat(): void {
    const { clock, heartbeatMs = HEARTBEAT_MS } = this.#options;
    this.#cancelHeartbeat = clock.schedule(heartbeatMs, () => {
      if (!this.#isAlive) {
        this.#lose(makeFailure('connectivity', 'no answer to a ping'));
        return;
      }
      this.#isAlive = false;
      this.#socket.ping();
      this.#beat();
    });
  }

  async #readRefusal(response: IncomingMessage): Promise<void> {
    let body = '';
    response.setTimeout(REFUSAL_LIMIT_MS, () => response.destroy());
    try {
      for await (const chunk of response) {
        body += String(chunk);
        if (body.length > MAX_REFUSAL_BYTES) break;
      }
    } catch {
      // The status says enough.
    }
    this.#lose(this.#options.refused(response.statusCode ?? 0, body));
  }

  #lose(failure: VoiceFailure): void {
    if (this.#ended) return;
    this.#end();
    this.#socket.terminate();
    this.#options.onLost(failure);
  }

  #end(): void {
    this.#ended = true;
    this.#cancelHeartbeat();
    // Late errors of a socket that nobody reads must not end the process.
    this.#socket.removeAllListeners();
    this.#socket.on('error', () => {});
  }
}
