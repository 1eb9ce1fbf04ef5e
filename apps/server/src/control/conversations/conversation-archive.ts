import type { Usage } from '@visavis/protocol';
import type { Rating } from '@visavis/protocol/rest';
import { and, desc, eq, exists, gte, inArray, lt, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn, SelectedFields } from 'drizzle-orm/pg-core';
import type { Database, Orm } from '../../db/database.ts';
import {
  avatars,
  CONVERSATION_STATUS,
  conversations,
  licenceKeys,
  messages,
  projects,
  toolCalls,
} from '../../db/schema.ts';
import { ControlError } from '../control-error.ts';
import { type ConversationSort, type OtherSort, sortBy, unknownCursor } from './conversation-sorts.ts';

type ConversationFilter = {
  readonly from?: Date;
  readonly to?: Date;
  readonly status?: number;
  readonly avatarId?: string;
  readonly licenceId?: string;
  readonly rating?: Rating;
  /** Words that occur in what was said or told to tools, or by them, as one phrase, whatever the case. */
  readonly text?: string;
};

export type ArchivedConversation = {
  readonly sessionId: string;
  readonly avatarId: string;
  /** Null when the avatar was deleted. */
  readonly avatarName: string | null;
  readonly licenceId: string;
  /** Null when there is no such key any more. */
  readonly keyName: string | null;
  readonly origin: string | null;
  /** Who called, as the project's server names its users; null: it did not say. */
  readonly callerId: string | null;
  /** 0 active, 1 completed, 2 failed. */
  readonly status: number;
  readonly reason: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Messages, and calls of tools: one each. */
  readonly messageCount: number;
  /** How what the person said began, or the avatar where nobody else spoke; null: nothing was said. */
  readonly firstWords: string | null;
  /** Median of its answers; null: none was measured. */
  readonly latencyMs: number | null;
  /** By whoever talked; null: not rated. */
  readonly rating: Rating | null;
  readonly ratingText: string;
  /** How long the call had lasted when its film begins; null: not known. */
  readonly recordingOffsetMs: number | null;
  /** Of its film in the store of files; null: none is there. */
  readonly recordingFile: string | null;
};

/** One that is looked at by itself. */
type WholeConversation = ArchivedConversation & {
  /** What services have counted, by part of the voice; empty while it goes on. */
  readonly usage: Usage;
};

type Page = { readonly limit: number; readonly cursor?: string | undefined };
type FoundPage = { conversations: ArchivedConversation[]; nextCursor: string | null };

export type ConversationArchive = {
  /**
   * Newest first when nothing else is asked for; talks that go on have no length and come last by it. `cursor`: `nextCursor` of
   * the page before. A search for text is newest first. It looks through a bounded part of the record; a page that is not full
   * has a `nextCursor` when older talks were not looked at.
   */
  list(projectId: string, query: ConversationFilter & Page & { readonly sort?: ConversationSort }): Promise<FoundPage>;
  get(projectId: string, sessionId: string): Promise<WholeConversation | null>;
  /** Only those of the project that have ended. Returns which there were. */
  remove(projectId: string, sessionIds: readonly string[]): Promise<string[]>;
  /** All talks of a caller, by their ids. */
  idsOfCaller(projectId: string, callerId: string): Promise<string[]>;
  /** Deletes ended talks that are older than their project wants to keep them; says how many. */
  removeExpired(): Promise<number>;
};

/** Talks and bytes of what was said in them that one statement looks through: others get their turn in between. */
const SEARCHED_AT_ONCE = { talks: 500, bytes: 4_000_000 } as const;
/** After this time a search gives what it has found so far. */
const SEARCH_TIME_MS = 1_500;

/** Talks that one statement deletes: PostgreSQL takes no more than 65,535 parameters. */
const REMOVED_AT_ONCE = 1000;

/** Beside its project: older than that wants to keep it; null where it keeps all. */
export const IS_EXPIRED = sql`${conversations.startedAt} < now() - ${projects.retentionDays} * interval '1 day'`;

/** Of what was said first, in lists. */
const FIRST_CHARACTERS = 160;

/** Where the number alone gives the order. */
const NO_VALUE = sql<number>`0`.mapWith(Number);

const CURSOR = /^\d{1,16}$/;

type Found = ArchivedConversation & { readonly ordinal: number; readonly sortValue: number };

