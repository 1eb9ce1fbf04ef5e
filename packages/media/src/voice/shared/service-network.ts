import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
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
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const find = (url: URL, signal: AbortSignal): Promise<FoundAddresses> => findAddresses(url, signal);
  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      const url = new URL(request.url);
      const found = await find(url, request.signal);
      const body = request.body === null ? null : Buffer.from(await request.arrayBuffer());
      const options = {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        signal: request.signal,
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
      return responseOf(answer);
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

function responseOf(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 500;
  const headers = new Headers();
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    headers.append(answer.rawHeaders[index] ?? '', answer.rawHeaders[index + 1] ?? '');
  }
  if (NO_BODY.has(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers });
}
