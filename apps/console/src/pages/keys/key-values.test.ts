import type { LicenceKey } from '@visavis/protocol/rest';
import { expect, it } from 'vitest';
import { valuesOf, wishOf } from './key-values.ts';

const licence: LicenceKey = {
  licenceId: 'k1',
  name: 'Shop',
  keyPrefix: 'sk_ab12',
  isPublic: false,
  lastUsedAt: null,
  revokedAt: null,
  createdAt: '2026-01-01T00:00:00Z',
  maxConcurrentCalls: 3,
  maxMinutesPerDay: 60,
  allowedOrigins: ['https://a.example', 'https://b.example'],
  toolArguments: 'string',
};

it('a form of a key asks for what it was opened with, when nothing is changed', () => {
  const { name, maxConcurrentCalls, maxMinutesPerDay, allowedOrigins, toolArguments } = licence;
  const opened = { name, maxConcurrentCalls, maxMinutesPerDay, allowedOrigins, toolArguments };
  expect(wishOf(valuesOf(licence))).toEqual(opened);
});

it('empty minutes are no limit, and origins stand on lines, or with blanks between them', () => {
  const origins = ' https://a.example\n\n https://b.example ';
  const typed = { name: 'Shop', calls: '7', minutes: '', origins, hasStringArguments: false };
  expect(wishOf(typed)).toEqual({
    name: 'Shop',
    maxConcurrentCalls: 7,
    maxMinutesPerDay: null,
    allowedOrigins: ['https://a.example', 'https://b.example'],
    toolArguments: 'object',
  });
  expect(wishOf({ ...valuesOf(null), name: 'New' })).toEqual({
    name: 'New',
    maxConcurrentCalls: 5,
    maxMinutesPerDay: null,
    allowedOrigins: [],
    toolArguments: 'object',
  });
});
