import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConsoleVisitor } from './console-visitor.ts';
import type { TestServer } from './server-process.ts';

/** The shortest that the server gives. */
export const shortestLifetimeSeconds = 30;

type TokenLimits = { readonly origin?: string; readonly narrow?: boolean; readonly lifetimeSeconds?: number };

/** A shop's site on an origin of its own: pages, and the address that mints tokens with the shop's key. */
export class Shop {
  readonly pages = new Map<string, string | Buffer>();
  /** Tokens that the page asked for, in this order. */
  readonly minted: string[] = [];
  /** When the server had answered with the last of them, in ms of `Date.now()`. */
  mintedAtMs = 0;
  readonly #visavis: TestServer;
  readonly #http: Server;
  #key = '';
  #narrowKey = '';
  url = '';

  constructor(visavis: TestServer) {
    this.#visavis = visavis;
    this.#http = createServer((request, response) => {
      const path = request.url ?? '/';
      if (request.method === 'POST' && path.startsWith('/avatar-token')) {
        const limits =
          path === '/avatar-token-narrow' ? { narrow: true, lifetimeSeconds: shortestLifetimeSeconds } : {};
        void this.mint(limits).then((token) => {
          this.minted.push(token);
          this.mintedAtMs = Date.now();
          response.end(JSON.stringify({ token }));
        });
        return;
      }
      const page = this.pages.get(path);
      response.writeHead(page === undefined ? 404 : 200, {
        'content-type': path.endsWith('.js') ? 'text/javascript' : 'text/html',
      });
      response.end(page);
    });
  }

  /** Opens the shop, with a licence key of its own. */
  async open(): Promise<void> {
    const owner = new ConsoleVisitor(this.#visavis.url);
    await owner.register('shop@example.org');
    const { projectId } = (await owner.post('/projects', { name: 'Shop' })).body;
    this.#key = (await owner.post(`/projects/${projectId}/keys`, { name: 'Web' })).body.key;
    const narrow = (await owner.post(`/projects/${projectId}/keys`, { name: 'One call' })).body;
    await owner.send('PATCH', `/projects/${projectId}/keys/${narrow.licenceId}`, { maxConcurrentCalls: 1 });
    this.#narrowKey = narrow.key;
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** `narrow`: with a key that has one call at a time. */
  async mint({ narrow = false, ...limits }: TokenLimits = {}): Promise<string> {
    const answer = await fetch(`${this.#visavis.url}/api/v1/browser-tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${narrow ? this.#narrowKey : this.#key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ lifetimeSeconds: 600, ...limits }),
    });
    const { token } = (await answer.json()) as { token: string };
    return token;
  }

  close(): void {
    this.#http.closeAllConnections();
    this.#http.close();
  }
}

/** Runs in the page: what the element's events said, and how loud its sound was. */
const watcher = `
  window.seen = [];
  for (const name of ['connected', 'reconnecting', 'transcript', 'ended', 'error']) {
    document.addEventListener('visavis-' + name, ({ detail }) => window.seen.push({ name, detail }));
  }
  window.loudestOf = async (video, mostMs, enough) => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(video.srcObject).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (const end = performance.now() + mostMs; loudest <= enough && performance.now() < end; ) {
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(loudest, Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await context.close();
    return loudest;
  };
`;

export type Seen = {
  readonly name: string;
  readonly detail: { text?: string; speaker?: string; code?: string; reason?: string };
};

/** A page of the shop with a piece of code in it. */
export function pageOf(code: string): string {
  return `<!doctype html><html lang="en"><head><meta name="color-scheme" content="light dark"><title>A shop</title>
    <script>${watcher}</script></head><body><h1>A shop</h1>${code}</body></html>`;
}
