import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { classes, Message, methods, parseMessage } from 'werift-ice';
import type { Logger } from '../ports.ts';

export type StunResponder = { readonly port: number; close(): Promise<void> };

/** A binding request has 20 bytes and perhaps a few attributes; longer datagrams are not answered. */
const MAX_REQUEST_BYTES = 512;
const HEADER_BYTES = 20;

/**
 * Answers STUN binding requests (RFC 8489 §2) with the sender's address, so that clients have a server to ask without any
 * set-up. An answer is about as long as its request, so it amplifies nothing. Null when the port cannot be had.
 */
export async function startStunResponder(options: {
  host: string;
  port: number;
  logger: Logger;
}): Promise<StunResponder | null> {
  const { host, port, logger } = options;
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    logger.warn(
      { port, error: String(error) },
      'The built-in STUN responder could not start; clients are still told of this port. Set STUN_PORT or ICE_SERVERS',
    );
    return null;
  }
  socket.on('error', (error) => logger.warn({ error: error.message }, 'STUN responder'));
  socket.on('message', (datagram, sender) => {
    const answer = answerBinding(datagram, sender);
    if (answer !== null) socket.send(answer, sender.port, sender.address, () => {});
  });
  let closing: Promise<void> | null = null;
  return {
    port: socket.address().port,
    close() {
      closing ??= new Promise((resolve) => socket.close(() => resolve()));
      return closing;
    },
  };
}

/** Null for everything that is not a binding request. */
export function answerBinding(datagram: Buffer, sender: Pick<RemoteInfo, 'address' | 'port'>): Buffer | null {
  if (datagram.length < HEADER_BYTES || datagram.length > MAX_REQUEST_BYTES) return null;
  const request = parseRequest(datagram);
  if (request?.messageMethod !== methods.BINDING || request.messageClass !== classes.REQUEST) return null;
  const response = new Message(methods.BINDING, classes.RESPONSE, request.transactionId);
  response.setAttribute('XOR-MAPPED-ADDRESS', [sender.address, sender.port]);
  response.addFingerprint();
  return response.bytes;
}

function parseRequest(datagram: Buffer): Message | undefined {
  try {
    return parseMessage(datagram);
  } catch {
    return undefined;
  }
}
