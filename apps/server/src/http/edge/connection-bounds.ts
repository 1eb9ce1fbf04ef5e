import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressGroup } from '../../control/accounts/attempt-limiter.ts';

export type ConnectionLimits = {
  /** Connections of one address that are no call: with a request or without. */
  readonly perAddress: number;
  readonly inAll: number;
};

const LIMITS: ConnectionLimits = { perAddress: 256, inAll: 8_192 };

type Connection = { readonly socket: Socket; readonly group: string; requests: number };

/**
 * Bounds what connections alone cost: one that is silent or slow holds memory and a descriptor. When an address, or all
 * together, have too many, the oldest that serves no request makes room; where all are busy, the newest is refused. Sockets
 * of calls count no more once they are open: they have limits of their own.
 */
export function boundConnections(
  server: Server,
  /** Connections of a proxy stand for many clients. */
  isProxy: (address: string | undefined) => boolean,
  { perAddress, inAll }: ConnectionLimits = LIMITS,
): void {
  // In the order they came, by address and port of the other end: what TLS lies on is another object.
  const connections = new Map<string, Connection>();
  const countByGroup = new Map<string, number>();

  const remove = (name: string, connection: Connection): void => {
    if (connections.get(name) !== connection) return;
    connections.delete(name);
    const left = (countByGroup.get(connection.group) ?? 1) - 1;
    if (left > 0) countByGroup.set(connection.group, left);
    else countByGroup.delete(connection.group);
  };

  const makeRoom = (group: string | null): boolean => {
    for (const [name, connection] of connections) {
      if (connection.requests > 0 || (group !== null && connection.group !== group)) continue;
      connection.socket.destroy();
      remove(name, connection);
      return true;
    }
    return false;
  };

  server.on('connection', (socket: Socket) => {
    if (isProxy(socket.remoteAddress)) return;
    const [name, group] = [nameOf(socket), addressGroup(socket.remoteAddress ?? null)];
    const isOver = (countByGroup.get(group) ?? 0) >= perAddress;
    if ((isOver && !makeRoom(group)) || (!isOver && connections.size >= inAll && !makeRoom(null))) {
      socket.destroy();
      return;
    }
    const connection = { socket, group, requests: 0 };
    connections.set(name, connection);
    countByGroup.set(group, (countByGroup.get(group) ?? 0) + 1);
    socket.once('close', () => remove(name, connection));
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(nameOf(request.socket));
    if (connection === undefined) return;
    connection.requests += 1;
    response.once('close', () => {
      connection.requests -= 1;
    });
  });

  // The listener that opens the socket of a call was there before: by now it is open, or refused.
  server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
    const name = nameOf(socket);
    const connection = connections.get(name);
    if (connection !== undefined) remove(name, connection);
  });
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
