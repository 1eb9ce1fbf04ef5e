import { expect, it } from 'vitest';
import { changedValues } from './call-values.ts';

const before = { voice: 'marin', language: 'en', prompt: 'Be kind.', firstMessage: 'Hello!' };

it('a call is given what differs from its avatar, and nothing that is empty', () => {
  expect(changedValues(before, before)).toEqual({});
  expect(changedValues(before, { ...before, voice: 'cedar', firstMessage: '' })).toEqual({ voice: 'cedar' });
});
