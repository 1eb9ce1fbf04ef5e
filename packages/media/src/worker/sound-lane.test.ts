import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { InOrder } from './in-order.ts';
import { SoundFrameReader, SoundLaneWriter, writeSoundFrames } from './sound-lane.ts';

const SOUNDS = [0, 1, 960, 3, 70_000].map((length, sequence) => ({
  callId: 7 + sequence,
  sequence,
  bytes: new Uint8Array(length).map((_zero, index) => index * 31 + sequence),
}));

it.each([1, 2, 11, 12, 13, 4096, 1_000_000])('reads what was written, cut in pieces of %i bytes', (size) => {
  const written = writeSoundFrames(SOUNDS);
  const reader = new SoundFrameReader();
  const read = [];
  const piece = Buffer.alloc(Math.min(size, written.length));
  for (let at = 0; at < written.length; at += size) {
    // Each piece in the same memory, as they come.
    const length = written.copy(piece, 0, at, at + size);
    read.push(...reader.read(piece.subarray(0, length)));
  }
  expect(read.map((frame) => ({ ...frame, bytes: new Uint8Array(frame.bytes) }))).toEqual(SOUNDS);
});

it('writes what comes in one turn of the event loop in one piece, and tells each sound when it is taken', async () => {
  const pieces: Buffer[] = [];
  const taken: number[] = [];
  let done = () => {};
  const write = (piece: Buffer, written: () => void): boolean => {
    pieces.push(piece);
    done = written;
    return true;
  };
  const writer = new SoundLaneWriter({ write } as Pick<Writable, 'write'>);
  for (const sound of SOUNDS) writer.write(sound, () => taken.push(sound.sequence));
  expect(pieces).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(pieces).toEqual([writeSoundFrames(SOUNDS)]);
  expect(taken).toEqual([]);
  done();
  expect(taken).toEqual([0, 1, 2, 3, 4]);
});

it('says at once when the pipe holds something else', () => {
  expect(() => new SoundFrameReader().read(Buffer.alloc(64, 0xff))).toThrow('something else');
});

it('gives each call its messages in the order in which they were written, whichever way they came', () => {
  const handled: string[] = [];
  const inOrder = new InOrder<{ callId: number; sequence: number }>(({ callId, sequence }) =>
    handled.push(`${callId}.${sequence}`),
  );
  const take = (callId: number, sequence: number): void => inOrder.take({ callId, sequence });
  take(1, 2);
  take(1, 1);
  expect(handled).toEqual([]);
  take(2, 0);
  take(1, 0);
  take(1, 3);
  expect(handled).toEqual(['2.0', '1.0', '1.1', '1.2', '1.3']);
});

it('keeps sound that overtakes the opening of its call, and of one before it', () => {
  const handled: string[] = [];
  const inOrder = new InOrder<{ callId: number; sequence: number }>(({ callId, sequence }) =>
    handled.push(`${callId}.${sequence}`),
  );
  inOrder.take({ callId: 2, sequence: 1 });
  inOrder.take({ callId: 1, sequence: 0 });
  inOrder.take({ callId: 2, sequence: 0 });
  expect(handled).toEqual(['1.0', '2.0', '2.1']);
});

it('drops what comes for a call that is over, and keeps nothing of it', () => {
  const handled: number[] = [];
  const inOrder = new InOrder<{ callId: number; sequence: number }>(({ callId }) => {
    handled.push(callId);
    if (callId === 1) inOrder.forget(1);
  });
  inOrder.take({ callId: 1, sequence: 0 });
  inOrder.take({ callId: 1, sequence: 1 });
  inOrder.take({ callId: 1, sequence: 0 });
  inOrder.take({ callId: 3, sequence: 0 });
  expect(handled).toEqual([1, 3]);
});
