import type {} from '@fastify/websocket';
import { LIMITS } from '@visavis/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { CallMemory } from '../calls/memory/call-memory.ts';
import { readConnect } from '../navtalk-v2/read-connect.ts';
import type { OpenConnection } from '../wire/connection.ts';
import { type Gateway, serveSocket } from '../wire/gateway.ts';
import { SocketIntake } from '../wire/socket-intake.ts';
import { NAVTALK_V1 } from './navtalk-v1.ts';

export const SIGNALLING_PATH = '/api/webrtc';

/** How long a socket waits for its other one. */
const UNPAIRED_LIMIT_MS = 60_000;
/** What clients that do not know their key write in its place is short. */
const SHORTEST_KEY = 8;

/** One of two sockets that looks for the other. */
type Seeker = {
  /** Licence key of the call; what the signalling socket says it is for. */
  readonly names: ReadonlySet<string>;
  readonly ipAddress: string;
};

type WaitingCall = Seeker & { readonly connection: OpenConnection };
type WaitingSocket = Seeker & { readonly joined: (connection: OpenConnection) => void };

/**
 * Where the two sockets of a client of the first protocol find each other, whichever opens first: by the licence key that both name
 * and by the address; by the address alone where the client names no key. The newest that waits is taken.
 */
export class SignallingDesk {
  readonly #gateway: Gateway;
  readonly #calls = new Set<WaitingCall>();
  readonly #sockets = new Set<WaitingSocket>();
  /** Open signalling sockets that belong to no call. */
  readonly #unpaired = new Map<WebSocket, string>();

  constructor(app: FastifyInstance, gateway: Gateway) {
    this.#gateway = gateway;
    gateway.serve(NAVTALK_V1, (connection, { query, ipAddress }) => this.#awaitSocket(connection, query, ipAddress));
    serveSocket(app, SIGNALLING_PATH, (socket, request) => this.#awaitCall(socket, request));
  }

  /** Addresses of signalling sockets that belong to no call. */
  unpaired(): Iterable<string> {
    return this.#unpaired.values();
  }

  close(): void {
    for (const socket of this.#unpaired.keys()) socket.close(1001, 'Server is shutting down');
  }

  #awaitSocket(connection: OpenConnection, query: unknown, ipAddress: string): void {
    const { licence } = readConnect(query);
    const call: WaitingCall = { connection, names: new Set(licence === undefined ? [] : [licence]), ipAddress };
    const socket = newestFor(call, this.#sockets);
    if (socket !== null) {
      this.#sockets.delete(socket);
      socket.joined(connection);
      return;
    }
    this.#calls.add(call);
    void connection.call.closed.then(() => this.#calls.delete(call));
  }

  #awaitCall(socket: WebSocket, request: FastifyRequest): void {
    const waiting = new SignallingSocket(socket, request, (give) => this.#gateway.openMemory(give), {
      created: (names) => {
        const seeker = { names, ipAddress: request.ip, joined: (connection: OpenConnection) => join(connection) };
        const call = newestFor(seeker, this.#wanting());
        if (call === null) this.#sockets.add(seeker);
        else join(call.connection);
        socket.once('close', () => this.#sockets.delete(seeker));
      },
    });
    const join = (connection: OpenConnection): void => {
      this.#unpaired.delete(socket);
      for (const call of this.#calls) if (call.connection === connection) this.#calls.delete(call);
      waiting.join(connection);
    };
    this.#unpaired.set(socket, request.ip);
    socket.once('close', () => this.#unpaired.delete(socket));
  }

  #wanting(): WaitingCall[] {
    return [...this.#calls].filter(({ connection }) => connection.wantsCompanion);
  }
}

function newestFor<Other extends Seeker>(seeker: Seeker, others: Iterable<Other>): Other | null {
  const near = [...others].filter(({ ipAddress }) => ipAddress === seeker.ipAddress);
  const shareName = (other: Other) => [...seeker.names].some((name) => other.names.has(name));
  return near.findLast(shareName) ?? near.findLast((other) => isNameless(seeker) || isNameless(other)) ?? null;
}

/** It names no key: whoever does, and another one, is somebody else. */
function isNameless({ names }: Seeker): boolean {
  return [...names].every((name) => name.length < SHORTEST_KEY);
}

/** One signalling socket. Nothing but its first message is read until it has found its call. */
class SignallingSocket {
  readonly #socket: WebSocket;
  readonly #memory: CallMemory;
  readonly #created: (names: ReadonlySet<string>) => void;
  readonly #userId: string;
  readonly #deadline: NodeJS.Timeout;
  #connection: OpenConnection | null = null;
  #isCreated = false;
  #unreadMessages = 0;

  constructor(
    socket: WebSocket,
    request: FastifyRequest,
    openMemory: (give: () => void) => CallMemory,
    { created }: { created: (names: ReadonlySet<string>) => void },
  ) {
    this.#socket = socket;
    this.#created = created;
    this.#userId = readUserId(request.query);
    this.#memory = openMemory(() => socket.terminate());
    const intake = new SocketIntake(socket, request.raw.socket, this.#memory, {
      message: (data, isBinary) => this.#onMessage(data, isBinary),
      sign: () => {},
      over: () => socket.terminate(),
    });
    this.#deadline = setTimeout(() => socket.close(4408, 'No call for this socket'), UNPAIRED_LIMIT_MS).unref();
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(this.#deadline);
      intake.end();
      this.#memory.close();
      this.#connection?.call.end('call-ended', undefined, 'signalling-closed');
    });
    intake.open();
  }

  join(connection: OpenConnection): void {
    clearTimeout(this.#deadline);
    this.#connection = connection;
    const socket = this.#socket;
    connection.join({
      send: (text) => {
        if (socket.readyState === socket.OPEN) socket.send(text);
      },
      ping: () => {
        if (socket.readyState === socket.OPEN) socket.ping();
      },
      close: () => socket.close(1000, 'Call ended'),
    });
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#connection !== null) {
      this.#connection.takeAside(data, isBinary);
      return;
    }
    const target = this.#isCreated || isBinary ? null : readCreate(data);
    if (target === null) {
      this.#unreadMessages += 1;
      if (this.#unreadMessages > LIMITS.counts.candidates) this.#socket.close(4008, 'Too many messages');
      return;
    }
    this.#isCreated = true;
    this.#created(new Set([this.#userId, target]));
  }
}

function readUserId(query: unknown): string {
  const userId: unknown = typeof query === 'object' && query !== null && 'userId' in query ? query.userId : undefined;
  return typeof userId === 'string' ? userId.slice(0, LIMITS.characters.parameter) : '';
}

/** The session that a `create` asks for; null for any other message. */
function readCreate(data: RawData): string | null {
  try {
    const text = String(data);
    if (text.length > LIMITS.characters.url) return null;
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'create')
      return null;
    const target: unknown = 'targetSessionId' in message ? message.targetSessionId : undefined;
    return typeof target === 'string' ? target.slice(0, LIMITS.characters.parameter) : '';
  } catch {
    return null;
  }
}
