import type {} from '@fastify/websocket';
import { type ErrorCode, LIMITS, REALTIME_V2_PATH } from '@visavis/protocol';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../ports.ts';
import { processBudget } from '../memory/call-memory.ts';
import type { MemoryBudget, MemoryStats } from '../memory/memory-budget.ts';
import { readConnectQuery } from './connect-query.ts';
import { Connection } from './connection.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';

/** A browser cannot ping, and proxies close sockets that have been silent for 30 to 60 s. */
const HEARTBEAT_INTERVAL_MS = 25_000;
/** The code of a page sees no ping; it notices a dead connection by heartbeats that do not come. */
const CLIENT_HEARTBEAT_MS = 4_000;

export type Gateway = {
  /** Open sockets, refused ones that still close included. */
  callCount(): number;
  /** Addresses of sockets that are open and hold no place of a licence: not admitted yet, or refused and still closing. */
  unadmitted(): Iterable<string>;
  /** Memory that sockets and calls hold together. */
  memory(): MemoryStats;
  /** Ends the calls of a licence (revoked, out of points) and says how many. */
  endCallsOfLicence(licenceId: string, code: ErrorCode): number;
  /** Ends the calls that a member has from the playground of a project, when he is no member any more. */
  endCallsOfMember(projectId: string, userId: string): number;
  /** Tells every client that the server closes; resolves when all calls are recorded. Idempotent. */
  close(): Promise<void>;
};

/** Serves the v2 socket. `@fastify/websocket` must have been registered. */
export function registerNavtalkV2(app: FastifyInstance, dependencies: GatewayDependencies): Gateway {
  const connections = new Set<Connection>();
  const budget = processBudget(LIMITS.budgets.allCalls);
  const reportShortage = shortageReporter(budget, dependencies.logger);
  const sockets = new Map<Connection, string>();
  let closing = false;
  const heartbeat = setInterval(() => {
    for (const connection of connections) connection.heartbeat();
    reportShortage();
  }, dependencies.heartbeatIntervalMs ?? HEARTBEAT_INTERVAL_MS);
  heartbeat.unref();
  const clientHeartbeatMs = dependencies.clientHeartbeatMs ?? CLIENT_HEARTBEAT_MS;
  const clientHeartbeat = setInterval(() => {
    for (const connection of connections) connection.tellLife(clientHeartbeatMs);
  }, clientHeartbeatMs);
  clientHeartbeat.unref();

  app.route({
    method: 'GET',
    url: REALTIME_V2_PATH,
    config: { access: { kind: 'call' } },
    handler: (_request, reply) =>
      reply
        .code(426)
        .header('upgrade', 'websocket')
        .send({ code: 426, message: 'Connect with a WebSocket.', data: null }),
    wsHandler: (socket, request) => {
      const caller = { origin: request.headers.origin, host: request.host };
      const findCall = (sessionId: string, licenceId: string) =>
        [...connections].findLast((call) => call.licence?.licenceId === licenceId && call.continues(sessionId)) ?? null;
      const { hostname: hostName, ip: ipAddress } = request;
      const from = { hostName, caller, findCall, transport: request.raw.socket, ipAddress };
      const connection = new Connection(socket, readConnectQuery(request.query), from, dependencies, budget);
      connections.add(connection);
      sockets.set(connection, request.ip);
      socket.once('close', () => sockets.delete(connection));
      connection.closed.then(() => connections.delete(connection));
      if (closing) connection.end('server-closing');
    },
  });

  return {
    callCount: () => connections.size,
    *unadmitted() {
      for (const [connection, address] of sockets) if (connection.licence === null) yield address;
    },
    memory: () => budget.stats(),
    endCallsOfLicence(licenceId, code) {
      const calls = [...connections].filter((connection) => connection.licence?.licenceId === licenceId);
      for (const connection of calls) connection.end(code);
      return calls.length;
    },
    endCallsOfMember(projectId, userId) {
      const calls = [...connections].filter(
        ({ licence }) => licence?.memberId === userId && licence.projectId === projectId,
      );
      for (const connection of calls) connection.end('expired-token');
      return calls.length;
    },
    async close() {
      closing = true;
      clearInterval(heartbeat);
      clearInterval(clientHeartbeat);
      reportShortage();
      for (const connection of connections) connection.end('server-closing');
      await Promise.all([...connections].map((connection) => connection.closed));
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
