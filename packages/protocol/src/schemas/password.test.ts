import { expect, it } from 'vitest';
import { registerSchema } from './rest/index.ts';

const faults = (password: string) =>
  registerSchema.safeParse({ email: 'a@example.org', name: 'A', password }).error?.issues.map(({ message }) => message);

it.each([
  ['one character that stands for 18', 'ﷺ'],
  ['nine ligatures', 'ﬃ'.repeat(9)],
  ['ten code points that are five letters', 'e\u0301'.repeat(5)],
])('%s: too short for a password', (_what, password) => {
  expect(faults(password)).toEqual(['must have at least 10 characters']);
});

it('ten characters are enough, wide ones too', () => {
  for (const password of ['qzvkmwptrx', 'ｑｚｖｋｍｗｐｔｒｘ']) expect(faults(password)).toBeUndefined();
});
