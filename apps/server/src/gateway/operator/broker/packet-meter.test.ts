import { expect, it } from 'vitest';
import { PacketMeter } from './packet-meter.ts';

const packet = (kind: number, body: number) => {
  const length: number[] = [];
  for (let rest = body; ; rest = Math.floor(rest / 128)) {
    length.push((rest % 128) + (rest >= 128 ? 128 : 0));
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from([kind << 4, ...length]), Buffer.alloc(body, 0xff)]);
};

it('counts packets wherever pieces of the stream begin and end', () => {
  const stream = Buffer.concat([packet(1, 20), packet(3, 300), packet(12, 0), packet(8, 128)]);
  for (const size of [1, 2, 7, 100, stream.length]) {
    const meter = new PacketMeter(1000);
    const kinds: number[] = [];
    for (let start = 0; start < stream.length; start += size)
      kinds.push(...(meter.take(stream.subarray(start, start + size)) ?? [-1]));
    expect(kinds, `in pieces of ${size}`).toEqual([1, 3, 12, 8]);
  }
});

it('refuses a packet by the length that it says it has, before its body comes', () => {
  expect(new PacketMeter(1000).take(packet(3, 1000))).toEqual([3]);
  expect(new PacketMeter(1000).take(packet(3, 1001).subarray(0, 3))).toBeNull();
  expect(new PacketMeter(1000).take(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))).toBeNull();
});

it('refuses a length without an end', () => {
  expect(new PacketMeter(1 << 28).take(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]))).toBeNull();
});
