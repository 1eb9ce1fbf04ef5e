import type { FastifyRequest } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { CallMemory } from '../calls/memory/call-memory.ts';
import type { OpenConnection, Side } from './connection.ts';
import { decideOutgoing } from './outgoing.ts';
import { SocketIntake } from './socket-intake.ts';

/** How long a socket may wait to be let in. */
const JOIN_LIMIT_MS = 30_000;
/** How long a client may take to answer the closing handshake. */
const CLOSE_GRACE_MS = 5000;

/** Close codes of what ends one side and not its call. */
const TOO_MUCH = 1009;
const TOO_SLOW = 4008;

/** The socket of another controller of a call. Nothing of it is read before it has joined; what is wrong with it ends it alone. */
export class SideSocket implements Side {
  readonly #socket: WebSocket;
  readonly #memory: CallMemory;
  readonly #intake: SocketIntake;
  readonly #limit: NodeJS.Timeout;
  #take: ((data: RawData, isBinary: boolean) => void) | null = null;
  #isAlive = true;
  #isLeaving = false;
  #leave = () => {};
  #licenceId = '';

  constructor(socket: WebSocket, request: FastifyRequest, openMemory: (give: () => void) => CallMemory) {
    this.#socket = socket;
    this.#memory = openMemory(() => socket.terminate());
    this.#intake = new SocketIntake(socket, request.raw.socket, this.#memory, {
      message: (data, isBinary) => this.#take?.(data, isBinary),
      sign: () => {
        this.#isAlive = true;
      },
      over: () => this.close(TOO_MUCH, 'too much'),
    });
    this.#limit = setTimeout(() => socket.terminate(), JOIN_LIMIT_MS).unref();
    socket.on('error', () => {});
    socket.once('close', () => this.#onClose());
  }

  get isOpen(): boolean {
    return !this.#isLeaving && this.#socket.readyState === this.#socket.OPEN;
  }

  get licenceId(): string {
    return this.#licenceId;
  }

  /** False: the call takes no more of them, or this one has closed. */
  join(connection: Pick<OpenConnection, 'joinSide'>, licenceId: string): boolean {
    if (!this.isOpen) return false;
    this.#licenceId = licenceId;
    const joined = connection.joinSide(this);
    if (joined === null) return false;
    clearTimeout(this.#limit);
    this.#take = joined.take;
    this.#leave = joined.leave;
    this.#intake.open();
    // What it was greeted with may have been too much for it.
    if (!this.isOpen) joined.leave();
    return true;
  }

  send(text: string): void {
    if (!this.isOpen) return;
    const { bufferedAmount } = this.#socket;
    const isTooSlow =
      decideOutgoing(false, bufferedAmount) === 'give-up' || !this.#memory.hold('outgoing', bufferedAmount);
    if (isTooSlow) this.close(TOO_SLOW, 'slow client');
    else this.#socket.send(text);
  }

  heartbeat(): void {
    if (!this.#isAlive) {
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    if (this.isOpen) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    clearTimeout(this.#limit);
    this.#leave();
    this.#socket.close(code, reason);
    this.#intake.end();
    setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  #onClose(): void {
    this.#isLeaving = true;
    clearTimeout(this.#limit);
    this.#leave();
    this.#intake.end();
    this.#memory.close();
  }
}
