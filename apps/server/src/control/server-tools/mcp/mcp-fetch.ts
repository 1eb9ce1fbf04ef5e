import type { IncomingHttpHeaders } from 'node:http';
import type { GuardedFetch } from '../../net/guarded-fetch.ts';

/** Of one answer: long lists of tools and long results. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** How a server of tools last answered, for a sentence about it. */
export type McpContact = {
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** The last status that was no success; null: none. */
  refusedWith(): number | null;
  /** What went wrong with the last request that was not answered; null: nothing. */
  failedWith(): unknown;
};

/** `fetch` as clients of the protocol want it, over the guarded one: no private addresses, no redirects, bounded in time and size. */
export function createMcpContact(guarded: GuardedFetch, timeoutMs: number): McpContact {
  let status: number | null = null;
  let failure: unknown = null;

  const send = (url: string | URL, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { method = 'GET', body, signal } = init;
      guarded({
        url: String(url),
        method: method === 'POST' || method === 'DELETE' ? method : 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
        ...(typeof body === 'string' ? { body } : {}),
        ...(signal ? { signal } : {}),
        ...{ timeoutMs, maxBytes: 16_384, maxRedirects: 0 },
        // Answers may be streams of events, which end when they like.
        receive: (parts, headers) =>
          new Promise((done) => {
            const stream = ReadableStream.from(bounded(parts, () => done()));
            resolve(new Response(stream, { status: 200, headers: webHeaders(headers) }));
          }),
      })
        .then((answer) => {
          if (answer.status >= 300) status = answer.status;
          const isEmpty = answer.body.length === 0 || answer.status === 204 || answer.status < 200;
          const content = isEmpty ? null : new Uint8Array(answer.body);
          resolve(new Response(content, { status: answer.status, headers: webHeaders(answer.headers) }));
        })
        .catch((error: unknown) => {
          failure = error;
          reject(error);
        });
    });

  return {
    async fetch(url, init = {}) {
      // Nobody listens between calls: what a server would tell unasked is not heard.
      if ((init.method ?? 'GET') === 'GET') return new Response(null, { status: 405 });
      return send(url, init);
    },
    refusedWith: () => status,
    failedWith: () => failure,
  };
}

async function* bounded(parts: AsyncIterable<Buffer>, done: () => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const part of parts) {
      bytes += part.byteLength;
      if (bytes > MAX_ANSWER_BYTES) throw new Error('The answer is too large.');
      yield new Uint8Array(part);
    }
  } finally {
    done();
  }
}

function webHeaders(headers: IncomingHttpHeaders): Headers {
  const web = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) web.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return web;
}
