import type { LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { createHostResolver, type ResolveHost } from './host-resolver.ts';
import { isPrivateName, isPublicAddress } from './public-address.ts';

export type GuardedRequest = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Bytes of the answer's body that are read at most; 0: it is not waited for. */
  readonly maxBytes: number;
  /** Redirects that are followed, each checked like the first address. */
  readonly maxRedirects: number;
  /** Takes the body of an answer with status 200 as it comes, in place of `body`; `maxBytes` bounds other answers. */
  readonly receive?: (body: AsyncIterable<Buffer>) => Promise<void>;
  /** Breaks off. */
  readonly signal?: AbortSignal;
};

type GuardedResponse = {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** There was more than `maxBytes`. */
  readonly isCut: boolean;
};

export type GuardedFetchOptions = {
  /** Host names or addresses that may be private. */
  readonly allowedPrivateHosts?: readonly string[];
  /** Default: the name servers of the system, each host for itself; the system's own resolver for `allowedPrivateHosts`. */
  readonly resolve?: ResolveHost;
};

export type GuardedFetch = (request: GuardedRequest) => Promise<GuardedResponse>;

/** The address may not be fetched; the message says why. */
export class ForbiddenAddressError extends Error {}

/**
 * Fetches addresses that users gave. Host names are resolved once and checked at that moment, and the connection goes to
 * the checked address: a name that resolves differently a moment later gains nothing. No proxy, no cookies, no reuse of
 * connections.
 */
export function createGuardedFetch({
  allowedPrivateHosts = [],
  resolve: givenResolve,
}: GuardedFetchOptions = {}): GuardedFetch {
  const allowed = new Set(allowedPrivateHosts.map((host) => host.toLowerCase()));
  const resolve = givenResolve ?? createHostResolver({ systemHosts: allowed });

  const findAddresses = async (url: URL, signal: AbortSignal): Promise<LookupAddress[]> => {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new ForbiddenAddressError('Only http and https addresses can be fetched.');
    }
    if (url.username !== '' || url.password !== '') {
      throw new ForbiddenAddressError('Addresses with a user name or password are not fetched.');
    }
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const isAllowed = allowed.has(host);
    if (!isAllowed && isPrivateName(host)) throw new ForbiddenAddressError('The host is a private or reserved name.');
    const addresses = ipaddr.isValid(host)
      ? [{ address: host, family: ipaddr.parse(host).kind() === 'ipv6' ? 6 : 4 }]
      : [...(await resolve(host, signal))];
    if (addresses.length === 0) throw new ForbiddenAddressError('The host has no address.');
    // One private address among public ones is reason enough: which one is used is up to whoever runs the name.
    if (!isAllowed && !addresses.every(({ address }) => isPublicAddress(address))) {
      throw new ForbiddenAddressError('The host leads to a private or reserved address.');
    }
    return addresses;
  };

  return async (request) => {
    const limits = [AbortSignal.timeout(request.timeoutMs), ...(request.signal === undefined ? [] : [request.signal])];
    const signal = AbortSignal.any(limits);
    let url = parse(request.url);
    for (let redirects = 0; ; redirects += 1) {
      const addresses = await withSignal(findAddresses(url, signal), signal);
      const answer = await send(url, addresses, request, signal);
      const location = answer.headers.location;
      const isRedirect = answer.statusCode !== undefined && answer.statusCode >= 300 && answer.statusCode < 400;
      if (!isRedirect || location === undefined || request.maxRedirects === 0) return read(answer, request);
      answer.destroy();
      if (redirects >= request.maxRedirects) throw new ForbiddenAddressError('There are too many redirects.');
      url = parse(location, url);
    }
  };
}

function parse(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new ForbiddenAddressError('This is no address.');
  return new URL(text, base);
}

function withSignal<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
}

function send(
  url: URL,
  addresses: readonly LookupAddress[],
  { method, headers = {}, body }: GuardedRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const lookup: LookupFunction = (_host, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else if (first !== undefined) callback(null, first.address, first.family);
  };
  const makeRequest = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = makeRequest(url, { method, headers: { ...headers }, lookup, signal, agent: false }, resolve);
    outgoing.on('error', (error) => reject(signal.aborted ? new Error('There was no answer in time.') : error));
    outgoing.end(body);
  });
}

async function read(answer: IncomingMessage, { maxBytes, receive }: GuardedRequest): Promise<GuardedResponse> {
  const status = answer.statusCode ?? 0;
  const contentType = answer.headers['content-type'] ?? '';
  if (receive !== undefined && status === 200) {
    try {
      await receive(answer);
    } finally {
      answer.destroy();
    }
    return { status, contentType, body: Buffer.alloc(0), isCut: false };
  }
  if (maxBytes === 0) {
    answer.destroy();
    return { status, contentType, body: Buffer.alloc(0), isCut: true };
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  for await (const part of answer as AsyncIterable<Buffer>) {
    const rest = maxBytes - bytes;
    parts.push(part.subarray(0, rest));
    bytes += Math.min(part.byteLength, rest);
    if (part.byteLength > rest) {
      isCut = true;
      answer.destroy();
      break;
    }
  }
  return { status, contentType, body: Buffer.concat(parts), isCut };
}
