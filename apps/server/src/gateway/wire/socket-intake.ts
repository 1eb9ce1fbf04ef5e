import type { Duplex } from 'node:stream';
import { type ErrorCode, LIMITS } from '@visavis/protocol';
import type { RawData, WebSocket } from 'ws';
import type { CallMemory } from '../calls/memory/call-memory.ts';
import { PacedReading } from './paced-reading.ts';

/** A control frame has a head of two bytes and a mask of four. */
const CONTROL_HEAD_BYTES = 6;

type ReadSocket = Pick<WebSocket, 'on' | 'pause' | 'resume'>;

export type IntakeListener = {
  /** A whole message. */
  readonly message: (data: RawData, isBinary: boolean) => void;
  /** Something came, of whatever kind. */
  readonly sign: () => void;
  /** What arrives is more than may be kept. */
  readonly over: (code: ErrorCode) => void;
  /** What comes next may wait a moment. Left out: never. */
  readonly mayWait?: () => boolean;
};

/**
 * What arrives on a socket, and how much of it is kept. Nothing is read before `open`: until the key is known, what a client
 * sends waits in the network, and costs this process nothing. A message that is arriving counts as memory of the call, piece
 * by piece. After `end` a little more is read, for the closing handshake, and the rest is left where it is.
 */
export class SocketIntake {
  readonly #socket: ReadSocket;
  readonly #memory: CallMemory;
  readonly #listener: IntakeListener;
  readonly #mayArrive: () => number;
  readonly #reading: PacedReading;
  /** Since the last whole message, by at most one read of the network more. */
  #arrivingBytes = 0;
  #bytesAfterEnd = 0;
  #isOver = false;
  #controlWindowMs = Number.NEGATIVE_INFINITY;
  #controlFrames = 0;

  /** @param mayArrive Bytes of one message, now. */
  constructor(
    socket: ReadSocket,
    transport: Duplex,
    memory: CallMemory,
    listener: IntakeListener,
    mayArrive: () => number = () => LIMITS.budgets.receiving,
  ) {
    this.#socket = socket;
    this.#memory = memory;
    this.#listener = listener;
    this.#mayArrive = mayArrive;
    this.#reading = new PacedReading(transport);
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    for (const kind of ['ping', 'pong'] as const) {
      socket.on(kind, (data: Buffer) => {
        this.#arrivingBytes -= CONTROL_HEAD_BYTES + data.length;
        listener.sign();
        if (this.#isControlFlood()) listener.over('too-many-messages');
      });
    }
    // Messages of a piece are told before the piece itself.
    transport.on('data', (piece: Buffer) => this.#onPiece(piece.length));
    socket.pause();
  }

  open(): void {
    this.#socket.resume();
  }

  /** What comes next may not wait any longer. */
  hurry(): void {
    this.#reading.hurry();
  }

  end(): void {
    this.#isOver = true;
    this.#reading.hurry();
    this.#socket.resume();
  }

  #isControlFlood(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#controlWindowMs >= 1000) {
      this.#controlWindowMs = nowMs;
      this.#controlFrames = 0;
    }
    this.#controlFrames += 1;
    return this.#controlFrames > LIMITS.perSecond.controlFrames;
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.#arrivingBytes = 0;
    this.#memory.hold('receiving', 0);
    this.#listener.sign();
    if (!this.#isOver) this.#listener.message(data, isBinary);
  }

  #onPiece(bytes: number): void {
    if (this.#isOver) {
      this.#bytesAfterEnd += bytes;
      if (this.#bytesAfterEnd > LIMITS.bytes.afterEnd) this.#socket.pause();
      return;
    }
    this.#arrivingBytes += bytes;
    // A message that is arriving is not held up, in however small pieces it comes.
    const isBetweenMessages = this.#arrivingBytes <= bytes;
    if (isBetweenMessages && this.#listener.mayWait?.() === true) this.#reading.rest(bytes);
    if (this.#arrivingBytes > this.#mayArrive()) this.#listener.over('message-too-large');
    else if (this.#arrivingBytes <= LIMITS.bytes.frame) return;
    else if (!this.#memory.hold('receiving', this.#arrivingBytes)) this.#listener.over('too-much-data');
  }
}
