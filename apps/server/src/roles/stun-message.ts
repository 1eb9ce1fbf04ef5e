import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

const HEADER_BYTES = 20;
/** A binding request has 20 bytes and perhaps a few attributes; longer datagrams are not answered. */
const MAX_REQUEST_BYTES = 512;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const MAGIC_COOKIE = 0x2112_a442;
const XOR_MAPPED_ADDRESS = 0x0020;
const IPV4_FAMILY = 1;
const IPV6_FAMILY = 2;

/**
 * The answer to a STUN binding request (RFC 8489 §6): the sender's address and nothing more, 32 bytes for IPv4 and 44 for
 * IPv6. Null for everything that is no whole, well-formed binding request.
 */
export function answerBinding(datagram: Buffer, sender: { address: string; port: number }): Buffer | null {
  return isBindingRequest(datagram) ? encodeAnswer(datagram, sender) : null;
}

function isBindingRequest(datagram: Buffer): boolean {
  if (datagram.length < HEADER_BYTES || datagram.length > MAX_REQUEST_BYTES || datagram.length % 4 !== 0) return false;
  if (datagram.readUInt16BE(0) !== BINDING_REQUEST || datagram.readUInt32BE(4) !== MAGIC_COOKIE) return false;
  if (datagram.readUInt16BE(2) !== datagram.length - HEADER_BYTES) return false;
  let at = HEADER_BYTES;
  // Attributes: type, length, and a value that is padded to four bytes.
  while (at < datagram.length) at += 4 + Math.ceil(datagram.readUInt16BE(at + 2) / 4) * 4;
  return at === datagram.length;
}

function encodeAnswer(request: Buffer, { address, port }: { address: string; port: number }): Buffer {
  const bytes = ipaddr.process(address).toByteArray();
  const answer = Buffer.alloc(HEADER_BYTES + 8 + bytes.length);
  answer.writeUInt16BE(BINDING_SUCCESS, 0);
  answer.writeUInt16BE(answer.length - HEADER_BYTES, 2);
  request.copy(answer, 4, 4, HEADER_BYTES);
  answer.writeUInt16BE(XOR_MAPPED_ADDRESS, HEADER_BYTES);
  answer.writeUInt16BE(4 + bytes.length, HEADER_BYTES + 2);
  answer.writeUInt8(bytes.length === 4 ? IPV4_FAMILY : IPV6_FAMILY, HEADER_BYTES + 5);
  answer.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), HEADER_BYTES + 6);
  // The mask is the cookie, and for IPv6 the transaction id after it: as they stand in the header.
  for (const [index, byte] of bytes.entries()) answer[HEADER_BYTES + 8 + index] = byte ^ (request[4 + index] ?? 0);
  return answer;
}

export function isSendable({ address, port }: { address: string; port: number }): boolean {
  // A forged sender may have no port; nothing can be sent to it.
  return port > 0 && (isIPv4(address) ? address !== '0.0.0.0' : true);
}
