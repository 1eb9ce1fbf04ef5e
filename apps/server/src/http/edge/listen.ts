import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';
import type { FastifyInstance } from 'fastify';

export type Listening = {
  readonly port: number;
  /** Takes no further connection of the second loopback; those that are open end with the server. */
  readonly close: () => void;
};

/**
 * Listens on one address; `localhost` stands for both loopbacks. The second one only takes the connections and hands them to
 * the same server, so that every bound holds for all of them; where the machine has no IPv6, there is none.
 * @throws As Node does: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`.
 */
export async function listen(app: FastifyInstance, { host, port }: { host: string; port: number }): Promise<Listening> {
  const isBoth = host === 'localhost';
  await app.listen({ host: isBoth ? '127.0.0.1' : host, port });
  const address = app.server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  const second = isBoth ? await takeFor(app.server, '::1', taken) : null;
  return {
    port: taken,
    close: () => {
      second?.close();
    },
  };
}

async function takeFor(server: Server, host: string, port: number): Promise<NetServer | null> {
  const second = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    server.emit('connection', socket);
  });
  second.listen(port, host);
  try {
    await once(second, 'listening');
    return second;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return null;
    throw error;
  }
}
