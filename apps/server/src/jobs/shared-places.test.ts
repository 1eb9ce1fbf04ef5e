import { expect, it } from 'vitest';
import { createSharedPlaces } from './shared-places.ts';

const never = new AbortController().signal;

it('shares its places among kinds of work, of which one leaves a place to the others while there are several', async () => {
  const places = createSharedPlaces(2);
  const [avatars, films] = [places.forKind(), places.forKind({ leaves: 1 })];
  expect([avatars.free(), films.free()]).toEqual([2, 1]);
  const leave = await films.take(never);
  expect([avatars.free(), films.free()]).toEqual([1, 0]);
  leave?.();
  expect(createSharedPlaces(1).forKind({ leaves: 1 }).free()).toBe(1);
});

it('counts what a kind leaves to others against its own places alone: theirs starve it no further', async () => {
  const places = createSharedPlaces(2);
  const [avatars, films] = [places.forKind(), places.forKind({ leaves: 1 })];
  await avatars.take(never);
  expect([avatars.free(), films.free()]).toEqual([1, 1]);
  await films.take(never);
  expect([avatars.free(), films.free()]).toEqual([0, 0]);
});

it('lets nobody in beyond its places, and the one who waits next when one is left', async () => {
  const places = createSharedPlaces(1).forKind();
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

it('lets two in when two places are left in one moment', async () => {
  const places = createSharedPlaces(2).forKind();
  const [first, second] = [await places.take(never), await places.take(never)];
  const waiting = [places.take(never), places.take(never)];
  first?.();
  second?.();
  expect((await Promise.all(waiting)).map((leave) => typeof leave)).toEqual(['function', 'function']);
  expect(places.free()).toBe(0);
});

it('gives no place to whoever was told to end while waiting, and that place to the next', async () => {
  const places = createSharedPlaces(1).forKind();
  const leave = await places.take(never);
  const end = new AbortController();
  const [ended, next] = [places.take(end.signal), places.take(never)];
  let told = 0;
  places.onFreed(() => {
    told += 1;
  });
  leave?.();
  end.abort();
  // Whose place it was already keeps it, and frees it as always.
  (await ended)?.();
  (await next)?.();
  expect([places.free(), told]).toEqual([1, 3]);
  const again = await places.take(never);
  const late = new AbortController();
  const waiting = places.take(late.signal);
  late.abort();
  expect([await waiting, told]).toEqual([null, 4]);
  again?.();
  expect(places.free()).toBe(1);
});
