import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** An HTTP service on loopback whose base URL ends as those of OpenAI's interfaces do. */
export class LoopbackService {
  readonly #server: Server = createServer();

  protected async listen(answer: RequestListener): Promise<void> {
    this.#server.on('request', answer);
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  protected onUpgrade(answer: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void {
    this.#server.on('upgrade', answer);
  }

  get url(): string {
    return `${this.origin}/v1`;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
