import type { IncomingHttpHeaders } from 'node:http';
import type { GuardedFetch } from '../../net/guarded-fetch.ts';

/** Of one answer: long lists of tools and long results. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Leaving a server is not waited for longer. */
const MAX_LEAVE_MS = 2000;

/** The server answered with a status that is no success. */
export class McpRefusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The status was ${status}.`);
    this.status = status;
  }
}

/** The server could not be asked: the cause says why. */
export class McpSilence extends Error {}

/** The way to a server of tools. */
export type McpContact = {
  /** Rejects with an `McpRefusal` or an `McpSilence`. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** Of all answers up to now. */
  bytesRead(): number;
};

/** `fetch` as clients of the protocol want it, over the guarded one: no private addresses, no redirects, bounded in time and size. */
export function createMcpContact(guarded: GuardedFetch, timeoutMs: number): McpContact {
  let bytesRead = 0;

  async function* bounded(parts: AsyncIterable<Buffer>, done: () => void): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    try {
      for await (const part of parts) {
        bytes += part.byteLength;
        bytesRead += part.byteLength;
        if (bytes > MAX_ANSWER_BYTES) throw new Error('The answer is too large.');
        yield new Uint8Array(part);
      }
    } finally {
      done();
    }
  }

  const send = (url: string | URL, method: 'POST' | 'DELETE', init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { body, signal } = init;
      guarded({
        url: String(url),
        method,
        headers: Object.fromEntries(new Headers(init.headers)),
        ...(typeof body === 'string' ? { body } : {}),
        ...(signal ? { signal } : {}),
        timeoutMs: method === 'DELETE' ? Math.min(timeoutMs, MAX_LEAVE_MS) : timeoutMs,
        maxBytes: 16_384,
        maxRedirects: 0,
        // Answers may be streams of events, which end when they like.
        receive: (parts, headers) =>
          new Promise((done) => {
            const stream = ReadableStream.from(bounded(parts, () => done()));
            resolve(new Response(stream, { status: 200, headers: webHeaders(headers) }));
          }),
      })
        .then((answer) => {
          if (method === 'POST' && answer.status >= 300) throw new McpRefusal(answer.status);
          const isEmpty = answer.body.length === 0 || answer.status === 204 || answer.status < 200;
          const content = isEmpty ? null : new Uint8Array(answer.body);
          resolve(new Response(content, { status: answer.status, headers: webHeaders(answer.headers) }));
        })
        .catch((cause: unknown) => {
          reject(cause instanceof McpRefusal ? cause : new McpSilence('The server could not be asked.', { cause }));
        });
    });

  return {
    async fetch(url, init = {}) {
      const { method } = init;
      if (method === 'POST' || method === 'DELETE') return send(url, method, init);
      // Nobody listens between calls: what a server would tell unasked is not heard.
      return new Response(null, { status: 405 });
    },
    bytesRead: () => bytesRead,
  };
}

function webHeaders(headers: IncomingHttpHeaders): Headers {
  const web = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) web.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return web;
}
