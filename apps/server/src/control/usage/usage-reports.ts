import { and, asc, eq, gte, lte, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { avatars } from '../../db/schema.ts';
import { usageDays } from '../../db/usage-schema.ts';

/** Days like `2026-01-31`, UTC, both included. */
export type DayRange = { readonly from: string; readonly to: string };

export type UsageFilter = DayRange & {
  /** Only of this licence or avatar. */
  readonly licenceId?: string;
  readonly avatarId?: string;
};

export type UsageSum = {
  readonly calls: number;
  readonly callMs: number;
  readonly generatedMs: number;
  /** Thousandths of a point. */
  readonly charged: number;
};

/** All entries of a ledger that belong to one call, job or grant. */
export type LedgerSum = {
  /** Of the first entry. */
  readonly ordinal: number;
  readonly at: Date;
  readonly kind: 'call' | 'generation' | 'grant' | 'free';
  readonly amount: number;
  readonly durationMs: number;
  readonly licenceId: string | null;
  readonly keyName: string | null;
  readonly sourceId: string;
  readonly note: string | null;
  /** Null: not with an avatar, or its talk is not on record any more. */
  readonly avatarId: string | null;
  /** Null as well when the avatar was deleted. */
  readonly avatarName: string | null;
  /** The talk is on record. */
  readonly hasTranscript: boolean;
};

/** By the first entry of each: `ledger_entries_first` has them in order, and `ledger_entries_once` the rest of each. */
const LEDGER_SUMS = `
  select first.ordinal, first.at, first.kind, whole.amount, whole.duration_ms as "durationMs",
    nullif(first.licence_id, '') as "licenceId", key.name as "keyName", first.source_id as "sourceId", first.note,
    talk.avatar_id as "avatarId", avatar.name as "avatarName", talk.id is not null as "hasTranscript"
  from ledger_entries as first
  cross join lateral (
    select sum(part.amount)::bigint as amount, sum(part.duration_ms)::bigint as duration_ms from ledger_entries as part
    where part.source_id = first.source_id and part.project_id = first.project_id) as whole
  left join conversations as talk on talk.id = first.source_id and talk.project_id = first.project_id
  left join avatars as avatar on avatar.id = talk.avatar_id
  left join licence_keys as key on key.id = first.licence_id and key.project_id = first.project_id
  where first.project_id = $1 and first.seq = 0 and first.ordinal < $2::bigint
    and first.at >= $3::date::timestamp at time zone 'utc'
    and first.at < ($4::date + 1)::timestamp at time zone 'utc'
  order by first.ordinal desc limit $5`;

const SUMS = {
  calls: sum(usageDays.calls),
  callMs: sum(usageDays.callMs),
  generatedMs: sum(usageDays.generatedMs),
  charged: sum(usageDays.charged),
};

/** What was used, put together for people. Nothing here changes a balance. */
export class UsageReports {
  readonly #db: Pick<Database, 'orm' | 'pool'>;

  constructor(db: Pick<Database, 'orm' | 'pool'>) {
    this.#db = db;
  }

  /** Sums per day and licence. */
  days(projectId: string, filter: UsageFilter): Promise<(UsageSum & { day: string; licenceId: string })[]> {
    return this.#db.orm
      .select({ day: usageDays.day, licenceId: usageDays.licenceId, ...SUMS })
      .from(usageDays)
      .where(isIn(projectId, filter))
      .groupBy(usageDays.day, usageDays.licenceId)
      .orderBy(asc(usageDays.day), asc(usageDays.licenceId));
  }

  /** Sums per avatar, those with most time first. `avatarId` is empty for what was not counted by avatar. */
  avatars(
    projectId: string,
    filter: UsageFilter,
  ): Promise<(UsageSum & { avatarId: string; avatarName: string | null })[]> {
    return this.#db.orm
      .select({ avatarId: usageDays.avatarId, avatarName: avatars.name, ...SUMS })
      .from(usageDays)
      .leftJoin(avatars, eq(avatars.id, usageDays.avatarId))
      .where(isIn(projectId, filter))
      .groupBy(usageDays.avatarId, avatars.name)
      .orderBy(sql`${SUMS.callMs} desc`, asc(usageDays.avatarId));
  }

  /** Newest first, one for each call, job or grant. `before`: the ordinal of one. */
  async ledgerSums(
    projectId: string,
    { from, to, limit, before }: DayRange & { readonly limit: number; readonly before?: number },
  ): Promise<{ sums: LedgerSum[]; hasMore: boolean }> {
    const { rows } = await this.#db.pool.query<LedgerSum>(LEDGER_SUMS, [
      projectId,
      before ?? Number.MAX_SAFE_INTEGER,
      from,
      to,
      limit + 1,
    ]);
    return { sums: rows.slice(0, limit).map(withNumbers), hasMore: rows.length > limit };
  }
}

function sum(column: (typeof usageDays)['calls' | 'callMs' | 'generatedMs' | 'charged']): SQL<number> {
  return sql<number>`sum(${column})`.mapWith(Number);
}

function isIn(projectId: string, { from, to, licenceId, avatarId }: UsageFilter): SQL | undefined {
  return and(
    eq(usageDays.projectId, projectId),
    gte(usageDays.day, from),
    lte(usageDays.day, to),
    licenceId === undefined ? undefined : eq(usageDays.licenceId, licenceId),
    avatarId === undefined ? undefined : eq(usageDays.avatarId, avatarId),
  );
}

/** Drivers give numbers of 64 bits as text. */
function withNumbers(row: LedgerSum): LedgerSum {
  return {
    ...row,
    ordinal: Number(row.ordinal),
    amount: Number(row.amount),
    durationMs: Number(row.durationMs),
    at: new Date(row.at),
  };
}
