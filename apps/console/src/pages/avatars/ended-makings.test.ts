import { expect, it } from 'vitest';
import { endedMakings, isAnyMaking, isWatched } from './ended-makings.ts';

const avatar = (avatarId: string, state: 'making' | 'ready' | 'failed') => ({ avatarId, state });

it('tells of an avatar once, when its making has ended', () => {
  const making = [avatar('a', 'making'), avatar('b', 'making'), avatar('c', 'ready')];
  const ended = [avatar('a', 'ready'), avatar('b', 'failed'), avatar('c', 'ready')];
  expect(endedMakings(making, ended)).toEqual([avatar('a', 'ready'), avatar('b', 'failed')]);
  expect(endedMakings(ended, ended)).toEqual([]);
});

it('tells nothing of avatars that were ready when they were first seen, or were stopped', () => {
  expect(endedMakings([], [avatar('a', 'ready')])).toEqual([]);
  expect(endedMakings([avatar('a', 'making')], [])).toEqual([]);
});

it('asks on every page until the avatars are known, and then while one is being made', () => {
  expect([undefined, [], [avatar('a', 'ready')], [avatar('a', 'ready'), avatar('b', 'making')]].map(isWatched)).toEqual(
    [true, false, false, true],
  );
  // Not again and again where no answer comes.
  expect(isAnyMaking(undefined)).toBe(false);
});
