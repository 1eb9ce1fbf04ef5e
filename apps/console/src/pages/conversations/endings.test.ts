import { ERROR_CODES } from '@visavis/protocol';
import { expect, test } from 'vitest';
import { en } from '../../i18n/en/records.ts';
import { zh } from '../../i18n/zh/records.ts';
import { endingOf } from './endings.ts';

test.each([
  ['client-closed-1000', 'hungUp'],
  ['client-closed-1005', 'hungUp'],
  ['client-closed', 'hungUp'],
  ['client-closed-1001', 'pageClosed'],
  ['client-closed-1006', 'connectionLost'],
  ['client-closed-1011', 'connectionLost'],
  ['the server stopped', 'serverStopped'],
  ['daily-limit', 'dailyLimit'],
  ['internal', 'serverFault'],
  ['member-removed', 'memberRemoved'],
  ['left', null],
  ['client-closed-1001 ', null],
  ['constructor', null],
] as const)('%s is told as %s', (reason, ending) => {
  expect(endingOf(reason)).toBe(ending);
});

test('every code with which the server ends a call has words, in both languages', () => {
  for (const code of ERROR_CODES) {
    const ending = endingOf(code);
    expect([code, ending]).not.toEqual([code, null]);
    if (ending === null) continue;
    expect([code, en.conversations.endings[ending], zh.conversations.endings[ending]]).not.toContain(undefined);
  }
});
