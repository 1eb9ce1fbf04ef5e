import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { ledgerEntries, wallets } from '../../db/usage-schema.ts';
import type { LicenceKey } from '../licence-keys/licence-keys.ts';

/** Time that was used, and its price. */
export type Use = {
  readonly kind: 'call' | 'generation';
  readonly projectId: string;
  /** Empty: not by a licence. */
  readonly licenceId: string;
  /** Empty: not with an avatar. */
  readonly avatarId: string;
  /** The session or job. */
  readonly sourceId: string;
  /** 0, 1, 2 … within the source: a use that is written twice counts once. */
  readonly seq: number;
  readonly durationMs: number;
  /** Thousandths of a point; not charged where points are unlimited. */
  readonly price: number;
};

export type Wallet = { readonly balance: number; readonly isUnlimited: boolean };

/**
 * Ledger, balance and daily sums in one statement: all of it, or nothing. Wallets are locked first, in one order, so that
 * batches with several projects cannot lock each other out, and read when they are locked, so that what a balance does
 * not cover is taken down to 0, never below (`wallets_never_negative` watches). A use that is there already is left out,
 * also where it came in while this waited. Uses of projects that were deleted meanwhile are dropped.
 */
const WRITE_USES = `
  with given as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[], $8::text[])
      as given (kind, project_id, licence_id, source_id, seq, duration_ms, price, avatar_id)
  ), wallet as (
    select project_id, balance, is_unlimited from wallets
    where project_id = any($2::text[]) order by project_id for update
  ), priced as (
    select given.*, case
        when coalesce(wallet.is_unlimited, true) then 0
        else greatest(0, least(given.price, wallet.balance - coalesce(sum(given.price) over earlier, 0)))
      end as charge
    from given
    join projects on projects.id = given.project_id
    left join wallet on wallet.project_id = given.project_id
    where not exists (
      select from ledger_entries as written where written.source_id = given.source_id and written.seq = given.seq)
    window earlier as (partition by given.project_id order by given.source_id, given.seq
      rows between unbounded preceding and 1 preceding)
  ), entries as (
    insert into ledger_entries (project_id, kind, amount, duration_ms, licence_id, source_id, seq)
    select project_id, kind, -charge, duration_ms, licence_id, source_id, seq from priced
    on conflict (source_id, seq) do nothing
    returning project_id, kind, licence_id, source_id, seq, amount, duration_ms
  ), charged as (
    update wallets set balance = balance + sums.amount, updated_at = now()
    from (select project_id, sum(amount)::bigint as amount from entries group by project_id) as sums
    where wallets.project_id = sums.project_id and sums.amount <> 0
  )
  insert into usage_days as days (project_id, licence_id, avatar_id, day, calls, call_ms, generated_ms, charged)
  select project_id, licence_id, avatar_id, (now() at time zone 'utc')::date,
    count(*) filter (where kind = 'call' and seq = 0),
    coalesce(sum(duration_ms) filter (where kind = 'call'), 0),
    coalesce(sum(duration_ms) filter (where kind = 'generation'), 0),
    -sum(amount)
  from (
    select entries.*, (
      select avatar_id from given where given.source_id = entries.source_id and given.seq = entries.seq limit 1) as avatar_id
    from entries) as used
  group by project_id, licence_id, avatar_id order by project_id, licence_id, avatar_id
  on conflict (project_id, licence_id, avatar_id, day) do update set
    calls = days.calls + excluded.calls,
    call_ms = days.call_ms + excluded.call_ms,
    generated_ms = days.generated_ms + excluded.generated_ms,
    charged = days.charged + excluded.charged`;

/** Licences of the given ones that may not be used now, and why. */
const EXHAUSTED = `
  select key.id as licence_id,
    case when not wallet.is_unlimited and wallet.balance <= 0 and $2 then 'insufficient-balance' else 'daily-limit' end as code
  from licence_keys as key
  left join wallets as wallet on wallet.project_id = key.project_id
  cross join lateral (
    select coalesce(sum(call_ms), 0) as call_ms from usage_days
    where project_id = key.project_id and licence_id = key.id and day = (now() at time zone 'utc')::date) as today
  where key.id = any($1::text[])
    and ((not wallet.is_unlimited and wallet.balance <= 0 and $2)
      or today.call_ms >= key.max_minutes_per_day * 60000::bigint)`;

