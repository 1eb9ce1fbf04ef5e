import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may wait for their answers. Browsers and proxies send one after another. */
const MOST_OPEN = 16;

/**
 * Cuts connections that send request after request without waiting for answers: Node hands on all that come in one packet, and
 * each costs memory until its answer is read. After the last is over the bound, no further request of the connection reaches a
 * route. Wraps the listeners for requests that the server has by now; those added later see every request.
 */
export function refusePipelines(server: Server, mostOpen = MOST_OPEN): void {
  const openBySocket = new WeakMap<Socket, number>();
  const handlers = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // What was in the same packet as the one too many still arrives.
    if (socket.destroyed) return;
    const open = (openBySocket.get(socket) ?? 0) + 1;
    if (open > mostOpen) {
      readNoFurther(socket);
      socket.destroy();
      return;
    }
    openBySocket.set(socket, open);
    response.once('close', () => openBySocket.set(socket, (openBySocket.get(socket) ?? 1) - 1));
    for (const handle of handlers) handle.call(server, request, response);
  });
}

/** As Node gives it to its sockets; not documented. */
type ParsedSocket = Socket & { parser?: { onIncoming?: unknown } | null };

/**
 * A packet may hold a thousand requests more, and reading them would hold up everybody for a thirtieth of a second. The parser
 * stops at one that is told to be the last of its protocol (2: what follows the headers is not HTTP).
 */
function readNoFurther(socket: ParsedSocket): void {
  if (socket.parser) socket.parser.onIncoming = () => 2;
}
