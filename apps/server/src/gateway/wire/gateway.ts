import type { Duplex } from 'node:stream';
import type {} from '@fastify/websocket';
import { type ErrorCode, LIMITS } from '@visavis/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { Logger } from '../../ports.ts';
import type { Call, CallOrigin } from '../calls/call.ts';
import type { CallRequest } from '../calls/call-request.ts';
import { CALL_LIMITS, type CallMemory, processBudget } from '../calls/memory/call-memory.ts';
import type { MemoryBudget, MemoryStats } from '../calls/memory/memory-budget.ts';
import { type Answered, ChannelConnection } from './channel-connection.ts';
import { Connection, type OpenConnection } from './connection.ts';
import type { WireDependencies } from './wire-dependencies.ts';
import type { WireProtocol } from './wire-protocol.ts';

/** A browser cannot ping, and proxies close sockets that have been silent for 30 to 60 s. */
const HEARTBEAT_INTERVAL_MS = 25_000;
/** The code of a page sees no ping; it notices a dead connection by heartbeats that do not come. */
const CLIENT_HEARTBEAT_MS = 4_000;

/** Told of each connection whose call has its place. */
type Placed = (connection: OpenConnection, request: FastifyRequest) => void;

/** Takes a socket that is for no call of its own: true. */
type Divert = (socket: WebSocket, request: FastifyRequest) => boolean;

export type Gateway = {
  /** Serves a wire protocol at its paths. `@fastify/websocket` must have been registered. */
  serve<State, Message, Timer extends string, Incoming extends { readonly type: string }, Request extends CallRequest>(
    protocol: WireProtocol<State, Message, Timer, Incoming, Request>,
    onPlaced?: Placed,
    divert?: Divert,
  ): void;
  /** The running call of this session; null: there is none. */
  find(sessionId: string): OpenConnection | null;
  /** Opens a call for a client that offers the connection itself; `ip`: its address. Resolves with its answer, or why there is none. */
  answer<State, Message, Timer extends string, Incoming extends { readonly type: string }, Request extends CallRequest>(
    protocol: WireProtocol<State, Message, Timer, Incoming, Request>,
    given: { readonly request: Request; readonly offerSdp: string },
    from: FastifyRequest,
  ): Promise<Answered>;
  /** Memory for a socket that stands beside a call; `give` is called when it is needed elsewhere. */
  openMemory(give: () => void): CallMemory;
  /** Open sockets, refused ones that still close included. */
  callCount(): number;
  /** Addresses of sockets that are open and hold no place of a licence: not admitted yet, or refused and still closing. */
  unadmitted(): Iterable<string>;
  /** Memory that sockets and calls hold together. */
  memory(): MemoryStats;
  /** Ends the calls of a licence (revoked, out of points) and says how many. */
  endCallsOfLicence(licenceId: string, code: ErrorCode): number;
  /** Ends a call of this licence, as its client wishes. False: there is none. */
  hangUp(sessionId: string, licenceId: string): boolean;
  /** Ends the calls that a member has from the playground of a project, when he is no member any more. */
  endCallsOfMember(projectId: string, userId: string): number;
  /** Tells every client that the server closes; resolves when all calls are recorded. Idempotent. */
  close(): Promise<void>;
};

