import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { pipeline, Readable, Transform } from 'node:stream';
import {
  createAddressGuard,
  type FindAddresses,
  ForbiddenAddressError,
  type FoundAddresses,
  isPublicAddress,
} from '@visavis/protocol/address-guard';

/** How adapters reach services. */
export type ServiceNetwork = {
  readonly fetch: typeof globalThis.fetch;
  /**
   * For clients with connections of their own, WebSockets for one: options of `net.connect` that keep them to allowed addresses.
   * Throws a `ForbiddenAddressError` where the address is none.
   */
  socketOptions(url: string): { readonly lookup?: LookupFunction };
};

/** Anything goes: for what the operator of the server has chosen. */
export const openNetwork: ServiceNetwork = { fetch: globalThis.fetch, socketOptions: () => ({}) };

const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Reaches what everybody may reach, and `allowedPrivateHosts`: addresses here are given by customers. A name is resolved and checked
 * for each connection, which goes to the checked address. Redirects are not followed: the answer is theirs.
 */
export function guardedNetwork(
  allowedPrivateHosts: readonly string[],
  findAddresses: FindAddresses = createAddressGuard({ allowedPrivateHosts }),
): ServiceNetwork {
  // Of its own: a connection that somebody else was allowed to open is not taken over.
  const kept = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: MAX_FREE_SOCKETS };
  const agents = { http: new HttpAgent(kept), https: new HttpsAgent(kept) };
  const find = (url: URL, signal: AbortSignal): Promise<FoundAddresses> => findAddresses(url, signal);
  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      const url = new URL(request.url);
      // Of the one who asks: that of the request does not outlive it.
      const signal = init?.signal ?? (input instanceof Request ? input.signal : NEVER);
      const found = await find(url, signal);
      const body = request.body === null ? null : Buffer.from(await request.arrayBuffer());
      const options = {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        signal,
        lookup: lookupOf(async () => found),
      };
      const sent =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, agent: agents.https })
          : httpRequest(url, { ...options, agent: agents.http });
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        sent.on('response', resolve).on('error', reject);
        sent.end(body ?? undefined);
      });
      try {
        return responseOf(answer, signal);
      } catch (error) {
        answer.destroy();
        throw error;
      }
    },
    socketOptions(url) {
      const { hostname } = new URL(url);
      const host = hostname.replace(/^\[|\]$/g, '');
      // `net.connect` looks no number up.
      if (isIP(host) !== 0 && !isPublicAddress(host) && !allowedPrivateHosts.includes(host)) {
        throw new ForbiddenAddressError('private-address');
      }
      return { lookup: lookupOf((name) => find(new URL(`https://${name}`), AbortSignal.timeout(LOOK_UP_MS))) };
    },
  };
}

const LOOK_UP_MS = 10_000;
/** A connection that nobody uses is closed. */
const IDLE_MS = 30_000;
const MAX_FREE_SOCKETS = 8;
/** The longest answers are minutes of sound, in base64; complaints are short. Whoever reads them may hold them whole. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_COMPLAINT_BYTES = 1024 * 1024;
const NEVER = new AbortController().signal;

function lookupOf(find: (host: string) => Promise<FoundAddresses>): LookupFunction {
  return (host, options, callback) => {
    find(host).then(
      ({ addresses }) => {
        const [first] = addresses;
        if (options.all === true) callback(null, [...addresses]);
        else if (first !== undefined) callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), ''),
    );
  };
}

function responseOf(answer: IncomingMessage, signal: AbortSignal): Response {
  const status = answer.statusCode ?? 500;
  const headers = new Headers();
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    headers.append(answer.rawHeaders[index] ?? '', answer.rawHeaders[index + 1] ?? '');
  }
  if (NO_BODY.has(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  const onAbort = (): void =>
    void answer.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', onAbort, { once: true });
  answer.once('close', () => signal.removeEventListener('abort', onAbort));
  const isOk = status >= 200 && status < 300;
  const body = pipeline(answer, atMost(isOk ? MAX_ANSWER_BYTES : MAX_COMPLAINT_BYTES), () => {});
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers });
}

/** Passes so many bytes on, and fails beyond. */
function atMost(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      if (bytes > maxBytes) done(new Error('Its answer is far too long.'));
      else done(null, part);
    },
  });
}
