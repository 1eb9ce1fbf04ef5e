import { expect, it } from 'vitest';
import { counted } from './counted.ts';
import { en as console } from './en/console.ts';
import { en as firstHour } from './en/first-hour.ts';

it('says one of a thing in the singular, and no other number', () => {
  const counts = [0, 1, 1.5, 2, '1', '1.0', '11', '1,000'] as const;
  expect(counts.map((count) => counted(count, 'minute', 'minutes').split(' ')[1])).toEqual([
    'minutes',
    'minute',
    'minutes',
    'minutes',
    'minute',
    'minutes',
    'minutes',
    'minutes',
  ]);
});

it('is how sentences count', () => {
  expect(console.usage.bar('2026-01-01', '1', '1')).toBe('2026-01-01: 1 minute, 1 call');
  expect(console.form.left('1')).toBe('1 character left');
  expect(console.conversations.deleteChosenTitle(1)).toBe('Delete 1 conversation?');
  expect(firstHour.knowledge.added('a.md', '1')).toBe('a.md: added, 1 character.');
});
