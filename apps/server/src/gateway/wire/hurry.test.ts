import { expect, test } from 'vitest';
import { Hurry } from './hurry.ts';

test('a call is in a hurry while somebody speaks, is answered, or has just said something', () => {
  const hurry = new Hurry(0);
  expect([hurry.isOver(3000), hurry.isOver(3001)]).toEqual([false, true]);
  hurry.event({ type: 'user-speech-started', itemId: 'one', audioStartMs: 0 }, 10_000);
  expect(hurry.isOver(60_000)).toBe(false);
  hurry.event({ type: 'reply-started', turnId: 'first' }, 60_000);
  hurry.event({ type: 'user-speech-stopped', itemId: 'one', audioEndMs: 0 }, 60_100);
  hurry.event({ type: 'reply-started', turnId: 'second' }, 60_200);
  const done = { type: 'reply-done', interrupted: false, playedMs: 1, heardText: '' } as const;
  hurry.event({ ...done, turnId: 'first' }, 70_000);
  expect(hurry.isOver(80_000)).toBe(false);
  hurry.event({ ...done, turnId: 'second' }, 80_000);
  expect([hurry.isOver(83_000), hurry.isOver(83_001)]).toEqual([false, true]);
  hurry.sign(90_000);
  expect([hurry.isOver(93_000), hurry.isOver(93_001)]).toEqual([false, true]);
});
