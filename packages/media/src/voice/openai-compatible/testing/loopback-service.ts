import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP service on loopback whose base URL ends as those of OpenAI's interfaces do. */
export class LoopbackService {
  readonly #server: Server = createServer();

  protected async listen(answer: RequestListener): Promise<void> {
    this.#server.on('request', answer);
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
