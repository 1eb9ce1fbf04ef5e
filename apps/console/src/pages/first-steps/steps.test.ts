import { firstStepsSchema } from '@visavis/protocol/rest';
import { describe, expect, it } from 'vitest';
import { isShown, progressOf, stepNames } from './steps.ts';

const none = { avatar: false, talk: false, key: false, embed: false, call: false };
const all = { avatar: true, talk: true, key: true, embed: true, call: true };

describe('first steps', () => {
  it('are the ones that the server knows of', () => {
    expect([...stepNames].sort()).toEqual(Object.keys(firstStepsSchema.shape).sort());
  });

  it('name the first that is not done, though later ones are', () => {
    expect(progressOf(none)).toEqual({ done: 0, next: 'avatar' });
    expect(progressOf({ ...none, avatar: true, key: true })).toEqual({ done: 2, next: 'talk' });
    expect(progressOf(all)).toEqual({ done: 5, next: null });
  });

  it('are shown until they are hidden, and not to those who had taken them all', () => {
    expect(isShown(none, { isHidden: false, wasOpen: false })).toBe(true);
    expect(isShown(none, { isHidden: true, wasOpen: true })).toBe(false);
    expect(isShown(all, { isHidden: false, wasOpen: true })).toBe(true);
    expect(isShown(all, { isHidden: false, wasOpen: false })).toBe(false);
  });
});
