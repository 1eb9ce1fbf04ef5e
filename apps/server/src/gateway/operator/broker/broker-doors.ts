import { createServer, type Server } from 'node:net';
import type {} from '@fastify/websocket';
import { LIMITS } from '@visavis/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { type Gateway, serveSocket } from '../../wire/gateway.ts';
import { SocketIntake } from '../../wire/socket-intake.ts';
import type { EmbeddedBroker } from './embedded-broker.ts';

export const BROKER_PATH = '/mqtt';
/** How long a connection that ends may take to read the last words. */
const CLOSE_GRACE_MS = 1000;
/** A piece of the stream, whatever packets it holds. */
const MAX_FRAME_BYTES = 2 * LIMITS.bytes.operatorPacket;

/** MQTT over WebSocket, on the port of everything else. */
export function serveBroker(app: FastifyInstance, gateway: Pick<Gateway, 'openMemory'>, broker: EmbeddedBroker): void {
  serveSocket(app, BROKER_PATH, (socket, request) => attachSocket(socket, request, gateway, broker));
}

function attachSocket(
  socket: WebSocket,
  request: FastifyRequest,
  gateway: Pick<Gateway, 'openMemory'>,
  broker: EmbeddedBroker,
): void {
  const memory = gateway.openMemory(() => socket.terminate());
  const stream = broker.attach({
    address: request.ip,
    send: (bytes) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes);
    },
    backlogBytes: () => socket.bufferedAmount,
    end: () => {
      socket.close(1000);
      // The closing handshake of somebody who does not read would never end.
      setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
    },
  });
  const listener = {
    message: (data: unknown, isBinary: boolean) => {
      if (isBinary && Buffer.isBuffer(data)) stream.receive(data);
      else stream.leave();
    },
    sign: () => {},
    over: () => stream.leave(),
  };
  const intake = new SocketIntake(socket, request.raw.socket, memory, listener, () => MAX_FRAME_BYTES);
  socket.on('error', () => {});
  socket.once('close', () => {
    intake.end();
    memory.close();
    stream.leave();
  });
  intake.open();
}

/** MQTT over TCP, without TLS: for a network that one trusts. */
export async function listenForOperators(broker: EmbeddedBroker, port: number, host: string): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    const stream = broker.attach({
      address: socket.remoteAddress ?? '',
      send: (bytes) => void socket.write(bytes),
      backlogBytes: () => socket.writableLength,
      end: () => {
        socket.end();
        setTimeout(() => socket.destroy(), CLOSE_GRACE_MS).unref();
      },
    });
    socket.on('data', (piece) => stream.receive(piece));
    socket.on('error', () => {});
    socket.once('close', () => stream.leave());
  });
  server.maxConnections = LIMITS.counts.allOperatorConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}
