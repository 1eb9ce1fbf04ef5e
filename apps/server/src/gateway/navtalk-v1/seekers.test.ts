import { expect, it } from 'vitest';
import { partnerOf } from './seekers.ts';

const KEY = 'sk_navtalk_one';
const HERE = 'a page at an address';
const call = (session: string, key = KEY, from = HERE) => ({ names: [key, session], from });

it('joins the sockets of two clients with one key in the order in which they came', () => {
  const [first, second] = [call('session-of-the-first'), call('session-of-the-second')];
  expect(partnerOf({ names: [KEY, KEY], from: HERE }, [first, second])).toBe(first);
});

it('joins a socket that names its session to that session', () => {
  const [first, second] = [call('session-of-the-first'), call('session-of-the-second')];
  expect(partnerOf({ names: [KEY, 'session-of-the-second'], from: HERE }, [first, second])).toBe(second);
});

it.each([
  ['another key', { names: ['sk_navtalk_two', '123'], from: HERE }],
  ['another address, page or program', { names: [KEY, KEY], from: 'elsewhere' }],
  ['no key, from elsewhere', { names: ['123', '123'], from: 'elsewhere' }],
])('joins nobody who names %s [20.23]', (_what, seeker) => {
  expect(partnerOf(seeker, [call('a-session')])).toBeNull();
});

it('joins who names no key only where nobody else can be meant [20.23]', () => {
  const nameless = { names: ['123', '123'], from: HERE };
  const one = call('session-one');
  expect(partnerOf(nameless, [one])).toBe(one);
  expect(partnerOf(nameless, [one, call('session-two')])).toBeNull();
});
