import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPublicId } from '../control/ids.ts';
import { type Database, openDatabase } from './database.ts';
import { retryDeadlocks } from './retry-deadlocks.ts';
import { projects } from './schema.ts';
import { findPostgres, type PostgresServer, startPostgres } from './testing/postgres-server.ts';
import { silent } from './testing/silent-logger.ts';
import { warnSkipped } from './testing/test-databases.ts';

const postgres = findPostgres();
if (postgres === null) warnSkipped('transactions that block each other');

describe.skipIf(postgres === null)('transactions that block each other (PostgreSQL)', () => {
  let server: PostgresServer;
  let db: Database;
  const ids = [newPublicId(), newPublicId()] as const;
  beforeAll(async () => {
    server = await startPostgres(postgres ?? '');
    db = await openDatabase({ databaseUrl: await server.newDatabase(), logger: silent });
    await db.orm.insert(projects).values(ids.map((id) => ({ id, name: 'before' })));
  });
  afterAll(async () => {
    await db?.close();
    await server?.stop();
  });

  /** Renames two projects, the second when the other transaction has renamed its first. */
  const renameBoth = (order: readonly [string, string], name: string, met: Promise<void>, arrive: () => void) =>
    db.orm.transaction(async (transaction) => {
      await transaction.update(projects).set({ name }).where(eq(projects.id, order[0]));
      arrive();
      await met;
      await transaction.update(projects).set({ name }).where(eq(projects.id, order[1]));
    });

  const meeting = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let count = 0;
    const arrive = () => {
      count += 1;
      if (count >= 2) resolve();
    };
    return { met: promise, arrive };
  };

  test('are ended by the database, and both go through when they are run again', async () => {
    const { met, arrive } = meeting();
    const [first, second] = ids;
    const bare = await Promise.allSettled([
      renameBoth([first, second], 'one', met, arrive),
      renameBoth([second, first], 'two', met, arrive),
    ]);
    expect(bare.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const again = meeting();
    await Promise.all([
      retryDeadlocks(() => renameBoth([first, second], 'one', again.met, again.arrive)),
      retryDeadlocks(() => renameBoth([second, first], 'two', again.met, again.arrive)),
    ]);
    const names = (await db.orm.select({ name: projects.name }).from(projects)).map(({ name }) => name);
    expect(new Set(names).size).toBe(1);
  });

  test('whatever else fails is not run again', async () => {
    let runs = 0;
    const fail = async (): Promise<void> => {
      runs += 1;
      await db.orm.insert(projects).values({ id: ids[0], name: 'a second one' });
    };
    await expect(retryDeadlocks(fail)).rejects.toThrow();
    expect(runs).toBe(1);
  });
});
