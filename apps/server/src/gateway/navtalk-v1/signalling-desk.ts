import type {} from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { readConnect } from '../navtalk-v2/read-connect.ts';
import type { OpenConnection } from '../wire/connection.ts';
import { type Gateway, serveSocket } from '../wire/gateway.ts';
import { NAVTALK_V1 } from './navtalk-v1.ts';
import { fromOf, partnerOf, type Seeker } from './seekers.ts';
import { SignallingSocket } from './signalling-socket.ts';

export const SIGNALLING_PATH = '/api/webrtc';

type WaitingCall = Seeker & { readonly connection: OpenConnection };
type WaitingSocket = Seeker & { readonly join: (connection: OpenConnection) => boolean };

/** Where the two sockets of a client of the first protocol find each other, whichever opens first. */
export class SignallingDesk {
  readonly #gateway: Gateway;
  readonly #calls = new Set<WaitingCall>();
  readonly #sockets = new Set<WaitingSocket>();
  /** Open signalling sockets that belong to no call, and their addresses. */
  readonly #unpaired = new Map<SignallingSocket, string>();

  constructor(app: FastifyInstance, gateway: Gateway) {
    this.#gateway = gateway;
    gateway.serve(NAVTALK_V1, (connection, request) => this.#awaitSocket(connection, request));
    serveSocket(app, SIGNALLING_PATH, (socket, request) => this.#awaitCall(socket, request));
  }

  /** Addresses of signalling sockets that belong to no call. */
  unpaired(): Iterable<string> {
    return this.#unpaired.values();
  }

  close(): void {
    for (const socket of [...this.#unpaired.keys()]) socket.leave(1001, 'Server is shutting down');
  }

  #awaitSocket(connection: OpenConnection, request: FastifyRequest): void {
    const { licence = '' } = readConnect(request.query, request.headers);
    const call = { connection, names: [licence, connection.call.sessionId ?? ''], from: fromOf(request) };
    for (let socket = partnerOf(call, this.#sockets); socket !== null; socket = partnerOf(call, this.#sockets)) {
      this.#sockets.delete(socket);
      if (socket.join(connection)) return;
    }
    this.#calls.add(call);
    void connection.call.closed.then(() => this.#calls.delete(call));
  }

  #awaitCall(socket: WebSocket, request: FastifyRequest): void {
    let waiting: WaitingSocket | null = null;
    const signalling = new SignallingSocket(socket, request, (give) => this.#gateway.openMemory(give), {
      created: (names) => {
        const join = (connection: OpenConnection): boolean => {
          const isJoined = signalling.join(connection);
          if (isJoined) this.#unpaired.delete(signalling);
          return isJoined;
        };
        const seeker = { names, from: fromOf(request), join };
        const call = partnerOf(seeker, this.#calls);
        if (call?.connection.wantsCompanion && join(call.connection)) {
          this.#calls.delete(call);
          return;
        }
        waiting = seeker;
        this.#sockets.add(seeker);
      },
      left: () => {
        this.#unpaired.delete(signalling);
        if (waiting !== null) this.#sockets.delete(waiting);
      },
    });
    this.#unpaired.set(signalling, request.ip);
  }
}
