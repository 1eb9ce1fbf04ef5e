import { expect, test } from 'vitest';
import { ReadingPlaces } from './reading-places.ts';

const busy = { code: 'overloaded', told: { reason: 'knowledge-busy' } };

test('one project holds two files at once, all projects six, and places come back, after faults, too', async () => {
  const places = new ReadingPlaces();
  const ends: (() => void)[] = [];
  const hold = (projectId: string) =>
    places.hold(projectId, () => new Promise<void>((resolve) => void ends.push(resolve)));
  const held = [hold('a'), hold('a')];
  await expect(hold('a')).rejects.toMatchObject(busy);
  held.push(hold('b'), hold('b'), hold('c'), hold('c'));
  await expect(hold('d')).rejects.toMatchObject(busy);
  expect(ends).toHaveLength(6);
  for (const end of ends) end();
  await Promise.all(held);
  await expect(places.hold('a', () => Promise.reject(new Error('Cut off.')))).rejects.toThrow('Cut off.');
  expect(await Promise.all([1, 2].map((value) => places.hold('a', async () => value)))).toEqual([1, 2]);
});

test('two files are read at once', async () => {
  const places = new ReadingPlaces();
  const { promise, resolve } = Promise.withResolvers<void>();
  const reading = [places.read(() => promise), places.read(() => promise)];
  await expect(places.read(() => promise)).rejects.toMatchObject(busy);
  resolve();
  await Promise.all(reading);
  expect(await places.read(async () => 3)).toBe(3);
});
