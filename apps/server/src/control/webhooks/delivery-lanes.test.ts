import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeliveryLanes } from './delivery-lanes.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const post = (projectId: string, host = `${projectId}.example`) => ({
  ...{ projectId, webhookId: `hook of ${projectId}`, url: `https://${host}/hook` },
});

test('a project has some places, and keeps them when others come', () => {
  const lanes = new DeliveryLanes();
  for (let count = 0; count < 3; count += 1) lanes.begin(post('a'));
  const room = lanes.room('quick');
  expect([room?.places, room?.partial.get('a'), room?.partial.get('b'), room?.perProject]).toEqual([
    45,
    1,
    undefined,
    4,
  ]);
});

test('receivers that hang take the places of the slow alone, from two seconds on', () => {
  const reached: string[] = [];
  const lanes = new DeliveryLanes((what) => reached.push(what));
  for (let project = 0; project < 12; project += 1) {
    for (let count = 0; count < 4; count += 1) lanes.begin(post(`p${project}`));
  }
  expect([lanes.room('quick'), reached]).toEqual([null, ['webhooks']]);
  vi.advanceTimersByTime(2_000);
  expect(lanes.slowProjects).toHaveLength(12);
  expect([lanes.room('quick')?.places, lanes.room('slow')]).toEqual([48, null]);
});

test('one quick answer makes a project quick again', () => {
  const lanes = new DeliveryLanes();
  const end = lanes.begin(post('a'));
  vi.advanceTimersByTime(3_000);
  end?.();
  expect(lanes.slowProjects).toEqual(['a']);
  lanes.begin(post('a'))?.();
  expect([lanes.slowProjects, lanes.room('quick')?.places]).toEqual([[], 48]);
});

test('a receiver is spared, and one that hangs for some projects stays free for others', () => {
  const lanes = new DeliveryLanes();
  for (let project = 0; project < 4; project += 1) {
    for (let count = 0; count < 4; count += 1) expect(lanes.begin(post(`p${project}`, 'one.example'))).not.toBeNull();
  }
  expect(lanes.begin(post('victim', 'one.example'))).toBeNull();
  expect(lanes.begin(post('victim', 'one.example:8443'))).not.toBeNull();
  expect(lanes.room('quick')?.blockedWebhooks).toContain('hook of p0');
  vi.advanceTimersByTime(2_000);
  expect(lanes.begin(post('other', 'one.example'))).not.toBeNull();
});
