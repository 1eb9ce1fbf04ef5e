import type { Database } from '../../db/database.ts';
import type { Turn, WaitingKey } from '../definitions.ts';

/** Rows as a domain has them: state, an attempt that fences, and how often the work's effect took place. */
export const WORK_TABLE = `
  create table if not exists work (
    id bigint generated always as identity primary key, key text not null,
    state text not null default 'waiting', attempt int not null default 0, effects int not null default 0)`;

export class WorkRows {
  readonly #pool: Database['pool'];

  constructor({ pool }: Pick<Database, 'pool'>) {
    this.#pool = pool;
  }

  async add(key: string): Promise<void> {
    await this.#pool.query('insert into work (key) values ($1)', [key]);
  }

  async waiting(): Promise<WaitingKey[]> {
    const { rows } = await this.#pool.query<{ key: string }>(`select distinct key from work where state <> 'done'`);
    return rows.map(({ key }) => ({ key, afterMs: 0 }));
  }

  /** Of a key whose turn this is: what runs was begun by a turn that is over. */
  async claim(key: string): Promise<{ id: string; attempt: number } | null> {
    const { rows } = await this.#pool.query<{ id: string; attempt: number }>(
      `update work set state = 'running', attempt = attempt + 1
       where id = (select min(id) from work where key = $1 and state <> 'done') returning id, attempt`,
      [key],
    );
    return rows[0] ?? null;
  }

  /** The effect, together with the row's state; false: another attempt counts. */
  async settle({ id, attempt }: { id: string; attempt: number }): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update work set state = 'done', effects = effects + 1 where id = $1 and attempt = $2 and state = 'running'`,
      [id, attempt],
    );
    return rowCount === 1;
  }

  async doOne({ key }: Pick<Turn, 'key'>): Promise<number | null> {
    const claimed = await this.claim(key);
    if (claimed !== null) await this.settle(claimed);
    return (await this.countOf(key, 'waiting')) > 0 ? 0 : null;
  }

  async countOf(key: string, state?: string): Promise<number> {
    const { rows } = await this.#pool.query<{ count: number }>(
      'select count(*)::int as count from work where key = $1 and ($2::text is null or state = $2)',
      [key, state ?? null],
    );
    return rows[0]?.count ?? 0;
  }

  /** Effects by key. */
  async all(): Promise<Record<string, number>> {
    const { rows } = await this.#pool.query<{ key: string; effects: number }>(
      'select key, sum(effects)::int as effects from work group by key order by key',
    );
    return Object.fromEntries(rows.map(({ key, effects }) => [key, effects]));
  }
}
