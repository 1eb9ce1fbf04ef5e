import { expect, it } from 'vitest';
import { Microphone } from './microphone.ts';

const PAYLOAD_TYPE = 111;

function open() {
  let nowMs = 0;
  const heard: number[] = [];
  const silences: number[] = [];
  const microphone = new Microphone({
    decoder: { decode: (packet) => Int16Array.of(packet[0] ?? 0), close() {} },
    payloadType: PAYLOAD_TYPE,
    nowMs: () => nowMs,
    onSound: (pcm) => (pcm.length === 1 ? heard.push(pcm[0] ?? 0) : silences.push(pcm.length)),
  });
  return {
    microphone,
    heard,
    silences,
    wait(durationMs: number) {
      nowMs += durationMs;
    },
    push: (sequence: number, mark = sequence % 100) => microphone.push(packet(sequence, mark)),
  };
}

function packet(sequence: number, mark: number, type = PAYLOAD_TYPE): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt8(0x80, 0);
  bytes.writeUInt8(type, 1);
  bytes.writeUInt16BE(sequence & 0xffff, 2);
  bytes.writeUInt8(mark, 12);
  return bytes;
}

it('puts packets in order, also round the end of their numbers, and takes none twice', () => {
  const { push, heard } = open();
  for (const sequence of [65_534, 65_536, 65_535, 65_535, 65_537]) push(sequence);
  expect(heard).toEqual([34, 35, 36, 37]);
});

it('leaves silence where a packet was lost, and goes on', () => {
  const { push, heard, silences, microphone } = open();
  for (const sequence of [1, 3, 4, 5, 6, 7]) push(sequence);
  expect([heard, silences]).toEqual([[1, 3, 4, 5, 6, 7], [480]]);
  expect(microphone.counters).toEqual({ packets: 6, lostPackets: 1, droppedPackets: 0 });
});

it('makes no more than a tenth of a second of silence of a gap, however long', () => {
  const { push, silences } = open();
  for (const sequence of [1, 3000, 3001, 3002, 3003]) push(sequence);
  expect(silences).toEqual([5 * 480]);
});

it('reads over extensions and padding, and leaves out what is no sound of the call', () => {
  const { microphone, heard } = open();
  const extended = Buffer.concat([packet(1, 0).subarray(0, 12), Buffer.from([0xbe, 0xde, 0, 1, 0, 0, 0, 0, 9, 0, 2])]);
  extended.writeUInt8(0xb0, 0);
  microphone.push(extended);
  const broken = packet(2, 5);
  broken.writeUInt8(0x9f, 0);
  for (const other of [packet(2, 5, 96), broken, Buffer.alloc(3), Buffer.alloc(2000)]) microphone.push(other);
  expect(heard).toEqual([9]);
  expect(microphone.counters.droppedPackets).toBe(4);
});

it('takes no more packets than anybody speaks', () => {
  const { push, heard, wait } = open();
  for (let sequence = 0; sequence < 1000; sequence += 1) push(sequence);
  expect(heard).toHaveLength(200);
  wait(100);
  for (let sequence = 200; sequence < 300; sequence += 1) push(sequence);
  expect(heard).toHaveLength(220);
});
