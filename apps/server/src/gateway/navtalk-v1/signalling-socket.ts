import { LIMITS } from '@visavis/protocol';
import type { FastifyRequest } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { CallMemory } from '../calls/memory/call-memory.ts';
import type { OpenConnection } from '../wire/connection.ts';
import { SocketIntake } from '../wire/socket-intake.ts';

/** How long a socket may take to say what it is for, and then waits for its call. */
const CREATE_LIMIT_MS = 20_000;
const CALL_LIMIT_MS = 60_000;
/** How long a client may take to answer the closing handshake. */
const CLOSE_GRACE_MS = 5000;
/** Messages before its call, and the size of one: it has one to send, which is short. */
const MAX_EARLY_MESSAGES = 100;
const MAX_EARLY_BYTES = 4096;

type Listener = {
  /** It says what it is for: the key of its address, and what it asks for. */
  readonly created: (names: readonly string[]) => void;
  /** It looks for no call any more. */
  readonly left: () => void;
};

/** One signalling socket. Nothing but its first message is taken before it has found its call. */
export class SignallingSocket {
  readonly #socket: WebSocket;
  readonly #memory: CallMemory;
  readonly #listener: Listener;
  readonly #userId: string;
  readonly #intake: SocketIntake;
  #deadline: NodeJS.Timeout;
  #connection: OpenConnection | null = null;
  #isCreated = false;
  #isLeaving = false;
  #earlyMessages = 0;

  constructor(
    socket: WebSocket,
    request: FastifyRequest,
    openMemory: (give: () => void) => CallMemory,
    listener: Listener,
  ) {
    this.#socket = socket;
    this.#listener = listener;
    this.#userId = readUserId(request.query);
    this.#memory = openMemory(() => socket.terminate());
    const mayArrive = () => (this.#connection === null ? MAX_EARLY_BYTES : LIMITS.bytes.frame);
    const intakeListener = {
      message: (data: RawData, isBinary: boolean) => this.#onMessage(data, isBinary),
      sign: () => {},
      over: () => socket.terminate(),
    };
    this.#intake = new SocketIntake(socket, request.raw.socket, this.#memory, intakeListener, mayArrive);
    this.#deadline = this.#limit(CREATE_LIMIT_MS);
    socket.on('error', () => {});
    socket.once('close', () => this.#onClose());
    this.#intake.open();
  }

  /** False: it is leaving, so that somebody else has to be found. */
  join(connection: OpenConnection): boolean {
    const socket = this.#socket;
    if (this.#isLeaving || socket.readyState !== socket.OPEN) return false;
    clearTimeout(this.#deadline);
    this.#connection = connection;
    connection.join({
      send: (text) => {
        if (socket.readyState === socket.OPEN) socket.send(text);
      },
      ping: () => {
        if (socket.readyState === socket.OPEN) socket.ping();
      },
      close: () => this.leave(1000, 'Call ended'),
    });
    return true;
  }

  leave(closeCode: number, closeReason: string): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    clearTimeout(this.#deadline);
    this.#socket.close(closeCode, closeReason);
    this.#intake.end();
    setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
    this.#listener.left();
  }

  #limit(limitMs: number): NodeJS.Timeout {
    return setTimeout(() => this.leave(4408, 'No call for this socket'), limitMs).unref();
  }

  #onClose(): void {
    clearTimeout(this.#deadline);
    this.#intake.end();
    this.#memory.close();
    this.#listener.left();
    this.#connection?.call.end('call-ended', undefined, 'signalling-closed');
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#connection !== null) {
      this.#connection.takeAside(data, isBinary);
      return;
    }
    this.#earlyMessages += 1;
    if (this.#earlyMessages > MAX_EARLY_MESSAGES) {
      this.leave(4008, 'Too many messages');
      return;
    }
    const target = this.#isCreated || isBinary ? null : readCreate(data);
    if (target === null) return;
    this.#isCreated = true;
    clearTimeout(this.#deadline);
    this.#deadline = this.#limit(CALL_LIMIT_MS);
    this.#listener.created([this.#userId, target]);
  }
}

function readUserId(query: unknown): string {
  const userId: unknown = typeof query === 'object' && query !== null && 'userId' in query ? query.userId : undefined;
  return typeof userId === 'string' ? userId.slice(0, LIMITS.characters.parameter) : '';
}

/** The session that a `create` asks for; null for any other message. */
function readCreate(data: RawData): string | null {
  try {
    const message: unknown = JSON.parse(String(data));
    if (typeof message !== 'object' || message === null || !('type' in message)) return null;
    if (message.type !== 'create') return null;
    const target: unknown = 'targetSessionId' in message ? message.targetSessionId : undefined;
    return typeof target === 'string' ? target.slice(0, LIMITS.characters.parameter) : '';
  } catch {
    return null;
  }
}