/** Writes uses within the transaction of `client`: they are there when what else it writes is. */
export async function writeUses(client: Pick<Database['pool'], 'query'>, uses: readonly Use[]): Promise<void> {
  const column = <Key extends keyof Use>(key: Key) => uses.map((use) => use[key]);
  await client.query(WRITE_USES, [
    column('kind'),
    column('projectId'),
    column('licenceId'),
    column('sourceId'),
    column('seq'),
    column('durationMs'),
    column('price'),
    column('avatarId'),
  ]);
}

export type Refusal = 'insufficient-balance' | 'daily-limit';

export type LedgerPage = {
  readonly entries: readonly (typeof ledgerEntries.$inferSelect)[];
  readonly hasMore: boolean;
};

/** Points and used time. The one place that changes balances. */
export class Ledger {
  readonly #db: Pick<Database, 'orm' | 'pool'>;
  readonly #isCharging: boolean;

  /** `isCharging`: calls cost something, so that an empty balance stops them. */
  constructor(db: Pick<Database, 'orm' | 'pool'>, { isCharging }: { isCharging: boolean }) {
    this.#db = db;
    this.#isCharging = isCharging;
  }

  /** Resolves when all uses are durable. What a balance does not cover is taken down to 0, never below. */
  async write(uses: readonly Use[]): Promise<void> {
    if (uses.length > 0) await writeUses(this.#db.pool, uses);
  }

  async wallet(projectId: string): Promise<Wallet> {
    const [row] = await this.#db.orm
      .select({ balance: wallets.balance, isUnlimited: wallets.isUnlimited })
      .from(wallets)
      .where(eq(wallets.projectId, projectId));
    return row ?? { balance: 0, isUnlimited: true };
  }

  /** Gives points. */
  async grant(projectId: string, thousandths: number, grant: { id: string; note: string }): Promise<Wallet> {
    await this.#db.orm.transaction(async (transaction) => {
      const amount = thousandths;
      await transaction
        .insert(ledgerEntries)
        .values({ projectId, kind: 'grant', amount, sourceId: grant.id, seq: 0, note: grant.note });
      await transaction
        .insert(wallets)
        .values({ projectId, balance: amount, isUnlimited: true })
        .onConflictDoUpdate({
          target: wallets.projectId,
          set: { balance: sql`${wallets.balance} + ${amount}`, updatedAt: sql`now()` },
        });
    });
    return this.wallet(projectId);
  }

  async setUnlimited(projectId: string, isUnlimited: boolean): Promise<Wallet> {
    await this.#db.orm
      .insert(wallets)
      .values({ projectId, isUnlimited })
      .onConflictDoUpdate({ target: wallets.projectId, set: { isUnlimited, updatedAt: sql`now()` } });
    return this.wallet(projectId);
  }

  /** Why these licences may not be used now; those that may are left out. */
  async exhausted(licenceIds: readonly string[]): Promise<ReadonlyMap<string, Refusal>> {
    if (licenceIds.length === 0) return new Map();
    const { rows } = await this.#db.pool.query<{ licence_id: string; code: Refusal }>(EXHAUSTED, [
      [...licenceIds],
      this.#isCharging,
    ]);
    return new Map(rows.map(({ licence_id, code }) => [licence_id, code]));
  }

  async refusalOf({ licenceId }: Pick<LicenceKey, 'licenceId'>): Promise<Refusal | null> {
    return (await this.exhausted([licenceId])).get(licenceId) ?? null;
  }

  /** Newest first. `before`: an entry's ordinal. */
  async entries(projectId: string, { limit, before }: { limit: number; before?: number }): Promise<LedgerPage> {
    const rows = await this.#db.orm
      .select()
      .from(ledgerEntries)
      .where(
        and(
          eq(ledgerEntries.projectId, projectId),
          before === undefined ? undefined : lt(ledgerEntries.ordinal, before),
        ),
      )
      .orderBy(desc(ledgerEntries.ordinal))
      .limit(limit + 1);
    return { entries: rows.slice(0, limit), hasMore: rows.length > limit };
  }
}
