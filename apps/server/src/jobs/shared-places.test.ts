import { expect, it } from 'vitest';
import { createSharedPlaces } from './shared-places.ts';

const never = new AbortController().signal;

it('shares its places among kinds of work, of which one leaves a place to the others while there are several', async () => {
  const places = createSharedPlaces(2);
  expect([places.free(), places.free(1)]).toEqual([2, 1]);
  const leave = await places.take(never);
  expect([places.free(), places.free(1)]).toEqual([1, 0]);
  leave?.();
  expect(createSharedPlaces(1).free(1)).toBe(1);
});

it('lets nobody in beyond its places, and the one who waits next when one is left', async () => {
  const places = createSharedPlaces(1);
  let told = 0;
  places.onFreed(() => {
    told += 1;
  });
  const leave = await places.take(never);
  const order: string[] = [];
  const second = places.take(never).then((free) => {
    order.push('second');
    return free;
  });
  expect(places.free()).toBeLessThan(0);
  order.push('first leaves');
  leave?.();
  (await second)?.();
  expect([order, told, places.free()]).toEqual([['first leaves', 'second'], 2, 1]);
});

it('gives no place to whoever was told to end while waiting', async () => {
  const places = createSharedPlaces(1);
  const leave = await places.take(never);
  const end = new AbortController();
  const waiting = places.take(end.signal);
  end.abort();
  expect(await waiting).toBeNull();
  leave?.();
  expect(places.free()).toBe(1);
});
