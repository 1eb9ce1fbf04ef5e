import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Picture } from '../core/picture.ts';
import { openIdleLoop } from './idle-loop.ts';
import { drawMovingPicture } from './testing/moving-picture.ts';
import { waitUntil } from './testing/wait-until.ts';

const SIZE = { widthPx: 128, heightPx: 128 };

test('a loop is coded stretch by stretch, each once, as it is asked for and just ahead of it', async () => {
  const drawn: number[] = [];
  const loop = await openIdleLoop({
    codec: 'vp8',
    ...SIZE,
    bitrateKbps: 300,
    frameCount: 40,
    jointEvery: 10,
    renderFrame(index: number, out: Picture) {
      drawn.push(index);
      drawMovingPicture(index, out);
    },
  });
  expect(drawn).toEqual(Array.from({ length: 10 }, (_unused, index) => index));
  const firstKbps = loop.bitrateKbps;
  expect(firstKbps).toBeGreaterThan(0);
  expect(loop.frameAt(0)?.isKeyFrame).toBe(true);
  await waitUntil(() => drawn.length === 20);
  // Another call, elsewhere in the loop.
  expect(loop.frameAt(35)).toBeUndefined();
  await waitUntil(() => loop.frameAt(35) !== undefined);
  for (let index = 0; index < 40; index += 1) await waitUntil(() => loop.frameAt(index) !== undefined);
  for (let index = 0; index < 40; index += 1) expect(loop.frameAt(index)?.isKeyFrame).toBe(index % 10 === 0);
  expect(drawn.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_unused, index) => index));
});

test('what is coded ahead waits for its turn', async () => {
  const turns: (() => void)[] = [];
  const drawn: number[] = [];
  const options = { codec: 'vp8', ...SIZE, bitrateKbps: 300, frameCount: 20, jointEvery: 10 } as const;
  const loop = await openIdleLoop({
    ...options,
    renderFrame(index: number, out: Picture) {
      drawn.push(index);
      drawMovingPicture(index, out);
    },
    async inTurn(work) {
      await new Promise<void>((resolve) => turns.push(resolve));
      return work();
    },
  });
  for (let i = 0; i < 30; i += 1) loop.frameAt(i % 10);
  expect(turns).toHaveLength(1);
  // As long as another loop takes for a stretch without waiting, nothing of this one is drawn.
  const other = await openIdleLoop({ ...options, renderFrame: drawMovingPicture });
  await waitUntil(() => other.frameAt(12) !== undefined);
  expect(Math.max(...drawn)).toBeLessThan(10);
  expect(loop.frameAt(12)).toBeUndefined();
  turns[0]?.();
  await waitUntil(() => loop.frameAt(12) !== undefined);
});

test('a stretch that cannot be coded is tried again later, and the rest of the loop is there meanwhile', async () => {
  let fails = true;
  let failures = 0;
  const loop = await openIdleLoop({
    codec: 'vp8',
    ...SIZE,
    bitrateKbps: 300,
    frameCount: 20,
    jointEvery: 10,
    renderFrame(index: number, out: Picture) {
      if (index >= 10 && fails) {
        failures += 1;
        throw new Error('no picture');
      }
      drawMovingPicture(index, out);
    },
  });
  loop.frameAt(0);
  await waitUntil(() => failures === 1);
  for (let i = 0; i < 40; i += 1) {
    expect(loop.frameAt(10)).toBeUndefined();
    // Time for a stretch that was asked for to fail.
    await sleep(3);
    expect(failures).toBe(1);
  }
  expect(loop.frameAt(5)).toBeDefined();
  await waitUntil(() => loop.frameAt(10) === undefined && failures === 2);
  fails = false;
  await waitUntil(() => loop.frameAt(15) !== undefined);
});

test('a loop whose first stretch cannot be coded does not open, nor one that is not whole joints long', async () => {
  const options = { codec: 'vp8', ...SIZE, bitrateKbps: 300, frameCount: 20, jointEvery: 10 } as const;
  const renderFrame = (): never => {
    throw new Error('no picture');
  };
  await expect(openIdleLoop({ ...options, renderFrame })).rejects.toThrow('no picture');
  await expect(openIdleLoop({ ...options, frameCount: 25, renderFrame })).rejects.toThrow(RangeError);
});
