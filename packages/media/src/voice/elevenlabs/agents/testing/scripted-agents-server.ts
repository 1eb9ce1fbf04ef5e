import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import { LoopbackService } from '../../../shared/testing/loopback-service.ts';
import { type AgentBehaviour, ScriptedAgent, USUAL_BEHAVIOUR } from './scripted-agent.ts';

export const TEST_API_KEY = 'sk_eleven_0123456789abcdef';
export const TEST_AGENT = 'agent_01';
const PUBLIC_AGENT = 'agent_public';

/** A server on loopback that keeps agents as ElevenLabs does. */
export class ScriptedAgentsServer extends LoopbackService {
  readonly agents: ScriptedAgent[] = [];
  readonly behaviour: AgentBehaviour = { ...USUAL_BEHAVIOUR };
  /** Answer to the request for a signed address. */
  refusal: { readonly status: number; readonly body: string } | null = null;
  readonly #sockets = new WebSocketServer({ noServer: true });

  static async start(): Promise<ScriptedAgentsServer> {
    const server = new ScriptedAgentsServer();
    await server.listen((request, response) => {
      const [status, body] = server.#sign(request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    server.onUpgrade((request, socket, head) => {
      const { pathname, searchParams } = new URL(request.url ?? '', server.origin);
      const isLetIn =
        searchParams.get('conversation_signature') === 'signed' || searchParams.get('agent_id') === PUBLIC_AGENT;
      if (pathname !== '/v1/convai/conversation' || !isLetIn) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        server.agents.push(new ScriptedAgent(webSocket, server.behaviour));
      });
    });
    return server;
  }

  get latest(): ScriptedAgent {
    const agent = this.agents.at(-1);
    if (agent === undefined) throw new Error('Nobody has connected.');
    return agent;
  }

  override async close(): Promise<void> {
    for (const agent of this.agents) agent.drop();
    this.#sockets.close();
    await super.close();
  }

  #sign({ url = '', headers }: IncomingMessage): [number, string] {
    const { pathname, searchParams } = new URL(url, this.origin);
    if (this.refusal !== null) return [this.refusal.status, this.refusal.body];
    if (pathname !== '/v1/convai/conversation/get-signed-url') return [404, '{}'];
    if (headers['xi-api-key'] !== TEST_API_KEY) {
      const message = `Invalid API key: ${String(headers['xi-api-key'])}`;
      return [401, JSON.stringify({ detail: { status: 'invalid_api_key', message } })];
    }
    const agent = searchParams.get('agent_id');
    if (agent !== TEST_AGENT)
      return [404, JSON.stringify({ detail: { status: 'document_not_found', message: 'No.' } })];
    const signed = `${this.origin.replace('http', 'ws')}/v1/convai/conversation?agent_id=${agent}&conversation_signature=signed`;
    return [200, JSON.stringify({ signed_url: signed })];
  }
}
