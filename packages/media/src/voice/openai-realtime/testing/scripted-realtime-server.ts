import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { WebSocketServer } from 'ws';
import { type Behaviour, ScriptedConnection } from './scripted-connection.ts';

export const TEST_API_KEY = 'sk-test-0123456789abcdef';

/** A server on loopback that behaves like OpenAI's Realtime API as far as a talk goes. */
export class ScriptedRealtimeServer {
  readonly connections: ScriptedConnection[] = [];
  readonly addresses: URL[] = [];
  readonly behaviour: Behaviour = { transcript: 'Hello there.', beta: false, nextFailure: null };
  /** Answer to handshakes in place of a connection. */
  refusal: { readonly status: number; readonly error: Record<string, unknown> } | null = null;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });

  static async start(): Promise<ScriptedRealtimeServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedRealtimeServer(server);
  }

  constructor(server: Server) {
    this.#server = server;
    server.on('upgrade', (request, socket, head) => {
      this.addresses.push(new URL(request.url ?? '', 'ws://127.0.0.1'));
      const { refusal } = this;
      if (refusal !== null) {
        const body = JSON.stringify({ error: refusal.error });
        const length = Buffer.byteLength(body);
        socket.end(
          `HTTP/1.1 ${refusal.status} Refused\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
        );
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const { authorization } = request.headers;
        const connection = new ScriptedConnection(webSocket, this.behaviour, authorization);
        this.connections.push(connection);
        if (authorization === `Bearer ${TEST_API_KEY}`) return;
        const message = `Incorrect API key provided: ${authorization?.slice('Bearer '.length)}.`;
        connection.refuse('invalid_api_key', { message });
        connection.close(3000, 'invalid_request_error.invalid_api_key');
      });
    });
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
    return `ws://127.0.0.1:${address.port}/v1/realtime`;
  }

  get latest(): ScriptedConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error('Nobody has connected.');
    return connection;
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.drop();
    this.#sockets.close();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
