import { expect, test } from 'vitest';
import { H264RtpPayload, Vp8RtpPayload } from 'werift';
import { forEachNalUnit } from '../codecs/annex-b.ts';
import { H264Packetizer } from './h264-packetizer.ts';
import type { FragmentSink } from './payload-fragment.ts';
import { Vp8Packetizer } from './vp8-packetizer.ts';

const MAX_PAYLOAD_BYTES = 1100;

function collect(): { payloads: Buffer[]; lastFlags: boolean[]; sink: FragmentSink } {
  const payloads: Buffer[] = [];
  const lastFlags: boolean[] = [];
  const sink: FragmentSink = (prefix, prefixBytes, data, start, end, isLast) => {
    payloads.push(Buffer.concat([prefix.subarray(0, prefixBytes), data.subarray(start, end)]));
    lastFlags.push(isLast);
  };
  return { payloads, lastFlags, sink };
}

function numbers(byteLength: number, first: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, index) => 1 + ((first + index * 7) % 254));
}

test.for([1, 1096, 1097, 5000, 40_000])('a VP8 frame of %i bytes survives the way', (byteLength) => {
  const frame = numbers(byteLength, 0);
  frame[0] = 0x10;
  const { payloads, lastFlags, sink } = collect();
  new Vp8Packetizer(0x7ffe).packetize(frame, MAX_PAYLOAD_BYTES, sink);
  const parts = payloads.map((payload) => Vp8RtpPayload.deSerialize(payload));
  expect(Buffer.concat(parts.map((part) => part.payload)).equals(frame)).toBe(true);
  expect(payloads.every((payload) => payload.byteLength <= MAX_PAYLOAD_BYTES)).toBe(true);
  expect(parts.map((part) => part.sBit)).toEqual(parts.map((_, index) => (index === 0 ? 1 : 0)));
  expect(new Set(parts.map((part) => part.pictureId))).toEqual(new Set([0x7ffe]));
  expect(lastFlags.indexOf(true)).toBe(lastFlags.length - 1);
});

test('VP8 picture ids go up by one and wrap after 15 bits', () => {
  const packetizer = new Vp8Packetizer(0x7ffe);
  const ids = [0, 1, 2].map(() => {
    const { payloads, sink } = collect();
    packetizer.packetize(numbers(10, 0), MAX_PAYLOAD_BYTES, sink);
    return Vp8RtpPayload.deSerialize(payloads[0]!).pictureId;
  });
  expect(ids).toEqual([0x7ffe, 0x7fff, 0]);
});

function annexB(...units: Uint8Array[]): Uint8Array {
  return Buffer.concat(units.flatMap((unit, index) => [Buffer.from(index === 0 ? [0, 0, 0, 1] : [0, 0, 1]), unit]));
}

function nalUnit(type: number, byteLength: number): Uint8Array {
  const unit = numbers(byteLength, type);
  unit[0] = 0x60 | type;
  return unit;
}

function unpackH264(payloads: Buffer[]): Buffer[] {
  let fragment: Buffer | undefined;
  const stream: Buffer[] = [];
  for (const payload of payloads) {
    const part = H264RtpPayload.deSerialize(payload, fragment);
    fragment = part.fragment;
    if (part.payload !== undefined) stream.push(part.payload);
  }
  const joined = Buffer.concat(stream);
  const units: Buffer[] = [];
  forEachNalUnit(joined, (start, end) => units.push(Buffer.from(joined.subarray(start, end))));
  return units;
}

test('an H.264 key picture travels as one STAP-A and FU-A pieces, without SEI and delimiters', () => {
  const parameterSets = [nalUnit(7, 22), nalUnit(8, 5)];
  const slices = [nalUnit(5, 900), nalUnit(5, 9000)];
  const { payloads, lastFlags, sink } = collect();
  const unit = annexB(nalUnit(9, 2), ...parameterSets, nalUnit(6, 600), ...slices);
  new H264Packetizer().packetize(unit, MAX_PAYLOAD_BYTES, sink);
  expect(payloads.map((payload) => payload[0]! & 0x1f)).toEqual([24, 5, ...Array(9).fill(28)]);
  expect(payloads.every((payload) => payload.byteLength <= MAX_PAYLOAD_BYTES)).toBe(true);
  expect(unpackH264(payloads).map((part) => part.toString('hex'))).toEqual(
    [...parameterSets, ...slices].map((part) => Buffer.from(part).toString('hex')),
  );
  expect(lastFlags.indexOf(true)).toBe(lastFlags.length - 1);
});

test('NAL units are found with start codes of three and four bytes and without trailing zeros', () => {
  const data = Buffer.from([0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3, 0, 0, 1, 0x65, 4, 0, 0, 3, 5]);
  const found: string[] = [];
  forEachNalUnit(data, (start, end) => found.push(data.subarray(start, end).toString('hex')));
  expect(found).toEqual(['670102', '6803', '650400000305']);
});
