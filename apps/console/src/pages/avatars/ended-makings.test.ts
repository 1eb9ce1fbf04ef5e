import { expect, it } from 'vitest';
import { endedMakings } from './ended-makings.ts';

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
