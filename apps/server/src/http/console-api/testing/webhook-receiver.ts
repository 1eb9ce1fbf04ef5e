import { createServer, type Server } from 'node:http';

type Post = { readonly headers: Readonly<Record<string, unknown>>; readonly body: string };

/** Takes the posts of webhooks, and answers as it is told. */
export class WebhookReceiver {
  readonly posts: Post[] = [];
  status = 200;
  text = '';
  /** Its answer ends before it is whole. */
  breaksOff = false;
  readonly url: string;
  /** The same receiver, as a host that everyone can reach. */
  readonly shopUrl: string;
  readonly #server: Server;

  private constructor(port: number) {
    this.url = `http://localhost:${port}/hook?x=1`;
    this.shopUrl = `http://shop.example:${port}/hook`;
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        this.posts.push({ headers: request.headers, body });
        if (!this.breaksOff) response.writeHead(this.status).end(this.text);
        else response.writeHead(this.status, { 'content-length': 100 }).write(this.text, () => response.destroy());
      });
    });
  }

  static async start(): Promise<WebhookReceiver> {
    const port = 24_400 + Math.floor(Math.random() * 40);
    const receiver = new WebhookReceiver(port);
    await new Promise<void>((resolve) => receiver.#server.listen(port, 'localhost', resolve));
    return receiver;
  }

  /** Nothing has come, and all is well. */
  reset(): void {
    this.posts.length = 0;
    this.status = 200;
    this.text = '';
    this.breaksOff = false;
  }

  close(): void {
    this.#server.close();
  }
}
