import { expect, test } from 'vitest';
import { isFiltered, noFilter, queryOfFilter } from './conversation-filter.ts';

test('days are asked for from their beginning to their end, as they are where one looks', () => {
  const query = queryOfFilter({ ...noFilter, from: '2026-03-29', to: '2026-03-29' });
  expect(query.from).toBe(new Date(2026, 2, 29).toISOString());
  expect(query.to).toBe(new Date(new Date(2026, 2, 30).getTime() - 1).toISOString());
  expect(queryOfFilter({ ...noFilter, from: '2026-3-1', to: 'soon' })).toMatchObject({ from: null, to: null });
});

test('an order is asked for where words are not searched for, and the usual one not at all', () => {
  expect(queryOfFilter({ ...noFilter, sort: 'longest' }).sort).toBe('longest');
  expect(queryOfFilter({ ...noFilter, sort: 'longest', text: ' table ' })).toMatchObject({ sort: null, text: 'table' });
  expect(queryOfFilter(noFilter)).toEqual({
    text: '',
    status: null,
    avatarId: null,
    rating: null,
    from: null,
    to: null,
    sort: null,
  });
});

test('an order or blanks alone filter nothing', () => {
  expect(isFiltered({ ...noFilter, sort: 'oldest', text: '  ' })).toBe(false);
  for (const part of [
    { text: 'a' },
    { status: 'failed' },
    { avatarId: 'x' },
    { rating: 'down' },
    { from: '2026-01-01' },
    { to: '2026-01-01' },
  ]) {
    expect(isFiltered({ ...noFilter, ...part })).toBe(true);
  }
});
