import { expect, it } from 'vitest';
import { readRtpPacket } from './rtp-packet.ts';

function packet({
  first = 0x80,
  second = 0xe0,
  tail = [1, 2, 3],
}: {
  first?: number;
  second?: number;
  tail?: number[];
}) {
  const header = Buffer.alloc(12);
  header.set([first, second]);
  header.writeUInt16BE(65_535, 2);
  header.writeUInt32BE(90_000, 4);
  header.writeUInt32BE(0xdead_beef, 8);
  return Buffer.concat([header, Buffer.from(tail)]);
}

it('reads a packet of RTP, and what it carries behind contributors, extensions and before its padding', () => {
  expect(readRtpPacket(packet({}))).toEqual({
    payloadType: 96,
    isMarked: true,
    sequence: 65_535,
    timestamp: 90_000,
    ssrc: 0xdead_beef,
    payload: Buffer.from([1, 2, 3]),
  });
  const contributor = [0, 0, 0, 9];
  const extension = [0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0];
  const full = packet({ first: 0xb1, second: 0x60, tail: [...contributor, ...extension, 5, 6, 0, 2] });
  expect(readRtpPacket(full)).toMatchObject({ isMarked: false, payload: Buffer.from([5, 6]) });
});

it.each([
  ['is too short', packet({}).subarray(0, 11)],
  ['is of another version', packet({ first: 0x40 })],
  ['carries nothing', packet({ tail: [] })],
  ['names more padding than it has', packet({ first: 0xa0, tail: [1, 200] })],
  ['names extensions beyond its end', packet({ first: 0x90, tail: [0xbe, 0xde, 0xff, 0xff, 1] })],
  ['names contributors beyond its end', packet({ first: 0x8f })],
  ['is larger than a path carries', packet({ tail: Array.from({ length: 1_500 }, () => 1) })],
])('reads none that %s', (_, bytes) => {
  expect(readRtpPacket(bytes)).toBeNull();
});
