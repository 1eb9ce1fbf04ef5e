import { expect, it } from 'vitest';
import { foundAvatars } from './found-avatars.ts';

const avatars = [
  { name: 'navtalk.Iris', title: 'Iris', description: 'Receptionist of a hotel.' },
  { name: 'Yuna', title: 'Tutor', description: '' },
];

it.each([
  ['', ['navtalk.Iris', 'Yuna']],
  ['  HOTEL iris ', ['navtalk.Iris']],
  ['tut', ['Yuna']],
  ['navtalk', []],
  ['iris tutor', []],
])('“%s” finds %o', (text, names) => {
  expect(foundAvatars(avatars, text).map(({ name }) => name)).toEqual(names);
});
