import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { DELIVERY_FAULTS } from '@visavis/protocol';
import {
  type AddressGuardOptions,
  createAddressGuard,
  type FindAddresses,
  ForbiddenAddressError,
  type FoundAddresses,
} from '@visavis/protocol/address-guard';

export type GuardedRequest = {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** How long the head of the answer is waited for, redirects and all; as long as the whole when left out. */
  readonly headTimeoutMs?: number;
  /** Bytes of the answer's body that are read at most; 0: it is not waited for. */
  readonly maxBytes: number;
  /**
   * The body is wished for, not needed: how long it is waited for once its head is there. What has come by then, or before it
   * broke off, is given. Left out: the whole body is waited for, up to `timeoutMs`.
   */
  readonly bodyWaitMs?: number;
  /** Redirects that are followed, each checked like the first address. */
  readonly maxRedirects: number;
  /** Takes the body of an answer with status 200 as it comes, in place of `body`; `maxBytes` bounds other answers. */
  readonly receive?: (body: AsyncIterable<Buffer>, headers: IncomingHttpHeaders) => Promise<void>;
  /** Breaks off. */
  readonly signal?: AbortSignal;
};

type GuardedResponse = {
  readonly status: number;
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** There was more than `maxBytes`, or more than came. */
  readonly isCut: boolean;
  /** Only an operator's setting opens the host. */
  readonly isPrivate: boolean;
};

/** Neither a head nor the rest of an address came in time, or the request was broken off. */
export class LateAnswerError extends Error {
  constructor() {
    super(DELIVERY_FAULTS.late);
  }
}

/** The body ended before its end, or came in a way that nobody understands. */
export class BrokenAnswerError extends Error {
  constructor(options: ErrorOptions) {
    super('The answer broke off.', options);
  }
}

export type GuardedFetch = (request: GuardedRequest) => Promise<GuardedResponse>;

/**
 * Fetches addresses that users gave. Host names are resolved once and checked at that moment, and the connection goes to
 * the checked address: a name that resolves differently a moment later gains nothing. No proxy, no cookies, no reuse of
 * connections.
 */
export function createGuardedFetch(
  options: AddressGuardOptions & { readonly findAddresses?: FindAddresses } = {},
): GuardedFetch {
  const { findAddresses = createAddressGuard(options) } = options;

  return async (request) => {
    const { timeoutMs, headTimeoutMs = timeoutMs } = request;
    const head = new AbortController();
    const timer = setTimeout(() => head.abort(), headTimeoutMs);
    const limits = [AbortSignal.timeout(timeoutMs), head.signal, ...(request.signal ? [request.signal] : [])];
    const signal = AbortSignal.any(limits);
    try {
      const { answer, isPrivate } = await headOf(request, signal);
      clearTimeout(timer);
      return { ...(await read(answer, request, signal)), isPrivate };
    } finally {
      clearTimeout(timer);
    }
  };

  async function headOf(request: GuardedRequest, signal: AbortSignal) {
    let url = parse(request.url);
    for (let redirects = 0; ; redirects += 1) {
      const found = await findAddresses(url, signal);
      const answer = await send(url, found, request, signal);
      const location = answer.headers.location;
      const isRedirect = answer.statusCode !== undefined && answer.statusCode >= 300 && answer.statusCode < 400;
      if (!isRedirect || location === undefined || request.maxRedirects === 0) {
        return { answer, isPrivate: found.isPrivate };
      }
      answer.destroy();
      if (redirects >= request.maxRedirects) throw new ForbiddenAddressError('too-many-redirects');
      url = parse(location, url);
    }
  }
}

function parse(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new ForbiddenAddressError('malformed-address');
  return new URL(text, base);
}

function send(
  url: URL,
  { addresses }: FoundAddresses,
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
    outgoing.on('error', (error) => reject(signal.aborted ? new LateAnswerError() : error));
    outgoing.end(body);
  });
}

async function read(
  answer: IncomingMessage,
  { maxBytes, bodyWaitMs, receive }: GuardedRequest,
  signal: AbortSignal,
): Promise<Omit<GuardedResponse, 'isPrivate'>> {
  const status = answer.statusCode ?? 0;
  const { headers } = answer;
  const contentType = headers['content-type'] ?? '';
  if (receive !== undefined && status === 200) {
    try {
      await receive(wholeBody(answer, signal), headers);
    } finally {
      answer.destroy();
    }
    return { status, contentType, headers, body: Buffer.alloc(0), isCut: false };
  }
  if (maxBytes === 0) {
    answer.destroy();
    return { status, contentType, headers, body: Buffer.alloc(0), isCut: true };
  }
  return { status, contentType, headers, ...(await readBody(answer, maxBytes, bodyWaitMs)) };
}

/** Tells what goes wrong with the body from what goes wrong with whoever takes it. */
async function* wholeBody(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* answer as AsyncIterable<Buffer>;
  } catch (cause) {
    throw signal.aborted ? new LateAnswerError() : new BrokenAnswerError({ cause });
  }
}

async function readBody(
  answer: IncomingMessage,
  maxBytes: number,
  bodyWaitMs: number | undefined,
): Promise<Pick<GuardedResponse, 'body' | 'isCut'>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  const cut = () => {
    isCut = true;
    answer.destroy();
  };
  const timer = bodyWaitMs === undefined ? undefined : setTimeout(cut, bodyWaitMs);
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      const rest = maxBytes - bytes;
      parts.push(part.subarray(0, rest));
      bytes += Math.min(part.byteLength, rest);
      if (part.byteLength <= rest) continue;
      cut();
      break;
    }
  } catch (error) {
    // An answer that is destroyed ends with an error of its own.
    if (!isCut && bodyWaitMs === undefined) throw error;
    isCut = true;
  } finally {
    clearTimeout(timer);
  }
  return { body: Buffer.concat(parts), isCut };
}
