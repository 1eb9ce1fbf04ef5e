import { WebSocketServer } from 'ws';
import { LoopbackService } from '../../shared/testing/loopback-service.ts';
import { ScriptedLiveSession, type SessionBehaviour } from './scripted-live-session.ts';

export const TEST_API_KEY = 'sk-test-0123456789abcdef';

/** A server on loopback that behaves like GPT-Live as far as a talk goes. */
export class ScriptedGptLiveServer extends LoopbackService {
  readonly sessions: ScriptedLiveSession[] = [];
  readonly paths: string[] = [];
  readonly behaviour: SessionBehaviour = { transcript: 'Hello there.', isMute: false };
  /** Answer to handshakes in place of a session. */
  refusal: { readonly status: number; readonly error: Record<string, unknown> } | null = null;
  readonly #sockets = new WebSocketServer({ noServer: true });

  static async start(): Promise<ScriptedGptLiveServer> {
    const server = new ScriptedGptLiveServer();
    await server.listen((_request, response) => response.writeHead(404).end());
    server.onUpgrade((request, socket, head) => {
      server.paths.push(request.url ?? '');
      const { authorization } = request.headers;
      const wrongKey = { code: 'invalid_api_key', message: `Incorrect API key provided: ${authorization}.` };
      const isKnown = authorization === `Bearer ${TEST_API_KEY}`;
      const refusal = server.refusal ?? (isKnown ? null : { status: 401, error: wrongKey });
      if (refusal !== null) {
        const body = JSON.stringify({ error: refusal.error });
        const length = Buffer.byteLength(body);
        socket.end(
          `HTTP/1.1 ${refusal.status} Refused\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
        );
        return;
      }
      server.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
        server.sessions.push(new ScriptedLiveSession(webSocket, server.behaviour, authorization)),
      );
    });
    return server;
  }

  get socketUrl(): string {
    return `${this.url.replace('http', 'ws')}/live/sessions`;
  }

  get latest(): ScriptedLiveSession {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error('Nobody has connected.');
    return session;
  }

  override async close(): Promise<void> {
    for (const session of this.sessions) session.drop();
    this.#sockets.close();
    await super.close();
  }
}
