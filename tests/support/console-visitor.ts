type Reply = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect to be there.
  readonly body: any;
};

type Content = { readonly type?: string; readonly body?: string | Uint8Array<ArrayBuffer> };

/** Somebody with the console open, over real HTTP: keeps cookies and says where requests come from. */
export class ConsoleVisitor {
  static readonly PASSWORD = 'a long enough password';
  cookie = '';
  readonly #url: string;
  readonly #address: string | undefined;

  /** `address`: whose requests these are, for servers that trust this machine as a proxy. */
  constructor(url: string, address?: string) {
    this.#url = url;
    this.#address = address;
  }

  get(path: string): Promise<Reply> {
    return this.send('GET', path);
  }

  post(path: string, body: object): Promise<Reply> {
    return this.send('POST', path, body);
  }

  send(method: string, path: string, body?: object): Promise<Reply> {
    return this.#read(method, path, body === undefined ? {} : { type: 'application/json', body: JSON.stringify(body) });
  }

  /** Sends a file as the body. */
  upload(projectId: string, body: Uint8Array<ArrayBuffer>, type = 'application/octet-stream'): Promise<Reply> {
    return this.#read('POST', `/projects/${projectId}/uploads`, { type, body });
  }

  async #read(method: string, path: string, content: Content): Promise<Reply> {
    const response = await this.#fetch(method, path, content);
    for (const line of response.headers.getSetCookie()) this.#keep(line.split(';', 1)[0] ?? '');
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  /** The status of the answer to a body of any type. */
  async raw(method: string, path: string, content: { type: string; body: string }): Promise<number> {
    const response = await this.#fetch(method, path, content);
    await response.arrayBuffer();
    return response.status;
  }

  /** The answer to a body of any type, as text. */
  async text(method: string, path: string, content: Content): Promise<{ status: number; body: string }> {
    const response = await this.#fetch(method, path, content);
    return { status: response.status, body: await response.text() };
  }

  /** Replaces the cookie of this name. */
  #keep(pair: string): void {
    const prefix = pair.slice(0, pair.indexOf('=') + 1);
    const others = this.cookie.split('; ').filter((other) => other !== '' && !other.startsWith(prefix));
    this.cookie = [...others, pair].join('; ');
  }

  async register(email: string): Promise<void> {
    const reply = await this.post('/auth/register', { email, name: 'Test', password: ConsoleVisitor.PASSWORD });
    if (reply.status !== 201) throw new Error(`could not register: ${JSON.stringify(reply.body)}`);
  }

  #fetch(method: string, path: string, { type, body }: Content): Promise<Response> {
    return fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        origin: this.#url,
        ...(this.#address === undefined ? {} : { 'x-forwarded-for': this.#address }),
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    });
  }
}
