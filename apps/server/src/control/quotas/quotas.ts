import type { Refusal } from '@visavis/protocol';
import { type SQL, sql } from 'drizzle-orm';
import type { Database, Orm } from '../../db/database.ts';
import { type ControlError, notFound, refusal } from '../control-error.ts';

export { DEFAULT_QUOTAS, type Quotas } from './quota-names.ts';

/** `reason` names the sentence that says the limit and what to do. */
export function quotaReached(reason: Extract<Refusal, `${string}-full`>, limit: number): ControlError {
  return refusal('quota-reached', reason, { values: { limit } });
}

type Owner =
  | { readonly what: 'project'; readonly id: string }
  | { readonly what: 'user'; readonly id: string }
  | { readonly what: 'key'; readonly id: string };

const TABLES = { project: sql.raw('projects'), user: sql.raw('users'), key: sql.raw('licence_keys') } as const;

/**
 * Runs `work` in a transaction that has the owner's row to itself, so that what it counts stays true until what it adds is
 * there: many requests at once, on any number of nodes, do not pass a quota. Throws `not-found` when the owner is gone.
 */
export function alone<Result>(
  { orm }: Pick<Database, 'orm'>,
  { what, id }: Owner,
  work: (transaction: Orm) => Promise<Result>,
): Promise<Result> {
  return orm.transaction(async (transaction) => {
    await lock(transaction, { what, id });
    return work(transaction);
  });
}

/** Has the owner's row to itself until the transaction ends. Projects are locked before users. */
export async function lock(transaction: Pick<Orm, 'execute'>, { what, id }: Owner): Promise<void> {
  const locked = await transaction.execute(sql`select id from ${TABLES[what]} where id = ${id} for no key update`);
  if (locked.rows.length === 0) throw notFound(what);
}

/** One number that a query answers. */
export async function numberOf(orm: Pick<Orm, 'execute'>, query: SQL): Promise<number> {
  const { rows } = await orm.execute(query);
  return Number(Object.values(rows[0] ?? {})[0] ?? 0);
}

export function bytesOfMb(megabytes: number): number {
  return megabytes * 1_000_000;
}
