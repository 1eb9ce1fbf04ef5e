import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

const NAMES = ['start', 'face', 'user', 'keys', 'database', 'doctor'];

it.each([
  ['usr', 'user'],
  ['suer', 'user'],
  ['key', 'keys'],
  ['strat', 'start'],
  ['databse', 'database'],
  ['paint', null],
  ['x', null],
  ['', null],
  ['a'.repeat(100_000), null],
])('%s is near to %s', (given, name) => {
  expect(nearestName(given, NAMES)).toBe(name);
});
