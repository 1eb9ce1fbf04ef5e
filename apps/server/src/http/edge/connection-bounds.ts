import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressGroup } from '../../control/accounts/attempt-limiter.ts';

export type ConnectionLimits = {
  /** Connections of one address that are no call: with a request or without. */
  readonly perAddress: number;
  readonly inAll: number;
};

const LIMITS: ConnectionLimits = { perAddress: 256, inAll: 8_192 };

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };
type Connection = { readonly socket: Socket; readonly group: string; readonly exchanges: Set<Exchange> };

/**
 * Bounds what connections alone cost: one that is silent or slow holds memory and a descriptor. When an address, or all
 * together, have too many, the oldest that serves no request makes room, or else the oldest that waits for its client: for the
 * rest of a request, or until an answer is read. Only where the server itself owes every one an answer, the newest is refused.
 * Sockets of calls count no more once they are open: they have limits of their own.
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
    const found = oldest(group, ({ exchanges }) => exchanges.size === 0) ?? oldest(group ?? fullest(), waitsForClient);
    if (found === undefined) return false;
    const [name, connection] = found;
    connection.socket.destroy();
    remove(name, connection);
    return true;
  };

  const oldest = (group: string | null, isWanted: (connection: Connection) => boolean) => {
    for (const entry of connections) {
      if ((group === null || entry[1].group === group) && isWanted(entry[1])) return entry;
    }
    return undefined;
  };

  /** The address with the most connections: where all together are too many, it is nearest to the cause. */
  const fullest = (): string | null => {
    let [most, group]: [number, string | null] = [0, null];
    for (const [name, count] of countByGroup) if (count > most) [most, group] = [count, name];
    return group;
  };

  server.on('connection', (socket: Socket) => {
    if (isProxy(socket.remoteAddress)) return;
    const [name, group] = [nameOf(socket), addressGroup(socket.remoteAddress ?? null)];
    const isOver = (countByGroup.get(group) ?? 0) >= perAddress;
    if ((isOver && !makeRoom(group)) || (!isOver && connections.size >= inAll && !makeRoom(null))) {
      socket.destroy();
      return;
    }
    const connection = { socket, group, exchanges: new Set<Exchange>() };
    connections.set(name, connection);
    countByGroup.set(group, (countByGroup.get(group) ?? 0) + 1);
    socket.once('close', () => remove(name, connection));
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(nameOf(request.socket));
    if (connection === undefined) return;
    const exchange = { request, response };
    connection.exchanges.add(exchange);
    response.once('close', () => connection.exchanges.delete(exchange));
  });

  // The listener that opens the socket of a call was there before: by now it is open, or refused.
  server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
    const name = nameOf(socket);
    const connection = connections.get(name);
    if (connection !== undefined) remove(name, connection);
  });
}

function waitsForClient({ exchanges }: Connection): boolean {
  for (const { request, response } of exchanges) {
    if (!request.complete || (response.headersSent && request.socket.writableNeedDrain)) return true;
  }
  return false;
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