const columns = {
  ordinal: conversations.ordinal,
  sessionId: conversations.id,
  avatarId: conversations.avatarId,
  avatarName: avatars.name,
  licenceId: conversations.licenceId,
  keyName: licenceKeys.name,
  origin: conversations.origin,
  callerId: conversations.callerId,
  status: conversations.status,
  reason: conversations.reason,
  startedAt: conversations.startedAt,
  endedAt: conversations.endedAt,
  messageCount: sql`((select count(*) from ${messages} where ${messages.conversationId} = ${conversations.id})
      + (select count(*) from ${toolCalls} where ${toolCalls.conversationId} = ${conversations.id}))`.mapWith(Number),
  firstWords: sql<string | null>`coalesce(${firstOf('user')}, ${firstOf('assistant')})`,
  latencyMs: sql<
    number | null
  >`(select round(percentile_cont(0.5) within group (order by ${messages.latencyMs}))::int from ${messages} where ${messages.conversationId} = ${conversations.id})`,
  rating: conversations.rating,
  ratingText: conversations.ratingText,
  recordingOffsetMs: conversations.recordingOffsetMs,
  recordingFile: conversations.recordingFile,
};

/** Talks as their owner looks through them. */
export function createConversationArchive({ orm }: Pick<Database, 'orm'>): ConversationArchive {
  return {
    async list(projectId, { limit, cursor, sort = 'newest', ...filter }) {
      if (sort !== 'newest' && filter.text !== undefined) {
        throw new ControlError('bad-request', 'A search for words comes newest first: leave sort out, or the text.');
      }
      if (sort === 'newest') return newest(orm, projectId, filter, { limit, cursor });
      return sorted(orm, projectId, filter, { limit, cursor, sort });
    },

    async get(projectId, sessionId) {
      const isIt = and(eq(conversations.projectId, projectId), eq(conversations.id, sessionId));
      const [row] = await select(orm, isIt, { sortValue: NO_VALUE, usage: conversations.usage });
      if (row === undefined) return null;
      const { usage, ...found } = row;
      return { ...toConversation(found), usage };
    },

    async remove(projectId, sessionIds) {
      const removed: string[] = [];
      for (let from = 0; from < sessionIds.length; from += REMOVED_AT_ONCE) {
        const rows = await orm
          .delete(conversations)
          .where(
            and(
              eq(conversations.projectId, projectId),
              inArray(conversations.id, sessionIds.slice(from, from + REMOVED_AT_ONCE)),
              ne(conversations.status, CONVERSATION_STATUS.active),
            ),
          )
          .returning({ id: conversations.id });
        removed.push(...rows.map(({ id }) => id));
      }
      return removed;
    },

    async idsOfCaller(projectId, callerId) {
      const rows = await orm
        .select({ id: conversations.id })
        .from(conversations)
        .where(and(eq(conversations.projectId, projectId), eq(conversations.callerId, callerId)));
      return rows.map(({ id }) => id);
    },

    async removeExpired() {
      const ofSuchProject = orm
        .select({ one: sql`1` })
        .from(projects)
        .where(and(eq(projects.id, conversations.projectId), IS_EXPIRED));
      const removed = await orm
        .delete(conversations)
        .where(and(ne(conversations.status, CONVERSATION_STATUS.active), exists(ofSuchProject)))
        .returning({ id: conversations.id });
      return removed.length;
    },
  };
}

/** What lists show of talks, and what else is asked for. */
function select<More extends SelectedFields>(orm: Orm, where: SQL | undefined, more: More) {
  return orm
    .select({ ...columns, ...more })
    .from(conversations)
    .leftJoin(avatars, eq(avatars.id, conversations.avatarId))
    .leftJoin(
      licenceKeys,
      and(eq(licenceKeys.id, conversations.licenceId), eq(licenceKeys.projectId, conversations.projectId)),
    )
    .where(where);
}

async function newest(orm: Orm, projectId: string, filter: ConversationFilter, { limit, cursor }: Page) {
  if (cursor !== undefined && !CURSOR.test(cursor)) throw unknownCursor();
  const found: Found[] = [];
  const startedAtMs = performance.now();
  let before = cursor === undefined ? null : Number(cursor);
  for (;;) {
    const isOwn = and(
      eq(conversations.projectId, projectId),
      before === null ? undefined : lt(conversations.ordinal, before),
      ...conditions(orm, filter),
    );
    // Only what was said is costly to look through.
    const oldest = filter.text === undefined ? null : await searchedTo(orm, projectId, before);
    const isLookedAt = and(isOwn, oldest === null ? undefined : gte(conversations.ordinal, oldest));
    const rows = await select(orm, isLookedAt, { sortValue: NO_VALUE })
      .orderBy(desc(conversations.ordinal))
      .limit(limit + 1 - found.length);
    found.push(...rows);
    if (found.length > limit) return toPage(found.slice(0, limit), String(found[limit - 1]?.ordinal));
    if (oldest === null) return toPage(found, null);
    if (performance.now() - startedAtMs > SEARCH_TIME_MS) return toPage(found, String(oldest));
    before = oldest;
  }
}

