import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { MIGRATION_LOCK } from './migrate.ts';
import { findPostgres, type PostgresServer, startPostgres } from './testing/postgres-server.ts';
import { silent } from './testing/silent-logger.ts';
import { warnSkipped } from './testing/test-databases.ts';

const postgres = findPostgres();
if (!postgres) warnSkipped('a PostgreSQL server that fails');

/** A way to the server's socket that can fall silent, as a network does: what was connected stays so, and nothing comes through. */
class Network {
  isSilent = false;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(socketPath: string) {
    this.#server = createServer((near) => {
      const far = createConnection(socketPath);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (data) => this.isSilent || to.write(data));
        from.on('close', () => to.destroy());
        from.on('error', () => {});
      }
    });
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

describe.skipIf(!postgres)('a PostgreSQL server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(postgres as string);
  });
  afterAll(() => server?.stop());

  const socketOf = (url: string) => `${new URL(url).searchParams.get('host')}/.s.PGSQL.5432`;
  const through = (url: string, port: number) => `postgres://tester@127.0.0.1:${port}${new URL(url).pathname}`;
  const refusal = (databaseUrl: string) =>
    openDatabase({ databaseUrl, logger: silent }).then(
      () => 'it opened',
      (error: Error) => error.message,
    );

  it('that falls silent in the middle of a transaction fails it in time, and blocks nobody afterwards', async () => {
    const url = await server.newDatabase();
    const network = new Network(socketOf(url));
    const db = await openDatabase({
      databaseUrl: through(url, await network.open()),
      logger: silent,
      queryTimeoutMs: 300,
    });
    const failed = db.orm.transaction(async (transaction) => {
      await transaction.execute(sql`select 1`);
      network.isSilent = true;
      await transaction.execute(sql`select 2`);
    });
    await expect(failed).rejects.toThrow();
    network.isSilent = false;
    expect((await db.pool.query('select 3 as three')).rows).toEqual([{ three: 3 }]);
    expect(db.pool.totalCount).toBe(1);
    await db.close();
    network.close();
  }, 60_000);

  it('that ends in the middle of transactions fails these, not this process', async () => {
    const db = await openDatabase({ databaseUrl: await server.newDatabase(), logger: silent });
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    const begun = [0, 1].map((number) => {
      const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>();
      const done = db.orm.transaction(async (transaction) => {
        await transaction.execute(sql`select 1`);
        begin();
        if (number === 0) await transaction.execute(sql`select pg_sleep(20)`);
        else await goOn;
        await transaction.execute(sql`select 2`);
      });
      return { hasBegun, outcome: done.then(() => 'done').catch(() => 'failed') };
    });
    await Promise.all(begun.map(({ hasBegun }) => hasBegun));
    server.kill();
    expect(await begun[0]?.outcome).toBe('failed');
    resolve();
    expect(await begun[1]?.outcome).toBe('failed');
    await server.restart();
    expect((await db.pool.query('select 3 as three')).rows).toEqual([{ three: 3 }]);
    await db.close();
  }, 60_000);

  it('whose migration lock another holds is waited for, and that is said', async () => {
    const databaseUrl = await server.newDatabase();
    const other = new pg.Client({ connectionString: databaseUrl });
    await other.connect();
    await other.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const { promise: told, resolve: tell } = Promise.withResolvers<string>();
    const logger = { ...silent, warn: (_fields: object, message: string) => tell(message) };
    const opening = openDatabase({ databaseUrl, logger });
    expect(await told).toContain('another server brings the database up to date');
    await other.end();
    await (await opening).close();
  }, 60_000);

  it('that knows no such database or user, or gives the user no rights, is told in words', async () => {
    const url = await server.newDatabase();
    const { pathname } = new URL(url);
    expect(await refusal(url.replace(pathname, '/nothing'))).toContain('createdb --owner=tester nothing');
    expect(await refusal(url.replace('tester@', 'stranger:secret@'))).toMatch(/"stranger"/);
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query('create role weak login');
    await admin.end();
    const weak = await refusal(url.replace('tester@', 'weak@'));
    expect(weak).toContain(`ALTER DATABASE "${pathname.slice(1)}" OWNER TO "weak"`);
  }, 60_000);
});
