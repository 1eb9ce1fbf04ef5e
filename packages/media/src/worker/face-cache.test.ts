import { expect, test } from 'vitest';
import type { Face } from '../frames/face.ts';
import { FaceCache } from './face-cache.ts';

const SIZE = { widthPx: 512, heightPx: 512 };

/** Faces that are names; says which are open, and how many were opened at the same time. */
function openCache(maxIdle: number) {
  const open = new Set<string>();
  const work = { now: 0, most: 0, loops: 0 };
  const heavily = async <Value>(value: Value): Promise<Value> => {
    work.now += 1;
    work.most = Math.max(work.most, work.now);
    await new Promise((resolve) => setImmediate(resolve));
    work.now -= 1;
    return value;
  };
  const cache = new FaceCache({
    async open(bundlePath) {
      if (bundlePath === 'broken') throw new Error('this bundle is broken');
      open.add(bundlePath);
      return heavily({ close: () => open.delete(bundlePath) } as unknown as Face);
    },
    encode(_face, codec) {
      work.loops += 1;
      return heavily({ codec, frameCount: 0, jointEvery: 50, bitrateKbps: 0, frameAt: () => undefined });
    },
    maxIdle,
  });
  return { cache, open, work };
}

test('faces that nobody shows are closed, the oldest first, and those in calls stay', async () => {
  const { cache, open } = openCache(2);
  const inCall = await cache.hold('in a call', SIZE);
  for (const name of ['a', 'b', 'c', 'd', 'a']) (await cache.hold(name, SIZE)).release();
  await expect.poll(() => [...open].sort()).toEqual(['a', 'd', 'in a call']);
  inCall.release();
  inCall.release();
  await expect.poll(() => [...open].sort()).toEqual(['a', 'in a call']);
  await cache.close();
  expect(open.size).toBe(0);
});

test('a hundred avatars one after the other, or at once, leave no more open than may be', async () => {
  const { cache, open, work } = openCache(8);
  const held = await Promise.all(Array.from({ length: 100 }, (_, number) => cache.hold(`${number}`, SIZE)));
  expect([open.size, work.most]).toEqual([100, 1]);
  for (const { release } of held) release();
  await expect.poll(() => open.size).toBe(8);
  expect(cache.openCount).toBe(8);
});

test('a face and its loops are made once for all calls, and one that is broken can be tried again', async () => {
  const { cache, work } = openCache(8);
  const [one, other] = await Promise.all([cache.hold('a', SIZE), cache.hold('a', SIZE)]);
  expect(one.face).toBe(other.face);
  const loops = await Promise.all([cache.idleLoop(one.face, 'vp8'), cache.idleLoop(other.face, 'vp8')]);
  expect([loops[0] === loops[1], work.loops]).toEqual([true, 1]);
  for (let count = 0; count < 2; count += 1) {
    await expect(cache.hold('broken', SIZE)).rejects.toThrow('broken');
    expect(cache.openCount).toBe(1);
  }
});
