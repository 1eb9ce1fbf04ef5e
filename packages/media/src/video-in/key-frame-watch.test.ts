import { expect, it } from 'vitest';
import { KeyFrameWatch } from './key-frame-watch.ts';
import { AGREED, CAMERA_TYPES, h264Unit, packetsOf, vp8Frame } from './testing/camera-packets.ts';
import type { KeyFrame, VideoPacket } from './video-packet.ts';

function open() {
  const taken: KeyFrame[] = [];
  const time = { nowMs: 10_000 };
  const watch = new KeyFrameWatch({ nowMs: () => time.nowMs, onKeyFrame: (frame) => taken.push(frame) });
  watch.agree(AGREED);
  const push = (packets: readonly VideoPacket[]) => packets.map((packet) => watch.push(packet));
  return { watch, taken, time, push };
}

const inter = (timestamp: number) =>
  packetsOf('vp8', vp8Frame(900, { isKeyFrame: false }), { timestamp, firstSequence: timestamp / 3_000 });

it.each(['vp8', 'h264'] as const)(
  'puts a key frame of %s together, also out of order and round the last number',
  (codec) => {
    const { push, taken } = open();
    const frame = codec === 'vp8' ? vp8Frame(9_000) : h264Unit(9_000);
    const [first, second, ...rest] = packetsOf(codec, frame, { firstSequence: 65_533 });
    push([first!, ...rest.reverse(), rest[0]!, second!]);
    expect(taken).toEqual([{ codec, bytes: frame }]);
  },
);

it('asks for a key frame about once a second while pictures come, and takes that one alone', () => {
  const { push, taken, time, watch } = open();
  const asked: number[] = [];
  let isKeyFrameDue = false;
  for (let count = 0; count < 150; count += 1) {
    const options = { timestamp: count * 3_000, firstSequence: count * 3 };
    const wasAsked = push(packetsOf('vp8', vp8Frame(3_000, { isKeyFrame: isKeyFrameDue }), options)).includes(true);
    if (wasAsked) asked.push(time.nowMs);
    isKeyFrameDue = wasAsked;
    time.nowMs += 1000 / 30;
  }
  expect(asked.length).toBe(taken.length);
  expect(taken.length).toBeGreaterThanOrEqual(5);
  expect(taken.length).toBeLessThanOrEqual(6);
  expect(watch.counters).toMatchObject({ packets: 450, lostKeyFrames: 0 });
});

it('takes one of the key frames that come unasked, and asks nobody for any', () => {
  const { push, taken } = open();
  const keyFrames = [1, 2, 3].flatMap((count) =>
    packetsOf('vp8', vp8Frame(2_000), { timestamp: count * 3_000, firstSequence: count * 2 }),
  );
  expect(push(keyFrames)).not.toContain(true);
  expect(taken).toHaveLength(1);
});

it('asks again for one that does not come, or of which a part is lost', () => {
  const { push, taken, time, watch } = open();
  expect(push(inter(3_000))).toEqual([true]);
  time.nowMs += 499;
  expect(push(inter(6_000))).toEqual([false]);
  time.nowMs += 1;
  expect(push(inter(9_000))).toEqual([true]);
  const holed = packetsOf('vp8', vp8Frame(5_000), { timestamp: 12_000, firstSequence: 4 });
  expect(push(holed.toSpliced(2, 1))).not.toContain(true);
  time.nowMs += 401;
  expect(push(inter(15_000))).toEqual([false]);
  time.nowMs += 100;
  expect(push(inter(18_000))).toEqual([true]);
  expect(watch.counters.lostKeyFrames).toBe(1);
  push(packetsOf('vp8', vp8Frame(5_000), { timestamp: 21_000, firstSequence: 30 }));
  expect(taken).toHaveLength(1);
});

it('looks at nothing of a type that was not agreed on, and at nothing where no camera is', () => {
  const { push, taken, watch } = open();
  const packets = packetsOf('vp8', vp8Frame(2_000));
  push(packets.map((packet) => ({ ...packet, payloadType: 97 })));
  watch.agree(new Map());
  push(packets);
  expect(taken).toEqual([]);
  expect(watch.counters).toMatchObject({ packets: 0, droppedPackets: 4 });
});

it('gives a frame up that is too large, and takes the next one', () => {
  const { push, taken, watch } = open();
  push(packetsOf('vp8', vp8Frame(400 * 1024)));
  expect(taken).toEqual([]);
  expect(watch.counters.lostKeyFrames).toBe(1);
  push(packetsOf('vp8', vp8Frame(300 * 1024), { timestamp: 6_000, firstSequence: 600 }));
  expect(taken).toHaveLength(1);
});

it('gives a frame up whose fragments have no end, of one byte each', () => {
  const { push, taken, watch } = open();
  const [first] = packetsOf('h264', h264Unit(400));
  const piece = (index: number): VideoPacket => ({
    ...first!,
    isMarked: false,
    sequence: first!.sequence + 1 + index,
    payload: Buffer.from([0x7c, index === 0 ? 0x85 : 0x05, 0]),
  });
  push([first!, ...Array.from({ length: 600 }, (_, index) => piece(index))]);
  expect(taken).toEqual([]);
  expect(watch.counters.lostKeyFrames).toBe(1);
});

it.each([
  ['a fragment that goes on without having begun', [0x7c, 0x05, 1]],
  ['an aggregate that reaches beyond its packet', [0x78, 0xff, 0xff, 0x65]],
  ['an empty unit in an aggregate', [0x78, 0, 0]],
  ['a fragment without its header', [0x7c]],
  ['a kind of packet that H.264 does not have', [0x1f, 1, 2]],
])('takes no frame with %s', (_, payload) => {
  const { push, taken, watch } = open();
  const [parameters] = packetsOf('h264', h264Unit(400));
  const damaged = { ...parameters!, sequence: 101, isMarked: true, payload: Buffer.from(payload) };
  push([{ ...parameters!, isMarked: false }, damaged]);
  expect(taken).toEqual([]);
  expect(watch.counters.lostKeyFrames).toBe(1);
});

it('takes no frame of another sender into the one that it puts together', () => {
  const { push, taken } = open();
  const frame = vp8Frame(3_000);
  const [mine, others] = [packetsOf('vp8', frame), packetsOf('vp8', vp8Frame(3_000, { widthPx: 320 }), { ssrc: 8 })];
  push([mine[0]!, ...others, ...mine.slice(1)]);
  expect(taken.map(({ bytes }) => bytes)).toEqual([frame]);
});

it('looks at so many packets a second and no more, and is quick about those that it does not need', () => {
  const { push, time, watch } = open();
  const packet = { ...packetsOf('vp8', vp8Frame(900, { isKeyFrame: false }))[0]!, payloadType: CAMERA_TYPES.vp8 };
  push(Array.from({ length: 50_000 }, () => packet));
  expect(watch.counters).toMatchObject({ packets: 2_000, droppedPackets: 48_000 });
  time.nowMs += 500;
  push(Array.from({ length: 50_000 }, () => packet));
  expect(watch.counters.packets).toBe(3_000);
});
