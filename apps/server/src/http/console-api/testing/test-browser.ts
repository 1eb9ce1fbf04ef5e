import type { FastifyInstance, InjectOptions } from 'fastify';

type Reply = Awaited<ReturnType<FastifyInstance['inject']>>;

/** Like a browser on a page of the console: keeps cookies, says where its requests come from. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly #app: FastifyInstance;
  readonly #address: string;

  constructor(app: FastifyInstance, address = '203.0.113.7') {
    this.#app = app;
    this.#address = address;
  }

  async send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Reply> {
    return this.request({ method, url: `/api/v1${path}`, ...(body === undefined ? {} : { payload: body }) });
  }

  async request(options: InjectOptions): Promise<Reply> {
    const headers: Record<string, unknown> = {
      host: 'console.example',
      origin: 'http://console.example',
      ...(this.cookies.size === 0 ? {} : { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') }),
      ...options.headers,
    };
    // `undefined` takes a header away.
    const given = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as const],
    );
    const request = { ...options, remoteAddress: this.#address, headers: Object.fromEntries(given) };
    const reply = await this.#app.inject(request);
    for (const { name, value, maxAge } of reply.cookies) {
      if (maxAge === 0) this.cookies.delete(name);
      else this.cookies.set(name, encodeURIComponent(value));
    }
    return reply;
  }

  async register(email: string): Promise<string> {
    const reply = await this.send('POST', '/auth/register', { email, name: 'Test', password: PASSWORD });
    if (reply.statusCode !== 201) throw new Error(`could not register: ${reply.body}`);
    return reply.json().userId;
  }
}

export const PASSWORD = 'correct horse battery';
