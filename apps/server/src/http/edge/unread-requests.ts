import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { FastifyReply } from 'fastify';
import { faultOfStatus, requestFault } from '../request-faults.ts';

/** Time for the headers of a request, and for the handshake of TLS. */
const HEADERS_MS = 10_000;
/** How long a client may take to read why it was cut. */
const LINGER_MS = 2_000;
/** How often Node looks for connections that are over their time. */
const CHECK_INTERVAL_MS = 1_000;

/** Options of Node's servers, without TLS and with it. */
export const SERVER_OPTIONS = {
  headersTimeout: HEADERS_MS,
  handshakeTimeout: HEADERS_MS,
  connectionsCheckingInterval: CHECK_INTERVAL_MS,
};

/** Times of the web framework. Bodies have a pace of their own, so that large files are possible. */
export const CONNECTION_TIMES = {
  /** In which neither side sends anything, whatever they wait for. No answer takes so long. */
  connectionTimeout: 75_000,
  /** Between two requests. Proxies keep theirs for 60 s, and must be the first to close. */
  keepAliveTimeout: 72_000,
  requestTimeout: 0,
};

/** Answers what no route got to see, because it is no HTTP or its headers took too long, and closes the connection. */
export function answerUnread(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // Nothing can be told before the handshake of TLS is done.
  const isSecured = !(socket instanceof TLSSocket) || socket.getProtocol() !== null;
  if (!isSecured || /^ERR_(TLS|SSL)/.test(error.code ?? '')) {
    socket.destroy();
    return;
  }
  if (socket.writable) {
    const { status, message } = faultOfStatus(statusOf(error.code));
    const body = JSON.stringify({ code: status, message, data: null });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroySoon();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function statusOf(code: string | undefined): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
}

/** Answers what the router cannot read, like `/%zz`. */
export function answerUnroutable(error: Error, reply: FastifyReply): void {
  const { status, message } = requestFault(error) ?? faultOfStatus(400);
  void reply.code(status).send({ code: status, message, data: null });
}
