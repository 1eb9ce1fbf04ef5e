import { expect, test } from 'vitest';
import { askedRange } from './send-file.ts';

test.for([
  [undefined, null],
  ['', null],
  ['bytes=0-', { first: 0, last: 99 }],
  ['bytes=10-19', { first: 10, last: 19 }],
  ['bytes=90-1000', { first: 90, last: 99 }],
  ['bytes=-10', { first: 90, last: 99 }],
  ['bytes=-1000', { first: 0, last: 99 }],
  ['bytes=100-', 'outside'],
  ['bytes=100-200', 'outside'],
  ['bytes=-0', 'outside'],
  ['bytes=999999999999999-', 'outside'],
  // What makes no sense counts as not said.
  ['bytes=20-10', null],
  ['bytes=-', null],
  ['bytes=0-1,5-9', null],
  [`bytes=${'0-0,'.repeat(10_000)}`, null],
  ['bytes=0-9999999999999999', null],
  ['bytes=+1-2', null],
  ['bytes=1.5-2', null],
  ['items=0-1', null],
] as const)('of 100 bytes, %s asks for %j', ([header, expected]) => {
  expect(askedRange(header, 100)).toEqual(expected);
});

test('an empty file has no part', () => {
  expect([askedRange('bytes=0-', 0), askedRange('bytes=-5', 0), askedRange(undefined, 0)]).toEqual([
    'outside',
    'outside',
    null,
  ]);
});
