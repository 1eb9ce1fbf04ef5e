import { mutateBytes } from '@visavis/protocol/testing';
import { expect, test } from 'vitest';
import { answerBinding } from '../../apps/server/src/roles/stun-message.ts';
import { parseRtcp, type RtcpVisitor } from '../../packages/media/src/webrtc/rtcp-parser.ts';
import { parseTransportFeedback } from '../../packages/media/src/webrtc/transport-feedback.ts';
import { fuzz } from './support/fuzz.ts';

/** A packet of RTCP: version 2, `format`, `type`, its length in words, then the body. */
function rtcp(format: number, type: number, ...words: readonly number[]): Buffer {
  const packet = Buffer.alloc(4 + 4 * words.length);
  packet.writeUInt8(0x80 | format, 0);
  packet.writeUInt8(type, 1);
  packet.writeUInt16BE(words.length, 2);
  for (const [index, word] of words.entries()) packet.writeUInt32BE(word >>> 0, 4 + 4 * index);
  return packet;
}

/** RFC 8489 §5: type, length, magic cookie, transaction, and a SOFTWARE attribute if there is a text for it. */
function stun(type: number, software = ''): Buffer {
  const padded = Math.ceil(software.length / 4) * 4;
  const packet = Buffer.alloc(20 + (software === '' ? 0 : 4 + padded));
  packet.writeUInt16BE(type, 0);
  packet.writeUInt16BE(packet.length - 20, 2);
  packet.writeUInt32BE(0x2112a442, 4);
  packet.write('transaction!', 8);
  if (software === '') return packet;
  packet.writeUInt16BE(0x8022, 20);
  packet.writeUInt16BE(software.length, 22);
  packet.write(software, 24);
  return packet;
}

const REPORT = [7, 0x10000005, 1000, 20, 0x12345678, 65536];
const RTCP = [
  rtcp(1, 200, 1, 2, 3, 4, 5, 6, ...REPORT),
  rtcp(2, 201, 1, ...REPORT, ...REPORT),
  rtcp(1, 205, 1, 7, 0x00100005, 0x00200000),
  rtcp(15, 205, 1, 7, 0x00010008, 0x00000100, 0x20080404, 0x04040404, 0x04040000),
  rtcp(1, 206, 1, 7),
  rtcp(4, 206, 1, 0, 7, 0x01000000),
  rtcp(15, 206, 1, 0, 0x52454d42, 0x01123456, 7),
];

test('RTCP of a hostile peer is walked to its end, and reports nothing that is no number', async () => {
  let told = 0;
  const numbers = (...values: readonly number[]) => {
    told += 1;
    if (!values.every(Number.isFinite)) throw new Error(`no number: ${values}`);
  };
  const visitor: RtcpVisitor = {
    reportBlock: (block) => numbers(...Object.values(block)),
    nack: numbers,
    pictureLoss: numbers,
    fullIntraRequest: numbers,
    receiverEstimate: numbers,
    transportFeedback: (packet) =>
      parseTransportFeedback(packet, (sequence, receivedAtMs) => numbers(sequence, receivedAtMs ?? 0)),
  };
  const corpus = [
    ...RTCP,
    Buffer.concat(RTCP),
    Buffer.concat([RTCP[0] as Buffer, RTCP[3] as Buffer, RTCP[4] as Buffer]),
  ];
  for (const packet of corpus) parseRtcp(packet, visitor);
  expect(told, 'what the corpus holds').toBeGreaterThan(10);
  await fuzz({ wire: 'rtcp', corpus, mutate: mutateBytes, feed: (packet) => parseRtcp(Buffer.from(packet), visitor) });
});

test('STUN of strangers is answered or not, never with more than was asked by much', async () => {
  const sender = { address: '192.0.2.7', port: 40_000 };
  const corpus = [stun(0x0001), stun(0x0001, 'a:b'), stun(0x0001, 'x'.repeat(60)), stun(0x0011), stun(0x0101)];
  expect(answerBinding(corpus[0] as Buffer, sender)).not.toBeNull();
  await fuzz({
    wire: 'stun',
    corpus,
    mutate: mutateBytes,
    feed(datagram) {
      const answer = answerBinding(Buffer.from(datagram), sender);
      expect(answer?.length ?? 0).toBeLessThanOrEqual(44);
    },
  });
});
