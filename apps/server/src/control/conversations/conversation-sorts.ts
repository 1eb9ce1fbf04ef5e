import { asc, desc, type SQL, sql } from 'drizzle-orm';
import { conversations } from '../../db/schema.ts';
import { ControlError } from '../control-error.ts';

export type ConversationSort = 'newest' | 'oldest' | 'longest' | 'shortest';

const CURSOR = /^(-?\d{1,16})\.(\d{1,16})$/;
const NEVER = Number.MAX_SAFE_INTEGER;

/** Milliseconds; `ofLive` for talks that go on. */
function duration(ofLive: number): SQL<number> {
  const { startedAt, endedAt } = conversations;
  return sql<number>`coalesce((extract(epoch from ${endedAt} - ${startedAt}) * 1000)::bigint, ${ofLive}::bigint)`.mapWith(
    Number,
  );
}

const SORTS = {
  oldest: { value: sql<number>`${conversations.ordinal}`.mapWith(Number), isAscending: true },
  longest: { value: duration(-1), isAscending: false },
  shortest: { value: duration(NEVER), isAscending: true },
} as const;

export type OtherSort = keyof typeof SORTS;

/** What `list` needs to page through talks in another order than that of their numbers. Of equal ones the number decides. */
export function sortBy(sort: OtherSort) {
  const { value, isAscending } = SORTS[sort];
  const order = isAscending ? asc : desc;
  return {
    value,
    order: [order(value), order(conversations.ordinal)],
    /** Those that come after the last one of a page. */
    behind(cursor: string): SQL {
      const parts = CURSOR.exec(cursor);
      if (parts === null) throw unknownCursor();
      const at = sql`(${Number(parts[1])}::bigint, ${Number(parts[2])}::bigint)`;
      const row = sql`(${value}, ${conversations.ordinal})`;
      return isAscending ? sql`${row} > ${at}` : sql`${row} < ${at}`;
    },
    cursorOf: (row: { readonly sortValue: number; readonly ordinal: number }) => `${row.sortValue}.${row.ordinal}`,
  };
}

export function unknownCursor(): ControlError {
  return new ControlError('bad-request', 'The cursor is unknown.');
}
