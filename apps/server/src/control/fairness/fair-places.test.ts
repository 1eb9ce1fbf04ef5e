import { describe, expect, test, vi } from 'vitest';
import { createBounds } from './bounds.ts';
import { FairPlaces, type FairPlacesOptions, type Place } from './fair-places.ts';

const reasons = { own: 'sending-already', full: 'many-sending' } as const;
const enough = 'You send 2 files already. Wait for one of them, then send this one again.';
const full = 'Many files are being sent at the moment. Send this one again in a few seconds.';

function open(options: Partial<FairPlacesOptions> = {}): FairPlaces {
  const bounds = { atOnce: 2, atOncePerTenant: 2, waiting: 6, waitingPerTenant: 4, waitLimitMs: 5_000 };
  return new FairPlaces({ what: 'things', reasons, ...bounds, ...options });
}

/** Takes places and notes in which order they were given. */
function queue(places: FairPlaces, order: string[], held: Place[]) {
  return async (name: string): Promise<void> => {
    try {
      const place = await places.take({ key: name.slice(0, 1) });
      order.push(name);
      held.push(place);
    } catch (error) {
      order.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('places', () => {
  test('are given in rounds: a long queue of one tenant holds nobody else up', async () => {
    const order: string[] = [];
    const held: Place[] = [];
    const take = queue(open(), order, held);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1']) void take(name);
    await settled();
    expect(order).toEqual(['a1', 'a2']);
    for (let turn = 0; turn < 4; turn += 1) {
      held.shift()?.release();
      await settled();
    }
    expect(order).toEqual(['a1', 'a2', 'b1', 'a3', 'c1', 'a4']);
  });

  test('go to who comes first, and a crowd of these leaves the others to the rest', async () => {
    const places = open({ atOnce: 2, atOncePerTenant: 2, waiting: 20 });
    const order: string[] = [];
    const held: Place[] = [];
    const take = async (name: string, isFirst: boolean) => {
      const place = await places.take({ key: name, isFirst });
      order.push(name);
      held.push(place);
    };
    const busy = [await places.take({ key: 'x' }), await places.take({ key: 'y' })];
    for (const name of ['stranger 1', 'stranger 2']) void take(name, false);
    for (const name of ['known 1', 'known 2', 'known 3']) void take(name, true);
    await settled();
    for (const place of busy) place.release();
    await settled();
    expect(order).toEqual(['known 1', 'stranger 1']);
    held[1]?.release();
    await settled();
    expect(order).toEqual(['known 1', 'stranger 1', 'stranger 2']);
    held[0]?.release();
    await settled();
    expect(order.at(-1)).toBe('known 2');
  });

  test('of a tenant are bounded, also by what it shares with others', async () => {
    const places = open({ atOnce: 10, atOncePerTenant: 2 });
    const shares = [{ key: 'address', atOnce: 3 }];
    const first = await places.take({ key: 'a', shares });
    await places.take({ key: 'a', shares });
    await places.take({ key: 'b', shares });
    const waiting = places.take({ key: 'c', shares });
    await places.take({ key: 'd' });
    expect([places.heldCount, places.waitingCount]).toEqual([4, 1]);
    first.release();
    first.release();
    (await waiting).release();
    expect([places.heldCount, places.waitingCount]).toEqual([3, 0]);
  });

  test('a full queue refuses whoever has the most in it, and a tenant no more than its part', async () => {
    const order: string[] = [];
    const take = queue(open({ atOnce: 1, waiting: 4, waitingPerTenant: 3 }), order, []);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'c1', 'c2', 'd1']) void take(name);
    await settled();
    // a5 is above its part; c1 finds the queue full and takes the place of a4; c2 has no longer queue before it than a.
    expect(order.sort()).toEqual(['a1', `a3: ${full}`, `a4: ${full}`, `a5: ${enough}`, `c2: ${full}`]);
  });

  test('waiting ends after its time, with whose fault it is', async () => {
    const reached: string[] = [];
    const places = open({ atOnce: 1, atOncePerTenant: 1, waitLimitMs: 30, onBound: (what) => reached.push(what) });
    const place = await places.take({ key: 'a' });
    await expect(places.take({ key: 'a' })).rejects.toMatchObject({ code: 'too-many-attempts', retryAfterSeconds: 10 });
    await expect(places.take({ key: 'b' })).rejects.toMatchObject({ code: 'overloaded', message: full });
    expect([places.waitingCount, reached]).toEqual([0, ['things', 'things']]);
    place.release();
    expect(await places.run({ key: 'b' }, async () => 'done')).toBe('done');
    expect(places.heldCount).toBe(0);
  });

  test('go first to those who come before all others, whom no crowd keeps from waiting', async () => {
    const order: string[] = [];
    const held: Place[] = [];
    const places = open({ atOnce: 1, waiting: 2, waitingPerTenant: 1 });
    const take = queue(places, order, held);
    for (const name of ['a1', 'b1', 'c1']) void take(name);
    void places.take({ key: 'known', isFirst: true }).then((place) => {
      order.push('known');
      held.push(place);
    });
    await settled();
    expect(order).toEqual(['a1', `b1: ${full}`]);
    held.shift()?.release();
    await settled();
    held.shift()?.release();
    await settled();
    expect(order.slice(2)).toEqual(['known', 'c1']);
  });

  test('tell who holds one that others could have it', async () => {
    const places = open({ atOnce: 2 });
    const [mine, other] = [await places.take({ key: 'a' }), await places.take({ key: 'b' })];
    void places.take({ key: 'a' }).catch(() => {});
    expect([mine.isContested(), other.isContested()]).toEqual([false, true]);
  });
});

test('bounds are counted each time, told each time, and logged once a minute', () => {
  let nowMs = 0;
  const warn = vi.fn();
  const told = vi.fn();
  const logger = { debug() {}, info() {}, warn, error() {} };
  const bounds = createBounds({ logger, onBound: told, nowMs: () => nowMs });
  for (let count = 0; count < 5; count += 1) bounds.reached('uploads', { tenant: 'a' });
  nowMs = 60_000;
  bounds.reached('uploads', { tenant: 'b' });
  expect(bounds.stats()).toEqual({ uploads: 6 });
  expect(told).toHaveBeenCalledTimes(6);
  expect(warn.mock.calls.map(([fields]) => [fields.times, fields.inAll])).toEqual([
    [1, 1],
    [5, 6],
  ]);
});