/** All calls that came over sockets to this process, in whatever protocol. */
export function createGateway(app: FastifyInstance, dependencies: WireDependencies): Gateway {
  const connections = new Set<OpenConnection>();
  const sockets = new Map<Call, string>();
  const budget = processBudget(LIMITS.budgets.allCalls);
  const beats = startBeats(connections, budget, dependencies);
  let closing = false;
  const calls = (): Call[] => [...connections].map(({ call }) => call);
  /** Those that are over already are only being recorded. */
  const running = (): Call[] => calls().filter(({ isOver }) => !isOver);
  const findCall = (sessionId: string, licenceId: string): Call | null =>
    calls().findLast((call) => call.licence?.licenceId === licenceId && call.continues(sessionId)) ?? null;

  const accept = <
    State,
    Message,
    Timer extends string,
    Incoming extends { readonly type: string },
    Request extends CallRequest,
  >(
    protocol: WireProtocol<State, Message, Timer, Incoming, Request>,
    socket: WebSocket,
    request: FastifyRequest,
    onPlaced: Placed,
  ): void => {
    const origin = { ...originOf(request), findCall };
    const transport: Duplex = request.raw.socket;
    const connection = new Connection(
      { socket, transport, query: request.query, headers: request.headers, origin },
      protocol,
      dependencies,
      budget,
    );
    const { call } = connection;
    connections.add(connection);
    sockets.set(call, request.ip);
    socket.once('close', () => sockets.delete(call));
    void call.closed.then(() => connections.delete(connection));
    void connection.whenPlaced.then(() => onPlaced(connection, request));
    if (closing) call.end('server-closing');
  };

  return {
    serve(protocol, onPlaced = () => {}, divert = () => false) {
      for (const url of protocol.paths) {
        serveSocket(app, url, (socket, request) => {
          if (!divert(socket, request)) accept(protocol, socket, request, onPlaced);
        });
      }
    },
    find: (sessionId) => [...connections].find(({ call }) => !call.isOver && call.sessionId === sessionId) ?? null,
    async answer(protocol, given, from) {
      const origin = { ...originOf(from), findCall };
      const connection = new ChannelConnection({ ...given, origin }, protocol, dependencies, budget);
      const { call } = connection;
      connections.add(connection);
      sockets.set(call, from.ip);
      void call.closed.then(() => {
        connections.delete(connection);
        sockets.delete(call);
      });
      if (closing) call.end('server-closing');
      // The next requests of a kept connection are not to find what this one left there.
      const abandon = () => connection.abandon();
      from.raw.socket.once('close', abandon);
      void connection.answered.then(() => from.raw.socket.off('close', abandon));
      return connection.answered;
    },
    openMemory: (give) => budget.open(CALL_LIMITS, give),
    callCount: () => connections.size,
    *unadmitted() {
      for (const [call, address] of sockets) if (call.licence === null) yield address;
    },
    memory: () => budget.stats(),
    endCallsOfLicence(licenceId, code) {
      const ended = running().filter(({ licence }) => licence?.licenceId === licenceId);
      for (const call of ended) call.end(code);
      for (const connection of connections) connection.endSides(licenceId);
      return ended.length;
    },
    hangUp(sessionId, licenceId) {
      const call = running().find((one) => one.licence?.licenceId === licenceId && one.sessionId === sessionId);
      call?.hangUp('client-hung-up');
      return call !== undefined;
    },
    endCallsOfMember(projectId, userId) {
      const ended = running().filter(({ licence }) => licence?.memberId === userId && licence.projectId === projectId);
      for (const call of ended) call.end('expired-token', undefined, 'member-removed');
      return ended.length;
    },
    async close() {
      closing = true;
      beats.stop();
      const open = calls();
      for (const call of open) call.end('server-closing');
      await Promise.all(open.map((call) => call.closed));
    },
  };
}

/** A route that takes WebSockets, with a slash at its end or without, and says so to everything else. */
export function serveSocket(
  app: FastifyInstance,
  url: string,
  wsHandler: (socket: WebSocket, request: FastifyRequest) => void,
): void {
  for (const path of [url, `${url}/`]) {
    app.route({
      method: 'GET',
      url: path,
      config: { access: { kind: 'call' } },
      handler: (_request, reply) =>
        reply
          .code(426)
          .header('upgrade', 'websocket')
          .send({ code: 426, message: 'Connect with a WebSocket.', data: null }),
      wsHandler,
    });
  }
}

function originOf(request: FastifyRequest): Omit<CallOrigin, 'findCall'> {
  const { hostname: hostName, ip: ipAddress } = request;
  return { hostName, ipAddress, caller: { origin: request.headers.origin, host: request.host } };
}

/** What goes to every connection again and again. */
function startBeats(
  connections: ReadonlySet<OpenConnection>,
  budget: MemoryBudget,
  { heartbeatIntervalMs, clientHeartbeatMs = CLIENT_HEARTBEAT_MS, logger }: WireDependencies,
): { stop(): void } {
  const reportShortage = shortageReporter(budget, logger);
  const heartbeat = setInterval(() => {
    for (const connection of connections) connection.heartbeat();
    reportShortage();
  }, heartbeatIntervalMs ?? HEARTBEAT_INTERVAL_MS);
  const life = setInterval(() => {
    for (const connection of connections) connection.tellLife(clientHeartbeatMs);
  }, clientHeartbeatMs);
  for (const timer of [heartbeat, life]) timer.unref();
  return {
    stop() {
      clearInterval(heartbeat);
      clearInterval(life);
      reportShortage();
    },
  };
}

/** Says in the log when calls ended, or were refused something, for the memory they held; once for all since it was asked last. */
function shortageReporter(budget: MemoryBudget, logger: Logger): () => void {
  let told = 0;
  return () => {
    const stats = budget.stats();
    const shortages = stats.refusals + stats.evictions;
    if (shortages > told) logger.warn({ ...stats }, 'Calls asked for more memory than they may hold');
    told = shortages;
  };
}
