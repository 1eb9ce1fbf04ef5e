import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeliveryLanes } from './delivery-lanes.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const post = (projectId: string, host = `${projectId}.example`) => ({
  projectId,
  webhookId: `hook of ${projectId}`,
  url: `https://${host}/hook`,
});

test('a project has some places, and keeps them when others come', () => {
  const lanes = new DeliveryLanes();
  for (let count = 0; count < 3; count += 1) lanes.begin(post('a'));
  expect([lanes.room('a')?.places, lanes.room('b')?.places]).toEqual([1, 4]);
  lanes.begin(post('a'));
  expect([lanes.room('a'), lanes.room('b')?.places]).toEqual([null, 4]);
});

test('receivers that hang take the places of the slow alone, from two seconds on', () => {
  const reached: string[] = [];
  const moved = vi.fn();
  const lanes = new DeliveryLanes((what) => reached.push(what));
  lanes.onMoved(moved);
  for (let project = 0; project < 12; project += 1) {
    lanes.beginTurn(`p${project}`);
    for (let count = 0; count < 4; count += 1) lanes.begin(post(`p${project}`));
  }
  expect([lanes.room('other')?.places, reached, lanes.turnPlaces('quick'), lanes.turnPlaces('slow')]).toEqual([
    1,
    ['webhooks'],
    12,
    12,
  ]);
  vi.advanceTimersByTime(2_000);
  expect(moved).toHaveBeenCalled();
  expect([lanes.laneOf('p0'), lanes.laneOf('other'), lanes.room('other')?.places]).toEqual(['slow', 'quick', 4]);
  expect([lanes.turnPlaces('quick'), lanes.turnPlaces('slow')]).toEqual([24, 0]);
});

test('projects that were told of the same room share it, and each of them has one post', () => {
  const lanes = new DeliveryLanes();
  const names = Array.from({ length: 24 }, (_, index) => `p${index}`);
  const rooms = names.map((name) => lanes.room(name)?.places ?? 0);
  const begun = names.map((name, index) =>
    Array.from({ length: rooms[index] ?? 0 }, () => lanes.begin(post(name))).filter((end) => end !== null),
  );
  expect(begun.map(({ length }) => length)).toEqual([...Array(12).fill(4), ...Array(12).fill(1)]);
});

test('one quick answer makes a project quick again', () => {
  const lanes = new DeliveryLanes();
  const end = lanes.begin(post('a'));
  vi.advanceTimersByTime(3_000);
  end?.();
  expect(lanes.laneOf('a')).toBe('slow');
  lanes.begin(post('a'))?.();
  expect([lanes.laneOf('a'), lanes.room('a')?.places]).toEqual(['quick', 4]);
});

test('a receiver is spared, and one that hangs for some projects stays free for others', () => {
  const lanes = new DeliveryLanes();
  for (let project = 0; project < 4; project += 1) {
    for (let count = 0; count < 4; count += 1) expect(lanes.begin(post(`p${project}`, 'one.example'))).not.toBeNull();
  }
  expect(lanes.begin(post('victim', 'one.example'))).toBeNull();
  expect(lanes.begin(post('victim', 'one.example:8443'))).not.toBeNull();
  expect(lanes.room('victim')?.blockedWebhooks).toContain('hook of p0');
  vi.advanceTimersByTime(2_000);
  expect(lanes.begin(post('other', 'one.example'))).not.toBeNull();
});
