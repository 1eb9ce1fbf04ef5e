import { expect, test } from 'vitest';
import { createHousekeepingTurns } from './housekeeping-turns.ts';

test('tidying up begins a minute after a start, then every quarter of an hour, however often the rows are asked', async () => {
  let runs = 0;
  const turns = createHousekeepingTurns(async () => {
    runs += 1;
  });
  const asked = [await turns.waiting(), await turns.waiting(), await turns.waiting()];
  expect(asked.flat().map(({ afterMs }) => afterMs)).toEqual([60_000, 900_000, 900_000]);
  const turn = { key: 'all', signal: new AbortController().signal, looks() {}, more: () => Promise.resolve() };
  const [first, places] = [turns.run(turn), turns.places('quick')];
  expect([await first, places, turns.places('quick'), runs]).toEqual([900_000, 0, 1, 1]);
});
