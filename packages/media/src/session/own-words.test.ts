import { expect, it } from 'vitest';
import { repeatsOwnWords } from './own-words.ts';

const SAID = 'The boats leave at nine, and breakfast is from seven to ten in the hall by the harbour.';

it('knows its own words, also misheard ones and a part of them', () => {
  expect(repeatsOwnWords('the boats leave at nine and breakfast is', SAID)).toBe(true);
  expect(repeatsOwnWords('boats leaf at nine and breakfast', SAID)).toBe(true);
  expect(repeatsOwnWords('IN THE HALL BY THE HARBOUR', SAID)).toBe(true);
  expect(repeatsOwnWords('早餐七点到十点', '早餐是七点到十点，在大厅。')).toBe(true);
});

it('leaves the user his words, above all short ones', () => {
  for (const words of ['no', 'stop', 'wait', 'at nine', 'okay thank you', '', 'can I have breakfast in my room'])
    expect(repeatsOwnWords(words, SAID)).toBe(false);
  expect(repeatsOwnWords('nine at leave boats the', SAID)).toBe(false);
  expect(repeatsOwnWords('the boats leave at nine', '')).toBe(false);
});

it('takes a moment for the longest texts', () => {
  const long = 'what you say '.repeat(20_000);
  expect(repeatsOwnWords(long, long)).toBe(true);
});
