import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type ToolRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

type ToolReply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** It is never answered. */
  readonly hangs?: boolean;
};

/** Somebody's server that answers for tools, as the test says. */
export class ToolReceiver {
  readonly requests: ToolRequest[] = [];
  reply: (request: ToolRequest) => ToolReply | Promise<ToolReply> = () => ({ body: '{"sky":"clear"}' });
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ToolReceiver> {
    const server = createServer((request, response) => {
      void text(request).then(async (body) => {
        const { method = '', url: path = '', headers } = request;
        const asked = { method, path, headers, body };
        receiver.requests.push(asked);
        const reply = await receiver.reply(asked);
        if (reply.hangs === true) return;
        response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
        response.end(reply.body ?? '');
      });
    });
    const receiver = new ToolReceiver(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
