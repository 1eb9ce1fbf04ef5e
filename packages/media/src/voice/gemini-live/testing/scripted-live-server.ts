import { type WebSocket, WebSocketServer } from 'ws';
import { LoopbackService } from '../../shared/testing/loopback-service.ts';
import { type LiveBehaviour, ScriptedLiveConnection, USUAL_BEHAVIOUR } from './scripted-live-connection.ts';

export const TEST_API_KEY = 'AIzaTest0123456789abcdef';

/** A server on loopback that behaves like Gemini's Live API as far as a talk goes. */
export class ScriptedLiveServer extends LoopbackService {
  readonly connections: ScriptedLiveConnection[] = [];
  readonly paths: string[] = [];
  readonly behaviour: LiveBehaviour = { ...USUAL_BEHAVIOUR };
  /** Closes new connections in this way; the service takes handshakes with any key. */
  refusal: { readonly code: number; readonly reason: string } | null = null;
  /** Answers handshakes with this status. */
  handshakeRefusal: number | null = null;
  /** Handles that lead to no session any more. */
  readonly deadHandles = new Set<string>();
  readonly #sockets = new WebSocketServer({ noServer: true });

  static async start(): Promise<ScriptedLiveServer> {
    const server = new ScriptedLiveServer();
    await server.listen((_request, response) => response.writeHead(404).end());
    server.onUpgrade((request, socket, head) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'ws://127.0.0.1');
      server.paths.push(pathname);
      if (server.handshakeRefusal !== null) {
        socket.end(`HTTP/1.1 ${server.handshakeRefusal} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      server.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
        server.#accept(webSocket, searchParams.get('key')),
      );
    });
    return server;
  }

  get socketUrl(): string {
    return this.origin.replace('http', 'ws');
  }

  get latest(): ScriptedLiveConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error('Nobody has connected.');
    return connection;
  }

  override async close(): Promise<void> {
    for (const connection of this.connections) connection.drop();
    this.#sockets.close();
    await super.close();
  }

  #accept(socket: WebSocket, key: string | null): void {
    const connection = new ScriptedLiveConnection(
      socket,
      this.behaviour,
      key,
      (handle) => !this.deadHandles.has(handle),
    );
    this.connections.push(connection);
    const { refusal } = this;
    if (refusal !== null) connection.close(refusal.code, refusal.reason);
    else if (key !== TEST_API_KEY) connection.close(1007, 'API key not valid. Please pass a valid API key.');
  }
}
