import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { addressGroup } from '../control/accounts/attempt-limiter.ts';
import type { Logger } from '../ports.ts';
import { AnswerRate } from './answer-rate.ts';
import { answerBinding, isSendable } from './stun-message.ts';

export type StunResponder = { readonly port: number; close(): Promise<void> };

/** A client asks some seven times when answers get lost; many may share an address. */
const RATES = { each: { atOnce: 60, perSecond: 10 }, all: { atOnce: 2_000, perSecond: 500 } };

/**
 * Answers STUN binding requests (RFC 8489 §2) with the sender's address, so that clients have a server to ask without any
 * set-up. Null when the port cannot be had.
 *
 * Senders can be forged, so that answers hit somebody else. An answer cannot be as short as the 20 bytes that browsers ask
 * with, but it is the shortest there is (32 bytes; 60 in place of 48 on the wire), and one address gets 10 a second.
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
  const rate = new AnswerRate(RATES, performance.now());
  socket.on('message', (datagram, sender) => {
    const answer = isSendable(sender) ? answerBinding(datagram, sender) : null;
    if (answer === null || !rate.take(addressGroup(sender.address), performance.now())) return;
    socket.send(answer, sender.port, sender.address, () => {});
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
