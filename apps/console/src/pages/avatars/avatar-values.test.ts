import { expect, it } from 'vitest';
import { sampleAvatar } from '../../testing/samples.ts';
import { changesOf, valuesOf } from './avatar-values.ts';

const before = valuesOf(sampleAvatar);

it('a form of an avatar asks for nothing when nothing is changed, and else for what is', () => {
  expect(changesOf(before, before)).toEqual({});
  expect(changesOf(before, { ...before, prompt: 'Be brief.' })).toEqual({ prompt: 'Be brief.' });
});

it('tools are sent as a list, and no longest call as none', () => {
  expect(changesOf(before, { ...before, tools: '[{"name":"a"}]' })).toEqual({ tools: [{ name: 'a' }] });
  expect(changesOf({ ...before, tools: '[{"name":"a"}]' }, before)).toEqual({ tools: [] });
  expect(changesOf(before, { ...before, maxCallSeconds: '60' })).toEqual({ maxCallSeconds: 60 });
  expect(changesOf({ ...before, maxCallSeconds: 60 }, before)).toEqual({ maxCallSeconds: null });
});
