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
    ...{ text, status, avatarId, rating },
    from: momentOf(from, 0),
    to: momentOf(to, 1),
    sort: text === '' && sort !== 'newest' ? sort : null,
  };
}

/** Midnight at which a day begins, or the last moment before the next begins; null for what is no day. */
function momentOf(day: string, daysLater: 0 | 1): string | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (parts === null) return null;
  const [, year, month, date] = parts.map(Number) as [number, number, number, number];
  // By its parts: days with a change of the clock are not 24 hours long.
  const moment = new Date(year, month - 1, date + daysLater);
  return new Date(moment.getTime() - daysLater).toISOString();
}
