import { midnightOf } from '../../components/days.ts';

export const conversationSorts = ['newest', 'oldest', 'longest', 'shortest'] as const;

export type ConversationFilter = {
  readonly text: string;
  readonly status: string | null;
  readonly avatarId: string | null;
  readonly rating: string | null;
  /** Days like `2026-01-31` in the browser's time zone, both included; empty: no bound. */
  readonly from: string;
  readonly to: string;
  readonly sort: (typeof conversationSorts)[number];
};

export const noFilter: ConversationFilter = {
  text: '',
  status: null,
  avatarId: null,
  rating: null,
  from: '',
  to: '',
  sort: 'newest',
};

export function isFiltered({ text, status, avatarId, rating, from, to }: ConversationFilter): boolean {
  return text.trim() !== '' || status !== null || avatarId !== null || rating !== null || from !== '' || to !== '';
}

/** What the server is asked for; days become the moments at which they begin and end here. */
export function queryOfFilter(filter: ConversationFilter): Readonly<Record<string, string | null>> {
  const { status, avatarId, rating, from, to, sort } = filter;
  const text = filter.text.trim();
  return {
    text,
    status,
    avatarId,
    rating,
    from: momentOf(from, 0),
    to: momentOf(to, 1),
    sort: text === '' && sort !== 'newest' ? sort : null,
  };
}

/** Midnight at which a day begins, or the last moment before the next begins; null for what is no day. */
function momentOf(day: string, daysLater: 0 | 1): string | null {
  const midnight = midnightOf(day, daysLater);
  return midnight === null ? null : new Date(midnight.getTime() - daysLater).toISOString();
}