async function sorted(
  orm: Orm,
  projectId: string,
  filter: ConversationFilter,
  { limit, cursor, sort }: Page & { readonly sort: OtherSort },
) {
  const by = sortBy(sort);
  const isBehind = cursor === undefined ? undefined : by.behind(cursor);
  const isOwn = and(eq(conversations.projectId, projectId), isBehind, ...conditions(orm, filter));
  const rows = await select(orm, isOwn, { sortValue: by.value })
    .orderBy(...by.order)
    .limit(limit + 1);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return toPage(rows.slice(0, limit), last === undefined ? null : by.cursorOf(last));
}

function firstOf(role: 'user' | 'assistant'): SQL {
  return sql`(select left(${messages.text}, ${FIRST_CHARACTERS}::int) from ${messages} where ${messages.conversationId} = ${conversations.id} and ${messages.role} = ${role} order by ${messages.ordinal} limit 1)`;
}

function toConversation({ ordinal: _ordinal, sortValue: _sortValue, ...conversation }: Found): ArchivedConversation {
  return conversation;
}

function toPage(found: readonly Found[], nextCursor: string | null) {
  return { conversations: found.map(toConversation), nextCursor };
}

/** The oldest talk that one statement may look through, when it begins before `before`; null: all the rest. */
async function searchedTo(orm: Orm, projectId: string, before: number | null): Promise<number | null> {
  const { rows } = await orm.execute(sql`
    select min(ordinal) as oldest from (
      select ordinal, sum(text_bytes) over newest as bytes, row_number() over newest as number from (
        select ordinal, text_bytes from ${conversations}
        where project_id = ${projectId} and ordinal < ${before ?? Number.MAX_SAFE_INTEGER}
        order by ordinal desc limit ${SEARCHED_AT_ONCE.talks + 1}) as newest_talks
      window newest as (order by ordinal desc)) as looked_at
    where number = 1 or (bytes <= ${SEARCHED_AT_ONCE.bytes} and number <= ${SEARCHED_AT_ONCE.talks})`);
  const oldest = rows[0]?.oldest;
  if (oldest === null || oldest === undefined) return null;
  const older = await orm
    .select({ ordinal: conversations.ordinal })
    .from(conversations)
    .where(and(eq(conversations.projectId, projectId), lt(conversations.ordinal, Number(oldest))))
    .limit(1);
  return older.length === 0 ? null : Number(oldest);
}

function conditions(orm: Orm, filter: ConversationFilter): (SQL | undefined)[] {
  const { from, to, status, avatarId, licenceId, rating, text } = filter;
  const said = (phrase: string) =>
    orm
      .select({ one: sql`1` })
      .from(messages)
      .where(and(eq(messages.conversationId, conversations.id), contains(messages.text, phrase)));
  const told = (phrase: string) =>
    orm
      .select({ one: sql`1` })
      .from(toolCalls)
      .where(
        and(
          eq(toolCalls.conversationId, conversations.id),
          or(
            contains(toolCalls.name, phrase),
            contains(toolCalls.argumentsJson, phrase),
            contains(toolCalls.output, phrase),
          ),
        ),
      );
  return [
    from && gte(conversations.startedAt, from),
    to && lte(conversations.startedAt, to),
    status === undefined ? undefined : eq(conversations.status, status),
    avatarId === undefined ? undefined : eq(conversations.avatarId, avatarId),
    licenceId === undefined ? undefined : eq(conversations.licenceId, licenceId),
    rating === undefined ? undefined : eq(conversations.rating, rating),
    text === undefined ? undefined : or(eq(conversations.id, text), exists(said(text)), exists(told(text))),
  ];
}

/** `%` and `_` stand for themselves. */
function contains(column: AnyPgColumn, phrase: string): SQL {
  const pattern = `%${phrase.replaceAll('\u0000', '').replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
  return sql`${column} ilike ${pattern}`;
}
